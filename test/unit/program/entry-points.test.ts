import { describe, expect, it } from 'vitest';
import { entriesOf, GADGET, link } from './link';

const HANDLERS = `
static ssize_t name_show(struct device *dev, struct device_attribute *attr, char *buf) { return to_gadget(dev)->id; }
static ssize_t name_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n) { struct gadget *g = to_gadget(dev); g->id = 1; return n; }
`;

describe('attributes', () => {
  it.each([
    ['DEVICE_ATTR_RW(name);', ['show', 'store']],
    ['DEVICE_ATTR_RO(name);', ['show']],
    ['DEVICE_ATTR_WO(name);', ['store']],
    ['DEVICE_ATTR_ADMIN_RW(name);', ['show', 'store']],
    ['DEVICE_ATTR(name, 0200, NULL, name_store);', ['store']],
    ['DEVICE_ATTR_PREALLOC(name, 0644, name_show, name_store);', ['show', 'store']],
    ['struct device_attribute dev_attr_name = __ATTR(name, 0200, NULL, name_store);', ['store']],
    ['struct device_attribute dev_attr_name = { .attr = { .name = "name", .mode = 0200 }, .store = name_store };', ['store']],
    ['SENSOR_DEVICE_ATTR_RW(name, name, 3);', ['show', 'store']],
    ['IIO_DEVICE_ATTR(name, 0444, name_show, NULL, 0);', ['show']],
  ])('%s', (definition, kinds) => {
    expect(entriesOf(link({ 'a.c': `${GADGET}${HANDLERS}static ${definition}` }))).toEqual(
      kinds.map((kind) => `sysfs-${kind} name_${kind} gadget[dev]@0 name - concurrent`),
    );
  });

  it('a bin attribute works on the kobject in its second parameter', () => {
    const text = `${GADGET}
static ssize_t blob_read(struct file *f, struct kobject *kobj, struct bin_attribute *a, char *b, loff_t o, size_t n) { struct device *dev = kobj_to_dev(kobj); return to_gadget(dev)->id; }
static BIN_ATTR_RO(blob, 16);`;
    expect(entriesOf(link({ 'a.c': text }))).toEqual(['sysfs-show blob_read gadget[dev.kobj]@1 blob - concurrent']);
  });

  it("handlers that a driver's own macro pastes together stand at its invocation", () => {
    const text = `${GADGET}
#define SLOT(n) \\
static ssize_t slot##n##_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len) { to_gadget(dev)->id = n; return len; } \\
static DEVICE_ATTR_WO(slot##n)
SLOT(0);
SLOT(1);`;
    const program = link({ 'a.c': text });
    expect(entriesOf(program)).toEqual([
      'sysfs-store slot0_store gadget[dev]@0 slot0 - concurrent',
      'sysfs-store slot1_store gadget[dev]@0 slot1 - concurrent',
    ]);
    expect(program.entryPoints.map((e) => e.at)).toEqual(
      [text.indexOf('SLOT(0)'), text.indexOf('SLOT(1)')].map((at) => ({ file: 'a.c', at })),
    );
  });

  it('an attribute struct of the tree itself', () => {
    const text = `struct gadget_attribute { struct attribute attr; ssize_t (*show)(struct gadget *g, char *buf); };
${GADGET}static ssize_t id_show(struct gadget *g, char *buf) { return 0; }
static struct gadget_attribute attr_id = { .show = id_show };`;
    expect(entriesOf(link({ 'a.c': text }))).toEqual(['sysfs-show id_show gadget[]@0 attr_id - concurrent']);
  });
});

describe('what registers an attribute', () => {
  const attributes = `${GADGET}${HANDLERS}static DEVICE_ATTR_WO(name);\nstatic struct attribute *gadget_attrs[] = { &dev_attr_name.attr, NULL };\n`;
  it.each([
    [
      'a device type',
      'ATTRIBUTE_GROUPS(gadget);\nstatic const struct device_type gadget_type = { .groups = gadget_groups };',
      'device-type:gadget_type',
    ],
    [
      'groups written out',
      'static const struct attribute_group grp = { .attrs = gadget_attrs };\nstatic const struct attribute_group *list[] = { &grp, NULL };\nconst struct device_type t = { .groups = list };',
      'device-type:t',
    ],
    ['a class', 'ATTRIBUTE_GROUPS(gadget);\nstatic struct class gadget_class = { .dev_groups = gadget_groups };', 'class:gadget_class'],
    ['a bus', 'ATTRIBUTE_GROUPS(gadget);\nstatic struct bus_type gadget_bus = { .dev_groups = gadget_groups };', 'bus:gadget_bus'],
    [
      'a driver',
      'ATTRIBUTE_GROUPS(gadget);\nstatic struct platform_driver drv = { .driver = { .dev_groups = gadget_groups } };',
      'driver:drv',
    ],
    [
      'a call',
      'static const struct attribute_group grp = { .attrs = gadget_attrs };\nint f(struct device *d) { return sysfs_create_group(&d->kobj, &grp); }',
      'group',
    ],
    ['one file', 'int f(struct device *d) { return device_create_file(d, &dev_attr_name); }', 'group'],
    ['nothing', '', null],
  ])('%s', (_, text, via) => {
    expect(link({ 'a.c': attributes + text }).entryPoints.map((e) => e.via)).toEqual([via]);
  });

  it('a list in one file, the handler in another', () => {
    const program = link({
      'g.h': `${GADGET}extern struct device_attribute dev_attr_name;\n#define SET_ATTR(x) (&dev_attr_##x.attr),`,
      'core.c':
        '#include "g.h"\nstatic struct attribute *gadget_attrs[] = { SET_ATTR(name) NULL };\nATTRIBUTE_GROUPS(gadget);\nstatic const struct device_type gadget_type = { .groups = gadget_groups };',
      'attr.c': `#include "g.h"${HANDLERS}DEVICE_ATTR_WO(name);`,
    });
    expect(entriesOf(program)).toEqual(['sysfs-store name_store gadget[dev]@0 name device-type:gadget_type concurrent']);
  });
});

describe('owner', () => {
  const handler = (body: string) => `${GADGET}
static ssize_t x_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n) { ${body} return n; }
static DEVICE_ATTR_WO(x);\nstatic struct attribute *x_attrs[] = { &dev_attr_x.attr, NULL };\nATTRIBUTE_GROUPS(x);
static const struct device_type x_type = { .groups = x_groups };
static void use(struct gadget *g) { g->id = 2; }
static void deep(struct device *d) { use(to_gadget(d)); }
static void walk(struct device *d) { while (d && !is_gadget(d)) d = d->parent; use(to_gadget(d)); }
`;
  const ownerOf = (text: string) => {
    const entry = link({ 'a.c': text }).entryPoints[0];
    return entry && [entry.owner, entry.param, entry.path];
  };

  it('a cast of the parameter, of a copy of it, or one call below', () => {
    expect(ownerOf(handler('use(container_of(dev, struct gadget, dev));'))).toEqual(['gadget', 0, 'dev']);
    expect(ownerOf(handler('struct device *d = dev; struct gadget *g = to_gadget(d); use(g);'))).toEqual(['gadget', 0, 'dev']);
    expect(ownerOf(handler('deep(dev);'))).toEqual(['gadget', 0, 'dev']);
  });

  it('of several casts the outermost struct', () => {
    expect(ownerOf(handler('use(to_gadget(dev)); to_big(dev)->x = 1;'))).toEqual(['big_gadget', 0, 'g.dev']);
  });

  it('a pointer that walked to another device is not the parameter', () => {
    expect(ownerOf(handler('walk(dev);'))).toEqual([null, 0, '']);
  });

  it('else the object that is given the device type', () => {
    const text = `${handler('')}void add(struct gadget *g) { struct device *d = &g->dev; d->type = &x_type; }`;
    expect(ownerOf(text)).toEqual(['gadget', 0, 'dev']);
  });

  it('else, for a kobject, the kobj of that object', () => {
    const text = `${GADGET}static ssize_t b_write(struct file *f, struct kobject *k, struct bin_attribute *a, char *b, loff_t o, size_t n) { return n; }
static BIN_ATTR_WO(b, 4);
static struct bin_attribute *b_attrs[] = { &bin_attr_b, NULL };
static const struct attribute_group b_group = { .bin_attrs = b_attrs };
__ATTRIBUTE_GROUPS(b);
static const struct device_type b_type = { .groups = b_groups };
void add(struct gadget *g) { g->dev.type = &b_type; }`;
    expect(ownerOf(text)).toEqual(['gadget', 1, 'dev.kobj']);
  });

  it('driver data is reached through the parameter, which points at no owner', () => {
    expect(ownerOf(handler('struct gadget *g = dev_get_drvdata(dev); use(g);'))).toEqual(['gadget', -1, '']);
  });
});

describe('drivers and modules', () => {
  it('probe, remove and shutdown hold the device lock', () => {
    const text = `static int p(struct platform_device *pdev) { return 0; }
static void r(struct platform_device *pdev) { }
static struct platform_driver drv = { .probe = p, .remove = r, .shutdown = r };
static int __init start(void) { return platform_driver_register(&drv); }
module_init(start);
static void __exit stop(void) { }
module_exit(stop);`;
    expect(entriesOf(link({ 'a.c': text }))).toEqual([
      'probe p platform_device[]@0 drv - locked',
      'remove r platform_device[]@0 drv - locked',
      'remove r platform_device[]@0 drv - locked',
      'init start null[]@-1 start -',
      'exit stop null[]@-1 stop -',
    ]);
  });

  it("a tree's own driver struct, and its bus", () => {
    const text = `${GADGET}struct gadget_driver { const char *name; int (*probe)(struct device *); struct device_driver drv; };
static int p(struct device *dev) { to_gadget(dev)->id = 1; return 0; }
static struct gadget_driver drv = { .probe = p };
static int bus_probe(struct device *dev) { return 0; }
struct bus_type bus = { .probe = bus_probe };`;
    expect(entriesOf(link({ 'a.c': text }))).toEqual(['probe p gadget[dev]@0 drv - locked', 'probe bus_probe null[]@0 bus - locked']);
  });

  it('exported functions that no file calls', () => {
    const text = `${GADGET}void used(struct gadget *g) { }
EXPORT_SYMBOL_GPL(used);
void unused(struct gadget *g) { used(g); }
EXPORT_SYMBOL_NS_GPL(unused, GADGET);`;
    const program = link({ 'a.c': text });
    expect(entriesOf(program)).toEqual(['export unused gadget[]@0 unused - concurrent']);
    expect(program.exported.map((d) => d.fn.name)).toEqual(['used', 'unused']);
  });
});

describe('work, notifiers, interrupts, files', () => {
  const entries = (text: string) => entriesOf(link({ 'a.c': GADGET + text }));

  it('a work item belongs to the struct that holds it and never overlaps itself', () => {
    expect(
      entries(
        'static void fn(struct work_struct *w) { struct gadget *g = container_of(w, struct gadget, work); g->id = 1; }\nvoid f(struct gadget *g) { INIT_WORK(&g->work, fn); }',
      ),
    ).toEqual(['work fn gadget[work]@0 work -']);
    expect(entries('static void fn(struct work_struct *w) { }\nvoid f(struct gadget *g) { INIT_WORK(&g->work, fn); }')).toEqual([
      'work fn gadget[work]@0 work -',
    ]);
    expect(entries('static void fn(struct work_struct *w) { }\nstatic DECLARE_WORK(later, fn);')).toEqual(['work fn null[]@0 later -']);
  });

  it('a notifier, assigned or initialised', () => {
    const fn =
      'static int cb(struct notifier_block *nb, unsigned long a, void *d) { struct gadget *g = container_of(nb, struct gadget, nb); return g->id; }\n';
    expect(entries(`${fn}void f(struct gadget *g) { g->nb.notifier_call = cb; }`)).toEqual(['notifier cb gadget[nb]@0 nb -']);
    expect(entries(`${fn}static struct notifier_block nb = { .notifier_call = cb };`)).toEqual(['notifier cb gadget[nb]@0 nb -']);
  });

  it('an interrupt handler, through a helper that passes it on', () => {
    const text = `static irqreturn_t hard(int irq, void *id) { struct gadget *g = id; g->id = 1; return 0; }
static irqreturn_t soft(int irq, void *id) { struct gadget *g = id; g->id = 2; return 0; }
static int help(struct gadget *g, irqreturn_t (*t)(int, void *)) { return devm_request_threaded_irq(&g->dev, 1, hard, t, 0, "x", g); }
int f(struct gadget *g) { return help(g, soft); }`;
    expect(entries(text)).toEqual(['irq hard gadget[]@1 hard -', 'irq soft gadget[]@1 soft -']);
  });

  it('file operations, and those that debugfs is given', () => {
    const text = `static long ctl(struct file *f, unsigned int c, unsigned long a) { struct gadget *g = f->private_data; return g->id; }
static const struct file_operations gadget_fops = { .unlocked_ioctl = ctl };
static ssize_t wr(struct file *f, const char *b, size_t n, loff_t *o) { struct gadget *g = f->private_data; return g->id; }
static const struct file_operations dbg_fops = { .write = wr };
static int dbg_set(void *data, u64 v) { struct gadget *g = data; g->id = v; return 0; }
DEFINE_DEBUGFS_ATTRIBUTE(id_fops, NULL, dbg_set, "%llu");
void f(struct gadget *g) { debugfs_create_file("x", 0600, NULL, g, &dbg_fops); }`;
    expect(entries(text)).toEqual([
      'ioctl ctl gadget[]@-1 gadget_fops - concurrent',
      'debugfs wr gadget[]@-1 dbg_fops - concurrent',
      'debugfs dbg_set gadget[]@0 id_fops - concurrent',
    ]);
  });

  it('configfs attributes and a timer', () => {
    expect(
      entries(`static ssize_t gadget_id_store(struct config_item *i, const char *p, size_t n) { return n; }
CONFIGFS_ATTR_WO(gadget_, id);
static void tick(struct timer_list *t) { }
struct clock { struct timer_list timer; };
void f(struct clock *c) { timer_setup(&c->timer, tick, 0); }`),
    ).toEqual(['configfs gadget_id_store null[]@0 id - concurrent', 'timer tick clock[timer]@0 timer -']);
  });
});
