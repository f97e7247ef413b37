import { expect, it } from 'vitest';
import { verdictOf } from './shelf';

/** A probe that makes a shelf with one jar on it; `actions` adds the teardown of each. */
function driver(actions: string): string {
  return `
struct jar { struct device dev; int level; };
struct shelf { struct device dev; struct device *host; };

static void jar_release(struct device *dev)
{
	kfree(container_of(dev, struct jar, dev));
}

static void jar_unregister(void *data)
{
	struct jar *jar = data;

	device_unregister(&jar->dev);
}

static void shelf_unregister(void *data)
{
	struct shelf *shelf = data;

	device_unregister(&shelf->dev);
}

static ssize_t end_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct shelf *shelf = container_of(dev, struct shelf, dev);
	struct device *child = device_find_child_by_name(dev, buf);
	struct jar *jar;

	if (!child)
		return -ENODEV;
	jar = container_of(child, struct jar, dev);
	put_device(child);
	jar->level = 1;
	devm_release_action(shelf->host, jar_unregister, jar);
	return len;
}
static DEVICE_ATTR_WO(end);
static struct attribute *shelf_attrs[] = { &dev_attr_end.attr, NULL };
ATTRIBUTE_GROUPS(shelf);
static const struct device_type shelf_type = { .name = "shelf", .groups = shelf_groups };

static int shelf_add_jar(struct shelf *shelf, struct device *host)
{
	struct jar *jar = kzalloc(sizeof(*jar), GFP_KERNEL);

	if (!jar)
		return -ENOMEM;
	device_initialize(&jar->dev);
	jar->dev.parent = &shelf->dev;
	jar->dev.release = jar_release;
	if (device_add(&jar->dev)) {
		put_device(&jar->dev);
		return -EINVAL;
	}
	return devm_add_action_or_reset(host, jar_unregister, jar);
}

static int shelf_probe(struct platform_device *pdev)
{
	struct shelf *shelf = devm_kzalloc(&pdev->dev, sizeof(*shelf), GFP_KERNEL);
	int rc;

	if (!shelf)
		return -ENOMEM;
	shelf->host = &pdev->dev;
	device_initialize(&shelf->dev);
	shelf->dev.type = &shelf_type;
	rc = device_add(&shelf->dev);
	if (rc)
		return rc;
	${actions}
	return rc;
}
static struct platform_driver shelf_driver = { .probe = shelf_probe };
module_platform_driver(shelf_driver);
`;
}

const JAR = 'rc = shelf_add_jar(shelf, &pdev->dev);';
const SHELF = 'rc = devm_add_action_or_reset(&pdev->dev, shelf_unregister, shelf);';
const CHECK = '\n\tif (rc)\n\t\treturn rc;\n\t';

it('devres unwind newest first: an owner that its probe adds after the object goes, and drains its handlers, before it (drivers/base/devres.c)', () => {
  const rules = (actions: string) => verdictOf(driver(actions), 'end_store', 'unbind(host)')?.rules ?? ['no such pair'];
  expect(rules(SHELF + CHECK + JAR)).toContain('use-after-free');
  // The list has been moved by then, so the handler finds no entry, but the jar stays while it runs.
  expect(rules(JAR + CHECK + SHELF)).toEqual(['release-vs-unbind']);
});
