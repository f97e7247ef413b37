import { describe, expect, it } from 'vitest';
import type { FileFacts } from '../../../server/src/facts/types';
import { evaluateConstant } from '../../../server/src/program/constants';
import { fnOf, link } from './link';

describe('resolve', () => {
  it('prefers the own file, and a live definition to a stub under #else', () => {
    const program = link({
      'd/a.c': 'static int f(void) { return 1; }\nint g(void) { return f(); }',
      'd/b.c': 'int f(void) { return 2; }\nint h(void) { return f(); }\nint kill(void) { return 3; }',
      'd/c.h': '#ifdef CONFIG_X\nint kill(void);\n#else\nstatic inline int kill(void) { return 0; }\n#endif',
    });
    const at = (path: string) => program.files.find((f) => f.path === path) as FileFacts;
    expect(program.resolve('f', at('d/a.c'))?.file.path).toBe('d/a.c');
    expect(program.resolve('f', at('d/b.c'))?.file.path).toBe('d/b.c');
    expect(program.resolve('f', at('d/c.h'))?.file.path).toBe('d/b.c');
    expect(program.resolve('kill', at('d/a.c'))?.file.path).toBe('d/b.c');
    expect(program.resolve('kill', at('d/c.h'))?.file.path).toBe('d/b.c');
    expect(program.resolve('nowhere', at('d/a.c'))).toBeNull();
  });

  it('a static function of another source file is not seen; of two drivers the nearer is', () => {
    const program = link({
      'd/a/a.c': 'static int hidden(void) { return 1; }\nint init(void) { return 1; }',
      'd/b/b.c': 'int init(void) { return 2; }',
      'd/b/c.c': 'int use(void) { return init() + hidden(); }',
    });
    const from = program.files[2] as FileFacts;
    expect(program.resolve('hidden', from)).toBeNull();
    expect(program.resolve('init', from)?.file.path).toBe('d/b/b.c');
  });

  it('ids are dense, by path and offset, whatever the order of the files', () => {
    const program = link({ 'z.c': 'void z(void) { }', 'a.c': 'void b(void) { }\nvoid a(void) { }' });
    expect(program.functions.map((d) => [d.id, d.fn.name])).toEqual([
      [0, 'b'],
      [1, 'a'],
      [2, 'z'],
    ]);
  });
});

describe('constant', () => {
  it('enumerators and simple macros, through other constants', () => {
    const program = link({
      'a.h':
        'enum e { A, B = 5, C };\n#define F BIT(C)\n#define G (F | 0x1)\n#define H sizeof(int)\n#define LOOP LOOP2\n#define LOOP2 LOOP',
    });
    const from = program.files[0] as FileFacts;
    expect(['A', 'B', 'C', 'F', 'G', 'H', 'LOOP', 'NONE'].map((n) => program.constant(n, from))).toEqual([
      0,
      5,
      6,
      64,
      65,
      null,
      null,
      null,
    ]);
  });

  it.each([
    ['(1UL << 3)', 8],
    ['~0x0f & 0xff', 0xf0],
    ['-1', -1],
    ['1 + 2 * 3', 7],
    ['BIT_ULL(40)', 2 ** 40],
    ['010', 8],
    ['1 +', null],
    ['x->y', null],
    ['', null],
    ['1 << 64', null],
  ])('%s', (body, value) => {
    expect(evaluateConstant(body, () => null)).toBe(value);
  });
});

describe('typeOf and embedders', () => {
  const program = link({
    'a.c': `struct base { int n; struct other *o; int list[4]; };
struct mid { struct base b; union { struct { struct base in_union; }; long l; }; };
struct outer { struct mid m; };
typedef struct outer outer_t;
struct base *find(void);
void f(struct outer *p, outer_t *t) { p->m.b.n = t->m.b.list[1]; find()->n = 1; g(&p->m.b); }`,
  });

  it('follows members, typedefs and results of calls', () => {
    const fn = fnOf(program, 'f');
    const call = fn.fn.nodes.find((n) => n.k === 'call' && n.callee === 'g');
    const [argument] = call?.k === 'call' ? call.args : [];
    expect(argument && program.typeOf(argument, fn)).toEqual({ base: 'struct base', pointers: 1 });
    const stores = fn.fn.nodes.filter((n) => n.k === 'store');
    expect(stores.map((n) => program.typeOf(n.addr, fn))).toEqual([
      { base: 'int', pointers: 1 },
      { base: 'int', pointers: 1 },
    ]);
    expect(stores[0] && program.typeOf(stores[0].src, fn)).toEqual({ base: 'int', pointers: 0 });
  });

  it('lists the structs that hold another by value, with the path', () => {
    expect(program.embedders('base')).toEqual([
      { tag: 'mid', path: 'b' },
      { tag: 'outer', path: 'm.b' },
      { tag: 'mid', path: 'in_union' },
      { tag: 'outer', path: 'm.in_union' },
    ]);
    expect(program.embedders('other')).toEqual([]);
  });

  it('a struct that holds itself does not loop', () => {
    expect(link({ 'a.c': 'struct a { struct b x; };\nstruct b { struct a y; };' }).embedders('a')).toEqual([{ tag: 'b', path: 'y' }]);
  });
});

it('declares knows prototypes, macros, definitions and headers', () => {
  const program = link(
    { 'a.c': 'void f(void) { }\n#define M(x) x' },
    { 'h.h': 'int proto(int);\nstatic inline int body(void) { return 0; }' },
  );
  expect(['f', 'M', 'proto', 'body', 'none'].map((n) => program.declares(n))).toEqual([true, true, true, true, false]);
});
