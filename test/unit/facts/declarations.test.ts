import { describe, expect, it } from 'vitest';
import { extractFacts } from '../../../server/src/facts';
import { show } from './paths';

const facts = (text: string) => extractFacts('drivers/x/x.c', text);
const init = (text: string) =>
  Object.fromEntries(
    facts(text).globals.flatMap((global) => global.init.map((entry) => [`${global.name}.${entry.path}`, show(entry.value)])),
  );

describe('types', () => {
  it('struct members: anonymous ones flattened, inner ones named, bits, arrays, function pointers', () => {
    const { structs } = facts(
      'struct a { int x, *y; union { long u; char c[4]; }; struct { int z; } in; unsigned f:1; int (*cb)(struct a *); struct b *next; };',
    );
    expect(structs.map((struct) => struct.tag)).toEqual(['a.in', 'a']);
    expect(structs[1]?.fields.map(({ at: _at, ...field }) => field)).toEqual([
      { name: 'x', type: { base: 'int', pointers: 0 } },
      { name: 'y', type: { base: 'int', pointers: 1 } },
      { name: 'u', type: { base: 'long', pointers: 0 } },
      { name: 'c', type: { base: 'char', pointers: 0, array: true } },
      { name: 'in', type: { base: 'struct a.in', pointers: 0 } },
      { name: 'f', type: { base: 'unsigned', pointers: 0 }, bits: true },
      { name: 'cb', type: { base: 'int', pointers: 0, fn: true } },
      { name: 'next', type: { base: 'struct b', pointers: 1 } },
    ]);
  });

  it('enumerators count up from what is known', () => {
    const { enums } = facts('enum e { A, B = 4, C, D = 1 << 3, E = D | 1, F = OTHER, G };');
    expect(enums[0]?.tag).toBe('e');
    expect(enums[0]?.members.map(({ name, value }) => [name, value])).toEqual([
      ['A', 0],
      ['B', 4],
      ['C', 5],
      ['D', 8],
      ['E', 9],
      ['F', undefined],
      ['G', undefined],
    ]);
  });

  it('typedefs name their struct or function type', () => {
    const { typedefs, structs } = facts('typedef struct { int x; } box_t; typedef int (*cb_t)(void); typedef u64 addr_t;');
    expect(typedefs).toEqual([
      { name: 'box_t', type: { base: 'struct box_t', pointers: 0 } },
      { name: 'cb_t', type: { base: 'int', pointers: 0, fn: true } },
      { name: 'addr_t', type: { base: 'u64', pointers: 0 } },
    ]);
    expect(structs.map((struct) => struct.tag)).toEqual(['box_t']);
  });
});

describe('globals', () => {
  it('designated initialisers, nested and dotted', () => {
    expect(init('static struct drv d = { .probe = probe_it, .driver = { .name = "x", .bus = &the_bus }, .driver.owner = 0 };')).toEqual({
      'd.probe': '@probe_it',
      'd.driver.name': '""',
      'd.driver.bus': '@the_bus',
      'd.driver.owner': '0',
    });
  });

  it('arrays of addresses', () => {
    expect(init('static struct attribute *list[] = { &dev_attr_a.attr, &dev_attr_b.attr, NULL };')).toEqual({
      'list.0': '@dev_attr_a.attr',
      'list.1': '@dev_attr_b.attr',
      'list.2': '0',
    });
  });

  it('positional members have their names where the struct is known, compound literals are seen through', () => {
    expect(
      init(
        'struct p { int a; int b; }; static struct p x = { 1, .b = 2 }; static struct q y = { 1, 2 }; static struct p *z = &(struct p) { .a = 3 };',
      ),
    ).toMatchObject({
      'x.a': '1',
      'x.b': '2',
      'y.0': '1',
      'y.1': '2',
    });
  });

  it('extern, static and functions', () => {
    const { globals, prototypes, functions } = facts(
      'extern int a; static int b; struct c *get(int x); static inline int f(void) { return 1; }',
    );
    expect(globals.map(({ name, static: isStatic, defined }) => ({ name, isStatic, defined }))).toEqual([
      { name: 'a', isStatic: false, defined: false },
      { name: 'b', isStatic: true, defined: true },
    ]);
    expect(prototypes[0]).toMatchObject({
      name: 'get',
      ret: { base: 'struct c', pointers: 1 },
      params: [{ name: 'x', type: { base: 'int', pointers: 0 } }],
    });
    expect(functions[0]).toMatchObject({ name: 'f', static: true, inline: true });
  });
});

describe('preprocessor', () => {
  it('macros, includes and invocations', () => {
    const found = facts(
      '#include <linux/device.h>\n#include "x.h"\n#define ONE 1\n#define ADD(a, b) \\\n\t((a) + \\\n\t (b))\nDEVICE_ATTR_RW(size);\nEXPORT_SYMBOL_NS_GPL(f, "X");\nmodule_init(start)\n',
    );
    expect(found.includes.map(({ path, angled }) => [path, angled])).toEqual([
      ['linux/device.h', true],
      ['x.h', false],
    ]);
    expect(found.macros.map(({ name, params }) => [name, params])).toEqual([
      ['ONE', undefined],
      ['ADD', ['a', 'b']],
    ]);
    expect(found.macros[1]?.body.replace(/\s+/g, ' ')).toBe('((a) + (b))');
    expect(found.invocations.map(({ macro, args }) => [macro, args])).toEqual([
      ['DEVICE_ATTR_RW', ['size']],
      ['EXPORT_SYMBOL_NS_GPL', ['f', '"X"']],
      ['module_init', ['start']],
    ]);
  });

  it('functions tell the CONFIG branch they stand in', () => {
    const { functions } = facts(
      '#ifdef CONFIG_X\nvoid a(void) { x(); }\n#else\nstatic inline void a(void) { }\n#endif\n#if IS_ENABLED(CONFIG_Y)\nvoid b(void) { }\n#endif\nvoid c(void) { }\n',
    );
    expect(functions.map(({ name, config }) => [name, config])).toEqual([
      ['a', 'CONFIG_X'],
      ['a', '!CONFIG_X'],
      ['b', 'CONFIG_Y'],
      ['c', undefined],
    ]);
  });

  it('offsets are UTF-16 offsets of the original text', () => {
    const text = '/* Grüße 🚀 */\nstatic int f(void)\n{\n\treturn g();\n}\n';
    const fn = facts(text).functions[0];
    expect(text.slice(fn?.nameAt, (fn?.nameAt ?? 0) + 1)).toBe('f');
    const call = fn?.nodes[0];
    expect(call?.k === 'call' && text.slice(call.at, call.end)).toBe('g()');
  });
});
