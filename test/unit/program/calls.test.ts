import { describe, expect, it } from 'vitest';
import { callsOf, fnOf, GADGET, link } from './link';

describe('calls through pointers', () => {
  it('a bus reaches the probe of every driver through a conversion macro', () => {
    const program = link({
      'bus.h':
        'struct gadget_driver { int (*probe)(struct device *); struct device_driver drv; };\n#define to_gadget_drv(d) container_of(d, struct gadget_driver, drv)',
      'bus.c': '#include "bus.h"\nstatic int bus_probe(struct device *dev) { return to_gadget_drv(dev->driver)->probe(dev); }',
      'one.c': 'static int one_probe(struct device *dev) { return 0; }\nstatic struct gadget_driver one = { .probe = one_probe };',
      'two.c': 'static int two_probe(struct device *dev) { return 0; }\nvoid reg(struct gadget_driver *d) { d->probe = two_probe; }',
    });
    expect(callsOf(program, 'bus_probe')).toEqual(['to_gadget_drv (direct: 0)', 'one_probe (pointer: 0)', 'two_probe (pointer: 0)']);
  });

  it('follows parameters, returns, locals, globals and tables', () => {
    const program = link({
      'a.c': `static void a(int x) { }
static void b(int x) { }
static void c(int x) { }
static void (*saved)(int);
static void (*table[])(int) = { a, b };
static void run(void (*cb)(int), int v) { cb(v); }
static void (*pick(void))(int) { return c; }
void p(void) { run(a, 1); run(b, 2); }
void q(void) { saved = c; saved(3); }
void r(int i) { table[i](4); }
void s(void) { void (*f)(int) = pick(); (*f)(5); }`,
    });
    expect(callsOf(program, 'run')).toEqual(['a (pointer: 0)', 'b (pointer: 0)']);
    expect(callsOf(program, 'q')).toEqual(['c (pointer: 0)']);
    expect(callsOf(program, 'r')).toEqual(['a (pointer: 0)', 'b (pointer: 0)']);
    expect(callsOf(program, 's')).toEqual(['pick (direct: )', 'c (pointer: 0)']);
  });

  it('members of the same name in other structs do not mix; unknown pointers call nothing', () => {
    const program = link({
      'a.c': `struct a { void (*go)(void); }; struct b { void (*go)(void); };
static void fa(void) { }
static void fb(void) { }
static const struct a ta = { .go = fa };
static const struct b tb = { .go = fb };
void f(struct a *x, void *u) { x->go(); u->go(); }`,
    });
    expect(callsOf(program, 'f')).toEqual(['fa (pointer: )']);
  });

  it('a pointer kept through a call that is itself made through a pointer', () => {
    const program = link({
      'a.c': `struct ops { void (*set)(void (*cb)(void)); }; struct state { void (*cb)(void); };
static struct state st;
static void leaf(void) { }
static void set(void (*cb)(void)) { st.cb = cb; }
static const struct ops ops = { .set = set };
void start(struct ops *o) { o->set(leaf); }
void fire(void) { st.cb(); }`,
    });
    expect(callsOf(program, 'fire')).toEqual(['leaf (pointer: )']);
  });
});

describe('callbacks that kernel functions run', () => {
  it('the iterator passes an unknown child and the data', () => {
    const program = link({
      'a.c': `${GADGET}
static int each(struct device *child, void *data) { return 0; }
static int match(struct device *dev, const void *data) { return 0; }
void f(struct device *parent, void *ctx, struct bus_type *bus) {
  device_for_each_child(parent, ctx, each);
  device_find_child(parent, ctx, match);
  bus_for_each_dev(bus, NULL, ctx, each);
}`,
    });
    expect(callsOf(program, 'f')).toEqual(['each (callback: -1 1)', 'match (callback: -1 1)', 'each (callback: -1 2)']);
  });

  it('where the iterator is among the files, its own call through the pointer is followed instead', () => {
    const program = link({
      'core.c': 'int device_for_each_child(struct device *p, void *data, int (*fn)(struct device *, void *)) { return fn(p, data); }',
      'a.c':
        'static int each(struct device *child, void *data) { return 0; }\nvoid f(struct device *d) { device_for_each_child(d, d, each); }',
    });
    expect(callsOf(program, 'f')).toEqual(['device_for_each_child (direct: 0 1 2)']);
    expect(callsOf(program, 'device_for_each_child')).toEqual(['each (pointer: 0 1)']);
  });

  it('devm_add_action runs nothing now', () => {
    const program = link({
      'a.c': 'static void act(void *d) { }\nint f(struct device *h, void *d) { return devm_add_action(h, act, d); }',
    });
    expect(callsOf(program, 'f')).toEqual([]);
  });
});

describe('wrapper', () => {
  const program = link({
    'a.c': `${GADGET}
#define to_gadget_macro(d) container_of(d, struct gadget, dev)
struct gadget *checked(struct device *dev) { if (dev_WARN_ONCE(dev, !is_gadget(dev), "no")) return NULL; return to_gadget(dev); }
struct gadget *maybe(struct device *dev) { return dev ? container_of(dev, struct gadget, dev) : NULL; }
struct big_gadget *nested(struct device *dev) { return container_of(to_gadget(dev), struct big_gadget, g); }
struct gadget *takes_reference(struct device *dev) { get_device(dev); return to_gadget(dev); }
struct gadget *parent(struct device *dev) { dev = dev->parent; return to_gadget(dev); }
void use(struct device *d) { to_gadget_macro(d); }`,
  });
  it.each([
    ['to_gadget', { tag: 'gadget', member: 'dev', param: 0 }],
    ['to_gadget_macro', { tag: 'gadget', member: 'dev', param: 0 }],
    ['checked', { tag: 'gadget', member: 'dev', param: 0 }],
    ['maybe', { tag: 'gadget', member: 'dev', param: 0 }],
    ['nested', { tag: 'big_gadget', member: 'g.dev', param: 0 }],
    ['takes_reference', null],
    ['parent', null],
  ])('%s', (name, expected) => {
    expect(program.wrapper(fnOf(program, name))).toEqual(expected);
  });

  it("a header's conversion is a function of the program, other header functions are not", () => {
    const linked = link(
      { 'a.c': 'void f(struct kobject *k) { kobj_to_dev(k); other(k); }' },
      {
        'device.h':
          'static inline struct device *kobj_to_dev(struct kobject *kobj) { return container_of(kobj, struct device, kobj); }\nstatic inline void other(void *k) { }',
      },
    );
    expect(linked.functions.map((d) => d.fn.name)).toEqual(['f', 'kobj_to_dev']);
    expect(callsOf(linked, 'f')).toEqual(['kobj_to_dev (direct: 0)']);
  });
});
