import { expect, test } from 'vitest';
import { createEngine } from '../../server/src/engine';
import { report } from './rows/shelf';

/** What drivers hang at their devices: a hub whose removal also ends the plugs that a handler of the hub makes. */
const CORE = `
struct hub { struct device dev; struct plug *plug; };
struct plug { struct device dev; };

static void plug_release(struct device *dev)
{
	kfree(container_of(dev, struct plug, dev));
}
static const struct device_type plug_type = { .name = "plug", .release = plug_release };

static void hub_release(struct device *dev)
{
	kfree(container_of(dev, struct hub, dev));
}

static ssize_t plug_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct hub *hub = container_of(dev, struct hub, dev);
	struct plug *plug = kzalloc(sizeof(*plug), GFP_KERNEL);

	if (!plug)
		return -ENOMEM;
	device_initialize(&plug->dev);
	plug->dev.parent = dev;
	plug->dev.type = &plug_type;
	if (device_add(&plug->dev))
		put_device(&plug->dev);
	return len;
}
static DEVICE_ATTR_WO(plug);
static struct attribute *hub_attrs[] = { &dev_attr_plug.attr, NULL };
ATTRIBUTE_GROUPS(hub);
static const struct device_type hub_type = { .name = "hub", .release = hub_release, .groups = hub_groups };

static int end_plug(struct device *dev, void *data)
{
	struct plug *plug = container_of(dev, struct plug, dev);

	device_unregister(&plug->dev);
	return 0;
}

static struct hub *hub_create(struct device *parent)
{
	struct hub *hub = kzalloc(sizeof(*hub), GFP_KERNEL);

	if (!hub)
		return NULL;
	device_initialize(&hub->dev);
	hub->dev.parent = parent;
	hub->dev.type = &hub_type;
	if (device_add(&hub->dev)) {
		put_device(&hub->dev);
		return NULL;
	}
	return hub;
}
`;

const DRIVER = (name: string, shutdown = '') => `
static int ${name}_probe(struct platform_device *pdev)
{
	struct hub *hub = hub_create(&pdev->dev);

	if (!hub)
		return -ENOMEM;
	platform_set_drvdata(pdev, hub);
	return 0;
}
static void ${name}_remove(struct platform_device *pdev)
{
	struct hub *hub = platform_get_drvdata(pdev);

	device_for_each_child(&hub->dev, NULL, end_plug);
	device_unregister(&hub->dev);
}
static struct platform_driver ${name}_driver = {
	.probe = ${name}_probe, .remove = ${name}_remove, ${shutdown} .driver = { .name = "${name}" },
};
`;

const meeting = (text: string) =>
  report(text).findings.filter(({ pairs }) => pairs.some((pair) => pair.every((entry) => entry.endsWith('_remove'))));

test('a device that ->remove has ended is not shut down', () => {
  expect(meeting(CORE + DRIVER('usb', '.shutdown = usb_remove,'))).toEqual([]);
});

test('what two drivers do to each other with what each has at its own device is for the reader to judge', () => {
  const found = meeting(CORE + DRIVER('usb') + DRIVER('pci'));
  expect(found.map(({ rule }) => rule)).toContain('double-teardown');
  for (const { severity, assumptions } of found) {
    expect(severity).toBe('information');
    expect(assumptions).toContain('usb_remove() and pci_remove() are called for devices that share one object');
  }
});

test('the modules of two drivers that start at once are not taken to share what they find there', () => {
  const core = `
struct jar { struct device dev; };
struct shelf { struct xarray jars; };

static inline int shelf_fill(struct shelf *shelf)
{
	struct jar *jar = kzalloc(sizeof(*jar), GFP_KERNEL);

	if (!jar)
		return -ENOMEM;
	if (device_register(&jar->dev)) {
		put_device(&jar->dev);
		return -EBUSY;
	}
	xa_store(&shelf->jars, 0, jar, GFP_KERNEL);
	return 0;
}

static inline void shelf_empty(struct shelf *shelf)
{
	struct jar *jar = xa_load(&shelf->jars, 0);

	if (jar)
		device_unregister(&jar->dev);
}
extern struct shelf the_shelf;
`;
  const starts = (name: string) => `
static int ${name}_init(void)
{
	int rc = shelf_fill(&the_shelf);

	shelf_empty(&the_shelf);
	return rc;
}
module_init(${name}_init);
`;
  const severities = (files: Record<string, string>) => {
    const engine = createEngine('/', () => null);
    for (const [path, text] of Object.entries(files)) engine.setFile(path, text);
    const { findings } = engine.check();
    return findings.filter(({ pairs }) => pairs.some(([a, b]) => a !== b)).map(({ severity }) => severity);
  };
  const apart = severities({
    'shelf.h': core,
    'one.c': `#include "shelf.h"\n${starts('one')}`,
    'two.c': `#include "shelf.h"\n${starts('two')}`,
  });
  expect(apart.length).toBeGreaterThan(0);
  expect(new Set(apart)).toEqual(new Set(['information']));
  const together = severities({ 'shelf.h': core, 'one.c': `#include "shelf.h"\n${starts('one')}${starts('two')}` });
  expect(together).toContain('error');
});
