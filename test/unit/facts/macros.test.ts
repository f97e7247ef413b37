import { describe, expect, it } from 'vitest';
import { expandInvocations, extractFacts, macroAsFunction } from '../../../server/src/facts';
import type { FileFacts } from '../../../server/src/facts/types';
import { paths, show } from './paths';

function expanded(text: string): FileFacts {
  const facts = extractFacts('drivers/x/x.c', text);
  return expandInvocations(facts, (name) => facts.macros.find((macro) => macro.name === name));
}

function asFunction(define: string): string[] | null {
  const macro = extractFacts('drivers/x/x.h', `${define}\n`).macros[0];
  const fn = macro && macroAsFunction(macro);
  return fn ? paths(fn).map((path) => path.join('; ')) : null;
}

describe('expandInvocations', () => {
  const PORT =
    '#define PORT_ATTR(n) \\\nstatic ssize_t port##n##_show(struct device *dev) \\\n{ \\\n\treturn show_port(dev, n, #n); \\\n} \\\nstatic DEVICE_ATTR_RO(port##n)\n';

  it('makes functions and further invocations at the place of the invocation', () => {
    const text = `${PORT}PORT_ATTR(3);\n`;
    const facts = expanded(text);
    const fn = facts.functions[0];
    expect(fn).toMatchObject({ name: 'port3_show', macro: 'PORT_ATTR', static: true });
    expect(text.slice(fn?.at, fn?.end)).toBe('PORT_ATTR(3)');
    expect(paths(fn as NonNullable<typeof fn>)).toEqual([['$1 = show_port(dev, 3, "")', 'return $1']]);
    expect(facts.invocations.find(({ macro }) => macro === 'DEVICE_ATTR_RO')).toMatchObject({ args: ['port3'], at: fn?.at });
  });

  it('expands macros inside macros, also pasted and variadic ones', () => {
    const facts = expanded('#define NAME(a, b) a##_##b\n#define FN(a, ...) void NAME(a, fn)(void) { call(__VA_ARGS__); }\nFN(x, 1, 2)\n');
    expect(facts.functions.map(({ name }) => name)).toEqual(['x_fn']);
    expect(paths(facts.functions[0] as FileFacts['functions'][0])).toEqual([['call(1, 2)', 'return']]);
  });

  it('a macro that expands to itself ends', () => {
    expect(expanded('#define A(x) B(x)\n#define B(x) A(x)\nA(1);\n').functions).toEqual([]);
  });

  it('replaces list macros in initialisers', () => {
    const facts = expanded(
      '#define SET(x) &dev_attr_##x.attr,\n#define UNSET(x)\nstatic struct attribute *list[] = { &first.attr, SET(a) SET(b) UNSET(c) &last.attr, NULL };\n',
    );
    expect(facts.globals[0]?.init.map(({ path, value }) => [path, show(value)])).toEqual([
      ['0', '@first.attr'],
      ['1', '@dev_attr_a.attr'],
      ['2', '@dev_attr_b.attr'],
      ['3', '@last.attr'],
      ['4', '0'],
    ]);
  });

  it('leaves what it does not know', () => {
    const facts = extractFacts('x.c', 'DEVICE_ATTR_RO(x);\n');
    expect(expandInvocations(facts, () => undefined)).toBe(facts);
  });
});

describe('macroAsFunction', () => {
  it('an expression macro returns its value', () => {
    expect(asFunction('#define to_x(d) container_of((d), struct x, dev)')).toEqual(['return container_of(d, x, dev)']);
    expect(asFunction('#define reg(x) __reg(x, THIS_MODULE)')).toEqual(['$1 = __reg(x, @THIS_MODULE); return $1']);
  });

  it('a statement macro is a block', () => {
    expect(asFunction('#define both(a) do { lock(a); unlock(a); } while (0)')).toEqual(['lock(a); unlock(a); return']);
  });

  it('what is no function of its arguments is none', () => {
    expect(asFunction('#define inc(a) ((a)++)')).toBeNull();
    expect(asFunction('#define addr(a) get(&(a))')).toBeNull();
    expect(asFunction('#define paste(a) f_##a()')).toBeNull();
    expect(asFunction('#define ONE 1')).toBeNull();
  });
});

describe('cleanup classes', () => {
  it('DEFINE_FREE, DEFINE_GUARD and DEFINE_CLASS become functions', () => {
    const { functions } = extractFacts(
      'x.h',
      'DEFINE_FREE(put_x, struct x *, if (!IS_ERR_OR_NULL(_T)) put_device(&_T->dev))\nDEFINE_GUARD(xlock, struct x *, mutex_lock(&_T->m), mutex_unlock(&_T->m))\nDEFINE_CLASS(xref, struct x *, x_put(_T), x_get(id), int id)\n',
    );
    const found = Object.fromEntries(functions.map((fn) => [fn.name, paths(fn).map((path) => path.join('; '))]));
    expect(found).toEqual({
      'free:put_x': ['$1 = IS_ERR_OR_NULL(_T); if $1; return', '$1 = IS_ERR_OR_NULL(_T); if not $1; put_device(_T.dev); return'],
      'guard:xlock': ['mutex_lock(_T.m); return 0'],
      'unguard:xlock': ['mutex_unlock(_T.m); return'],
      'guard:xref': ['$1 = x_get(id); return $1'],
      'unguard:xref': ['x_put(_T); return'],
    });
  });
});
