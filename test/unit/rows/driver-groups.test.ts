import { expect, it } from 'vitest';
import { verdictOf } from './shelf';

const GROUPS = '.dev_groups = pump_groups,';

/** A probe builds a jar for its device; a handler of that device's, made by the driver or by the bus, meets it. */
interface Row {
  /** Whose dev_groups the handler is in: what the driver core removes before ->remove, or with the device. */
  groups: 'driver' | 'bus';
  body: string;
  /** In the probe, before and after the action is added. */
  early?: string;
  late?: string;
}

const driver = ({ groups, body, early = '', late = '' }: Row) => `
struct jar { struct device dev; int level; };
struct pump { struct device *dev; struct xarray jars; struct mutex lock; };

static void jar_release(struct device *dev)
{
	kfree(container_of(dev, struct jar, dev));
}

static void jar_unregister(void *data)
{
	struct jar *jar = data;

	device_unregister(&jar->dev);
}

static ssize_t end_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct pump *pump = dev_get_drvdata(dev);
	struct jar *jar;

	${body}
	return len;
}
static DEVICE_ATTR_WO(end);
static struct attribute *pump_attrs[] = { &dev_attr_end.attr, NULL };
ATTRIBUTE_GROUPS(pump);

static int pump_probe(struct tank_device *tank)
{
	struct pump *pump = devm_kzalloc(&tank->dev, sizeof(*pump), GFP_KERNEL);
	struct jar *jar;
	int rc;

	if (!pump)
		return -ENOMEM;
	pump->dev = &tank->dev;
	dev_set_drvdata(&tank->dev, pump);
	jar = kzalloc(sizeof(*jar), GFP_KERNEL);
	if (!jar)
		return -ENOMEM;
	device_initialize(&jar->dev);
	jar->dev.parent = &tank->dev;
	jar->dev.release = jar_release;
	rc = device_add(&jar->dev);
	if (rc) {
		put_device(&jar->dev);
		return rc;
	}
	${early}
	rc = devm_add_action_or_reset(&tank->dev, jar_unregister, jar);
	if (rc)
		return rc;
	${late}
	return 0;
}
struct tank_device { struct device dev; };
struct tank_driver { struct device_driver driver; int (*probe)(struct tank_device *tank); };
static struct bus_type tank_bus = { .name = "tank", ${groups === 'bus' ? GROUPS : ''} };
static struct tank_driver pump_driver = { .probe = pump_probe, .driver = { .name = "pump", ${groups === 'driver' ? GROUPS : ''} } };
`;

const STORE = 'xa_store(&pump->jars, 0, jar, GFP_KERNEL);';
const UNBIND = 'unbind(&tank->dev)';
const rules = (row: Row, other: string) => verdictOf(driver(row), 'end_store', other)?.rules ?? ['no such pair'];

it("a driver's dev_groups are removed, and their handlers waited for, before ->remove and devres (drivers/base/dd.c device_remove)", () => {
  const body =
    'jar = xa_load(&pump->jars, 0);\n\tif (jar)\n\t\tjar->level = 1;\n\tif (buf[0])\n\t\tdevm_release_action(pump->dev, jar_unregister, jar);';
  expect(rules({ groups: 'driver', body, late: STORE }, UNBIND)).toEqual([]);
  // Those of the bus stay as long as the device.
  expect(rules({ groups: 'bus', body, late: STORE }, UNBIND)).toEqual(expect.arrayContaining(['release-vs-unbind', 'use-after-free']));
});

it('are made when the probe has ended (drivers/base/dd.c really_probe)', () => {
  const body = 'jar = xa_load(&pump->jars, 0);\n\tif (jar)\n\t\tdevm_release_action(pump->dev, jar_unregister, jar);';
  expect(rules({ groups: 'driver', body, early: STORE }, 'pump_probe')).toEqual([]);
  expect(rules({ groups: 'bus', body, early: STORE }, 'pump_probe')).toContain('release-before-add');
});

it('are waited for with the device lock held: a handler that takes it waits for its remover', () => {
  const body =
    'device_lock(dev);\n\tjar = xa_load(&pump->jars, 0);\n\tif (jar && !devm_remove_action_nowarn(pump->dev, jar_unregister, jar)) {\n\t\txa_erase(&pump->jars, 0);\n\t\tdevice_unregister(&jar->dev);\n\t}\n\tdevice_unlock(dev);';
  expect(rules({ groups: 'driver', body, late: STORE }, UNBIND)).toContain('drain-deadlock');
  expect(rules({ groups: 'bus', body, late: STORE }, UNBIND)).not.toContain('drain-deadlock');
});
