import { expect, test } from 'vitest';
import { createEngine } from '../../../server/src/engine';

/** Attributes on the probed device itself, whose data the struct is; removed by an action. `lock` stands around the handler's work. */
function driver(lock: string, unlock: string): string {
  return `
struct shelf { struct device *dev; };
struct book { struct device dev; struct shelf *shelf; };

static void book_release(struct device *dev)
{
	kfree(container_of(dev, struct book, dev));
}

static const struct device_type book_type = { .release = book_release };

static void unregister_book(void *dev)
{
	device_unregister(dev);
}

static int add_book(struct shelf *shelf)
{
	struct book *book = kzalloc(sizeof(*book), GFP_KERNEL);
	int rc;

	if (!book)
		return -ENOMEM;
	book->shelf = shelf;
	device_initialize(&book->dev);
	book->dev.parent = shelf->dev;
	book->dev.type = &book_type;
	rc = device_add(&book->dev);
	if (rc) {
		put_device(&book->dev);
		return rc;
	}
	return devm_add_action_or_reset(shelf->dev, unregister_book, &book->dev);
}

static ssize_t remove_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct shelf *shelf = dev_get_drvdata(dev);
	struct device *victim;

	${lock}
	victim = device_find_child_by_name(shelf->dev, buf);
	if (victim) {
		devm_release_action(dev, unregister_book, victim);
		put_device(victim);
	}
	${unlock}
	return len;
}
static DEVICE_ATTR_WO(remove);

static struct attribute *shelf_attrs[] = { &dev_attr_remove.attr, NULL };
static const struct attribute_group shelf_group = { .attrs = shelf_attrs };
static const struct attribute_group *shelf_groups[] = { &shelf_group, NULL };

static void shelf_remove_groups(void *data)
{
	struct shelf *shelf = data;

	sysfs_remove_groups(&shelf->dev->kobj, shelf_groups);
}

static int shelf_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct shelf *shelf = kzalloc(sizeof(*shelf), GFP_KERNEL);
	int rc;

	if (!shelf)
		return -ENOMEM;
	dev_set_drvdata(dev, shelf);
	shelf->dev = dev;
	if (sysfs_create_groups(&dev->kobj, shelf_groups))
		return -ENOMEM;
	rc = devm_add_action_or_reset(dev, shelf_remove_groups, shelf);
	if (rc)
		return rc;
	return add_book(shelf);
}

static struct platform_driver shelf_driver = { .probe = shelf_probe, .driver = { .name = "shelf" } };
module_platform_driver(shelf_driver);
`;
}

function rules(lock: string, unlock: string): string[] {
  const engine = createEngine('/', () => null);
  engine.setFile('shelf.c', driver(lock, unlock));
  const report = engine.check();
  const pairs = report.verdicts.filter(({ pair }) => pair[0] === 'remove_store' && pair[1].startsWith('unbind('));
  expect(pairs.length).toBeGreaterThan(0);
  return [...new Set(pairs.flatMap((verdict) => verdict.rules))];
}

test('a handler on the probed device waits for the lock that the unbind holds while it drains the handler', () => {
  expect(rules('device_lock(dev);', 'device_unlock(dev);')).toEqual(['drain-deadlock']);
});

test('without that lock the unbind takes the entry first', () => {
  expect(rules('', '')).toContain('release-vs-unbind');
});
