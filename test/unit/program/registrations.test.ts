import { describe, expect, it } from 'vitest';
import { GADGET, link } from './link';

function registrationsOf(text: string): string[] {
  return link({ 'a.c': GADGET + text }).registrations.map(
    (r) => `${r.fn.fn.name}: ${r.api} ${r.action.map((a) => a.fn.name).join('|')} ${r.dataTag}[${r.dataPath}]`,
  );
}

const ACT = 'static void act(void *d) { }\nstatic void other(void *d) { }\n';

describe('registrations', () => {
  it.each([
    ['a typed pointer', 'struct gadget *g', 'g', 'gadget[]'],
    ['the address of a member', 'struct gadget *g', '&g->dev', 'gadget[dev]'],
    ['a conversion', 'struct device *d', 'to_gadget(d)', 'gadget[]'],
    ['a number', 'void', '(void *)5UL', 'null[]'],
    ['a device of unknown owner', 'struct device *d', 'd', 'device[]'],
  ])('data is %s', (_, params, data, expected) => {
    expect(
      registrationsOf(
        `${ACT}int f(struct device *h, ${params === 'void' ? 'int x' : params}) { return devm_add_action_or_reset(h, act, ${data}); }`,
      ),
    ).toEqual([`f: devm_add_action_or_reset act ${expected}`]);
  });

  it('data is followed through locals and void pointers', () => {
    expect(
      registrationsOf(`${ACT}int f(struct gadget *g) { struct device *d = &g->dev; void *p = d; return devm_add_action(d, act, p); }`),
    ).toEqual(['f: devm_add_action act gadget[dev]']);
  });

  it("data that is a caller's argument", () => {
    expect(
      registrationsOf(
        `${ACT}static int reg(struct device *h, struct device *d) { return devm_add_action(h, act, d); }\nint f(struct gadget *g) { return reg(&g->dev, &g->dev); }`,
      ),
    ).toEqual(['reg: devm_add_action act gadget[dev]']);
  });

  it('a helper that passes the action on is reported at its calls too, with host and data in their terms', () => {
    const program = link({
      'a.c': `${GADGET}${ACT}static int reg(struct device *h, void (*fn)(void *), void *data) { return devm_add_action_or_reset(h, fn, data); }
int one(struct gadget *g) { return reg(g->dev.parent, act, g); }
int two(struct big_gadget *b, struct device *h) { return reg(h, other, &b->g); }`,
    });
    expect(program.registrations.map((r) => [r.fn.fn.name, r.action.map((a) => a.fn.name), r.dataTag, r.dataPath])).toEqual([
      ['reg', ['act', 'other'], 'gadget', ''],
      ['one', ['act'], 'gadget', ''],
      ['two', ['other'], 'big_gadget', 'g'],
    ]);
    expect(program.registrations[2]?.host).toEqual({ k: 'var', name: 'h' });
    expect(program.registrations[1]?.fn.fn.nodes[program.registrations[1].node]).toMatchObject({ k: 'call', callee: 'reg' });
  });

  it('an action chosen at run time names both functions', () => {
    expect(
      registrationsOf(
        `${ACT}int f(struct gadget *g, int x) { void (*fn)(void *) = x ? act : other; return devm_add_action(&g->dev, fn, g); }`,
      ),
    ).toEqual(['f: devm_add_action act|other gadget[]']);
  });
});
