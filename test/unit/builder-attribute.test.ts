import { expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine';

/** A builder that takes its object back when it cannot be set up; `undo` says under which lock. */
function driver(undo: string): string {
  return `
struct shelf { struct device dev; struct mutex lock; struct device *host; };
struct jar { struct device dev; int level; };

static ssize_t level_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct jar *jar = container_of(dev, struct jar, dev);
	struct shelf *shelf = container_of(dev->parent, struct shelf, dev);
	int level;

	mutex_lock(&shelf->lock);
	level = jar->level;
	mutex_unlock(&shelf->lock);
	return sysfs_emit(buf, "%d\\n", level);
}
static DEVICE_ATTR_RO(level);

static struct attribute *jar_attrs[] = { &dev_attr_level.attr, NULL };
ATTRIBUTE_GROUPS(jar);

static void jar_release(struct device *dev)
{
	kfree(container_of(dev, struct jar, dev));
}

static const struct device_type jar_type = { .name = "jar", .groups = jar_groups, .release = jar_release };

static void jar_unregister(void *data)
{
	struct jar *jar = data;

	device_unregister(&jar->dev);
}

static int jar_fill(struct jar *jar);

static ssize_t add_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct shelf *shelf = container_of(dev, struct shelf, dev);
	struct jar *jar = kzalloc(sizeof(*jar), GFP_KERNEL);
	int rc;

	if (!jar)
		return -ENOMEM;
	device_initialize(&jar->dev);
	jar->dev.parent = dev;
	jar->dev.type = &jar_type;
	rc = device_add(&jar->dev);
	if (rc) {
		put_device(&jar->dev);
		return rc;
	}
	mutex_lock(&shelf->lock);
	rc = jar_fill(jar);
${undo}
	rc = devm_add_action_or_reset(shelf->host, jar_unregister, jar);
	return rc ? rc : len;
}
static DEVICE_ATTR_WO(add);

static struct attribute *shelf_attrs[] = { &dev_attr_add.attr, NULL };
ATTRIBUTE_GROUPS(shelf);
static const struct device_type shelf_type = { .name = "shelf", .groups = shelf_groups };
`;
}

function pairOf(undo: string) {
  const engine = createEngine('/', () => null);
  engine.setFile('shelf.c', driver(undo));
  return engine.check().verdicts.find(({ pair }) => pair.join() === 'add_store,level_show');
}

it('a builder that unregisters its object under the lock of an attribute waits for it for ever', () => {
  const verdict = pairOf(`
	if (rc) {
		jar_unregister(jar);
		mutex_unlock(&shelf->lock);
		return rc;
	}
	mutex_unlock(&shelf->lock);`);
  expect(verdict?.rules).toContain('drain-deadlock');
});

it('one that drops the lock first does not', () => {
  const verdict = pairOf(`
	mutex_unlock(&shelf->lock);
	if (rc) {
		jar_unregister(jar);
		return rc;
	}`);
  // No pair where no lock of the builder's is held around what can be waited for.
  expect(verdict?.rules ?? []).not.toContain('drain-deadlock');
});
