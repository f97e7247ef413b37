import { describe, expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine';

interface Parts {
  enter: string;
  leave: string;
  /** Between taking the object away and dropping it. */
  wait: string;
  /** Drops it; the object's own count where nothing is said. */
  drop?: string;
}

/** Objects on a list: a handler looks one up without a reference, another takes it away. */
function driver({ enter, leave, wait, drop = 'put_device(&jar->dev);' }: Parts): string {
  return `
struct shelf { struct device dev; struct mutex lock; struct list_head jars; struct device *host; };
struct jar { struct device dev; struct list_head link; struct rcu_head rcu; int level; };


static const struct device_type jar_type = { .name = "jar" };

static void jar_unregister(void *data)
{
	struct jar *jar = data;
	struct shelf *shelf = container_of(jar->dev.parent, struct shelf, dev);

	mutex_lock(&shelf->lock);
	list_del_rcu(&jar->link);
	mutex_unlock(&shelf->lock);
	device_del(&jar->dev);
	${wait}
	${drop}
}

static ssize_t level_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct shelf *shelf = container_of(dev, struct shelf, dev);
	struct jar *jar;
	int level = 0;

	${enter}
	list_for_each_entry_rcu(jar, &shelf->jars, link)
		level += jar->level;
	${leave}
	return sysfs_emit(buf, "%d\\n", level);
}
static DEVICE_ATTR_RO(level);

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
	list_add_tail_rcu(&jar->link, &shelf->jars);
	mutex_unlock(&shelf->lock);
	rc = devm_add_action_or_reset(shelf->host, jar_unregister, jar);
	return rc ? rc : len;
}
static DEVICE_ATTR_WO(add);

static struct attribute *shelf_attrs[] = { &dev_attr_add.attr, &dev_attr_level.attr, NULL };
ATTRIBUTE_GROUPS(shelf);
static const struct device_type shelf_type = { .name = "shelf", .groups = shelf_groups };
`;
}

function rulesOf(parts: Parts): string[] {
  const engine = createEngine('/', () => null);
  engine.setFile('shelf.c', driver(parts));
  expect(engine.parseErrors()).toEqual([]);
  const found = engine.check().verdicts.find(({ pair }) => pair.join() === 'level_show,unbind(shelf->host)');
  expect(found?.reason).toBeUndefined();
  return found?.rules ?? ['no such pair'];
}

const RCU = { enter: 'rcu_read_lock();', leave: 'rcu_read_unlock();' };

describe('a reader that has begun keeps the object', () => {
  it.each([
    ['synchronize_rcu()', { ...RCU, wait: 'synchronize_rcu();' }],
    ['synchronize_rcu() and guard(rcu)', { enter: 'guard(rcu)();', leave: '', wait: 'synchronize_rcu();' }],
    ['kfree_rcu()', { ...RCU, wait: '', drop: 'kfree_rcu(jar, rcu);' }],
  ])('from %s', (_, parts) => expect(rulesOf(parts)).toEqual([]));
});

describe('but not', () => {
  it.each([
    ['where nobody waits', { ...RCU, wait: '' }],
    ['where the reader has left its section', { enter: 'rcu_read_lock(); rcu_read_unlock();', leave: '', wait: 'synchronize_rcu();' }],
    ['from kfree()', { ...RCU, wait: '', drop: 'kfree(jar);' }],
    ['where kfree_rcu() meets no section', { enter: '', leave: '', wait: '', drop: 'kfree_rcu(jar, rcu);' }],
  ])('%s', (_, parts) => expect(rulesOf(parts)).toEqual(['use-after-free']));
});
