import { describe, expect, it } from 'vitest';
import { extractFacts } from '../../../server/src/facts';
import type { FileFacts } from '../../../server/src/facts/types';
import { linkProgram } from '../../../server/src/program';
import { entriesOf, GADGET, link } from './link';

const TEXT = `${GADGET}
struct gadget_driver { int (*probe)(struct device *); struct device_driver drv; };
#define to_drv(d) container_of(d, struct gadget_driver, drv)
#define STORE(n) static ssize_t n##_store(struct device *dev, struct device_attribute *a, const char *b, size_t c) { to_gadget(dev)->id = 1; return c; } \\
static DEVICE_ATTR_WO(n)
STORE(one);
static struct attribute *gadget_attrs[] = { &dev_attr_one.attr, NULL };
ATTRIBUTE_GROUPS(gadget);
static const struct device_type gadget_type = { .groups = gadget_groups };
static void act(void *d) { }
static int probe(struct device *dev) { dev->type = &gadget_type; return devm_add_action_or_reset(dev, act, to_gadget(dev)); }
static struct gadget_driver drv = { .probe = probe };
static int bus_probe(struct device *dev) { return to_drv(dev->driver)->probe(dev); }
struct bus_type bus = { .probe = bus_probe };
static void fn(struct work_struct *w) { }
int start(struct gadget *g) { INIT_WORK(&g->work, fn); return device_for_each_child(&g->dev, g, probe); }
EXPORT_SYMBOL_GPL(start);`;

/** Asks everything of a program that it can be asked. */
function ask(files: FileFacts[]): void {
  const program = linkProgram(files);
  for (const def of program.functions) {
    program.wrapper(def);
    def.fn.nodes.forEach((node, i) => {
      program.targets(def, i);
      if (node.k === 'call') for (const arg of node.args) program.typeOf(arg, def);
    });
  }
  for (const file of files) {
    for (const s of file.structs) program.embedders(s.tag);
    for (const m of file.macros) program.constant(m.name, file);
  }
}

const facts = () => extractFacts('a.c', TEXT);

describe('odd facts make empty answers, no errors', () => {
  it.each(['functions', 'prototypes', 'structs', 'enums', 'typedefs', 'globals', 'macros', 'invocations'] as const)('no %s', (key) => {
    expect(() => ask([{ ...facts(), [key]: [] }])).not.toThrow();
  });

  it('calls without arguments, functions without parameters', () => {
    const file = facts();
    for (const fn of file.functions) {
      for (const node of fn.nodes) if (node.k === 'call') node.args = [];
      fn.params = [];
    }
    expect(() => ask([file])).not.toThrow();
  });

  it('the same file twice, and every definition twice', () => {
    expect(() => ask([facts(), facts()])).not.toThrow();
    const file = facts();
    expect(() =>
      ask([{ ...file, functions: [...file.functions, ...file.functions], globals: [...file.globals, ...file.globals] }]),
    ).not.toThrow();
  });

  it("names of Object's prototype", () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__']) {
      expect(() => ask([extractFacts('a.c', TEXT.replaceAll('gadget', name).replaceAll('probe', name))])).not.toThrow();
    }
  });

  it('macros, typedefs, structs and functions that refer to themselves', () => {
    const text = `#define a(x) b(x)
#define b(x) a(x)
typedef t1 t2; typedef t2 t1;
struct s { struct s in; t1 x; };
struct device *conv(struct device *d) { return conv2(d); }
struct device *conv2(struct device *d) { return conv(d); }
int f(t1 *p, struct s *q) { a(p); return conv(&q->in.x)->id; }`;
    expect(() => ask([extractFacts('a.c', text)])).not.toThrow();
  });

  it('nothing at all', () => {
    expect(link({}).entryPoints).toEqual([]);
    expect(link({ 'a.c': '' }).functions).toEqual([]);
  });
});

it('linking again after an edit follows the macro of another file', () => {
  const use = extractFacts('a.c', `${GADGET}#include "m.h"\nSTORE(one);`);
  const macro = (body: string) =>
    extractFacts(
      'm.h',
      `#define STORE(n) static ssize_t n##_store(struct device *dev, struct device_attribute *a, const char *b, size_t c) { ${body} } static DEVICE_ATTR_WO(n)`,
    );
  const owners = [macro('return to_gadget(dev)->id;'), macro('return to_big(dev)->x;'), macro('return to_gadget(dev)->id;')].map((m) =>
    entriesOf(linkProgram([use, m])),
  );
  expect(owners).toEqual(['gadget[dev]', 'big_gadget[g.dev]', 'gadget[dev]'].map((o) => [`sysfs-store one_store ${o}@0 one - concurrent`]));
});
