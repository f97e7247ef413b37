/** Where the kernel's semantics are read wrongly as yet: FP_ is a race that cannot be, FN_ one that is not found. */
import { expect, it } from 'vitest';
import { driver, handler, report, rulesOf, UNBIND, verdictOf } from './shelf';

const REGISTER = 'rc = device_add(&jar->dev);\n\tif (rc) {\n\t\tput_device(&jar->dev);\n\t\treturn rc;\n\t}';

it('FN_ a struct that a header of the core defines begins no lifetime, though its device is unregistered by two callers', () => {
  const text = `
struct host { struct device dev; };

static ssize_t slot_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct host *host = container_of(dev, struct host, dev);
	struct device *child = device_find_any_child(&host->dev);
	struct spi_device *spi;

	if (child) {
		device_unregister(child);
		put_device(child);
	}
	spi = kzalloc(sizeof(*spi), GFP_KERNEL);
	if (!spi)
		return -ENOMEM;
	device_initialize(&spi->dev);
	spi->dev.parent = &host->dev;
	if (device_add(&spi->dev)) {
		put_device(&spi->dev);
		return -EBUSY;
	}
	return len;
}
static DEVICE_ATTR_WO(slot);

static struct attribute *host_attrs[] = { &dev_attr_slot.attr, NULL };
ATTRIBUTE_GROUPS(host);
static const struct class host_class = { .name = "host", .dev_groups = host_groups };
`;
  expect(report(text).verdicts).toEqual([]);
  // The same struct in the checked files is one.
  const own = report(`struct spi_device { struct device dev; };\n${text}`);
  expect(own.findings.map(({ rule }) => rule)).toContain('double-teardown');
});

it('FN_ what configfs calls for an item meets no removal', () => {
  const drops = `
static void jar_drop(struct config_group *group, struct config_item *item)
{
	struct jar *jar = container_of(group, struct jar, group);

	jar->level++;
}
static struct configfs_group_operations jar_ops = { .drop_item = jar_drop };
`;
  const parts = { jar: 'struct config_group group;', globals: drops, publish: 'configfs_register_group(NULL, &jar->group);' };
  expect(verdictOf(driver(parts), 'jar_drop', UNBIND)).toBeUndefined();
});

it('FN_ a module exit that ends objects runs beside nothing, though handlers that it has not removed still run', () => {
  const ends = (head: string, tail: string) => `
static struct shelf the_shelf;

static ${head}
{
	struct jar *jar = xa_erase(&the_shelf.jars, 0);

	if (jar)
		device_unregister(&jar->dev);
	${tail}`;
  const register = `${REGISTER}\n\txa_store(&the_shelf.jars, 0, jar, GFP_KERNEL);`;
  const find = 'jar = xa_load(&the_shelf.jars, 0);\n\tif (jar)\n\t\tjar->level = 1;';
  const pair = (more: string, name: string) =>
    verdictOf(driver({ register, globals: more, end: find, attributes: name === 'clear_store' ? ['clear'] : [] }), 'end_store', name)
      ?.rules;
  expect(pair(ends('void __exit shelf_exit(void)', '}\nmodule_exit(shelf_exit);'), 'shelf_exit')).toBeUndefined();
  const handled = ends(
    'ssize_t clear_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)',
    'return len;\n}',
  );
  expect(pair(`${handled}\nstatic DEVICE_ATTR_WO(clear);`, 'clear_store')).toContain('use-after-free');
});

it('FP_ two owners that the code has compared are one: the lock of the other is the one that the removal of the first holds', () => {
  const stop = `
static void shelf_stop(void *data)
{
	struct shelf *shelf = data;

	mutex_lock(&shelf->lock);
	device_del(&shelf->dev);
	mutex_unlock(&shelf->lock);
}

static int shelf_start(struct shelf *shelf)
{
	return devm_add_action_or_reset(shelf->host, shelf_stop, shelf);
}
EXPORT_SYMBOL_GPL(shelf_start);`;
  const copy = 'if (other == shelf)\n\t\treturn -EINVAL;\n\tmutex_lock(&other->lock);\n\tmutex_unlock(&other->lock);';
  const rules = (other: string) =>
    rulesOf({ attributes: ['copy'], more: handler('copy', `struct shelf *other = ${other};\n\n\t${copy}`) + stop }, 'copy_store', UNBIND);
  expect(rules('shelf_by_name(buf)')).toContain('drain-deadlock');
  expect(rules('shelf')).toEqual([]);
});

it('FP_ elements of an array are one: a loop over two of them comes to one object twice', () => {
  const clear = (body: string) =>
    rulesOf(
      {
        shelf: 'struct jar *slots[2];',
        register: REGISTER,
        publish: 'mutex_lock(&shelf->lock);\n\tshelf->slots[len & 1] = jar;\n\tmutex_unlock(&shelf->lock);',
        attributes: ['clear'],
        more: handler('clear', `mutex_lock(&shelf->lock);\n\t${body}\n\tmutex_unlock(&shelf->lock);`),
      },
      'add_store',
      'clear_store',
    );
  const loop = (end: string) => `for (int i = 0; i < 2; i++) {\n\t\tjar = shelf->slots[i];\n\t\t${end}\n\t}`;
  expect(clear(loop('if (jar)\n\t\t\tdevice_unregister(&jar->dev);'))).toContain('use-after-free');
  expect(clear(loop('shelf->slots[i] = NULL;\n\t\tif (jar)\n\t\t\tdevice_unregister(&jar->dev);'))).toEqual([]);
});
