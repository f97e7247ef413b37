import { describe, expect, it } from 'vitest';
import { lower, pathsOf } from './paths';

const DECLS = 'struct inner { int v; }; struct box { struct inner in; int list[4]; struct box *next; int n; int (*fn)(struct box *); };';

describe('reads and writes', () => {
  it('members through pointers are loads from member addresses', () => {
    expect(pathsOf('return b->next->n;', 'struct box *b', DECLS)).toEqual(['return *(*(b.next).n)']);
    expect(pathsOf('use(&b->in.v, b->in.v);', 'struct box *b', DECLS)).toEqual(['use(b.in.v, *(b.in.v)); return']);
  });

  it('an array member decays to its address, an unknown member is read', () => {
    expect(pathsOf('use(b->list, b->list[2]);', 'struct box *b', DECLS)).toEqual(['use(b.list, *(b.list[2])); return']);
    expect(pathsOf('use(b->list[2]);', 'struct other *b')).toEqual(['use(*(*(b.list)[2])); return']);
  });

  it('compound assignment and ++ on memory read and write', () => {
    const fn = lower('b->n += 2; b->n++;', 'struct box *b', DECLS);
    expect(fn.nodes.filter((node) => node.k === 'store' && node.rmw)).toHaveLength(2);
    expect(pathsOf('int i = 0; use(i++, ++i);')).toEqual(['i = 0; $1 = i; i = (i + 1); i = (i + 1); use($1, i); return']);
  });

  it('chained assignment and the comma operator', () => {
    expect(pathsOf('a = b->n = f2(), x = 1;', 'int a, int x, struct box *b', DECLS)).toEqual([
      '$1 = f2(); [b.n] = $1; a = $1; x = 1; return',
    ]);
  });

  it('locals whose address is taken and structs live in memory', () => {
    const fn = lower('int a; int b; struct inner s = { .v = 3 }; get(&a); b = a + s.v; return b;', 'void', DECLS);
    expect(Object.fromEntries(fn.locals.map((local) => [local.name, local.memory ?? false]))).toEqual({ a: true, b: false, s: true });
    expect(pathsOf('int a; get(&a); return a;')).toEqual(['get(&a); return *(&a)']);
    expect(pathsOf('struct inner s = { .v = 3 }; return s.v;', 'void', DECLS)).toEqual(['[&s] = 0; [&s.v] = 3; return *(&s.v)']);
  });

  it('a parameter whose address is taken is copied at entry', () => {
    expect(pathsOf('get(&a); return a;', 'int a')).toEqual(['[&a#2] = a; get(&a#2); return *(&a#2)']);
  });

  it('shadowed names stay apart', () => {
    expect(pathsOf('int rc = 1; { int rc = 2; a(rc); } return rc;')).toEqual(['rc = 1; rc#2 = 2; a(rc#2); return rc']);
  });

  it('globals: scalars are loaded, arrays, functions and what is unknown are addresses', () => {
    const before = 'static int count; static int table[3]; static struct box one; int g(void);';
    expect(pathsOf('use(count, table, &one, one.n, g, ENOMEM);', 'void', DECLS + before)).toEqual([
      'use(*(@count), @table, @one, *(@one.n), @g, @ENOMEM); return',
    ]);
  });
});

describe('calls', () => {
  it('nested calls are flattened in order, a result nobody reads has no temporary', () => {
    const fn = lower('outer(first(), second(1));');
    expect(pathsOf('outer(first(), second(1));')).toEqual(['$1 = first(); $2 = second(1); outer($1, $2); return']);
    expect(fn.locals.map((local) => local.name)).toEqual(['$1', '$2']);
  });

  it('calls through pointers keep the pointer as an expression', () => {
    expect(pathsOf('cb(b); return b->fn(b);', 'struct box *b, void (*cb)(struct box *)', DECLS)).toEqual([
      '(cb)(b); $1 = (*(b.fn))(b); return $1',
    ]);
  });

  it('container_of and its like are expressions', () => {
    expect(pathsOf('return g(container_of(d, struct box, in.v));', 'int *d')).toEqual(['$1 = g(container_of(d, box, in.v)); return $1']);
    expect(pathsOf('use(rb_entry(d, struct box, in), list_entry(d->next, struct box, node));', 'struct x *d')).toEqual([
      'use(container_of(d, box, in), container_of(*(d.next), box, node)); return',
    ]);
  });

  it('sizeof carries the type of an allocation', () => {
    expect(pathsOf('struct box *b = kzalloc(sizeof(*b), GFP_KERNEL); use(sizeof(struct box));', 'void', DECLS)).toEqual([
      'b = kzalloc((struct box)?, @GFP_KERNEL); use((struct box)?); return',
    ]);
  });

  it('READ_ONCE, WRITE_ONCE, smp_store_release and rcu_dereference are plain accesses', () => {
    expect(
      pathsOf('WRITE_ONCE(b->n, READ_ONCE(b->next)); smp_store_release(&b->n, 1); return smp_load_acquire(&b->n);', 'struct box *b', DECLS),
    ).toEqual(['[b.n] = *(b.next); [b.n] = 1; return *(b.n)']);
  });

  it('statement expressions are lowered in place', () => {
    expect(pathsOf('int x = ({ int t = a(); t + 1; }); return x;')).toEqual(['t = a(); x = (t + 1); return x']);
  });

  it('compound literals are locals', () => {
    expect(pathsOf('g(&(struct inner) { .v = a() });', 'void', DECLS)).toEqual(['[&$1] = 0; $2 = a(); [&$1.v] = $2; g(&$1); return']);
  });
});
