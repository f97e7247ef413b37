import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../server/src/engine';

/** Jars that the notifier of a bus makes, and puts on a list too early: a handler that ends what it finds there meets half a jar. */
function module(exit: string): string {
  return `
struct jar { struct device dev; struct list_head link; int level; };
static LIST_HEAD(jars);
static DEFINE_SPINLOCK(jars_lock);

static void jar_release(struct device *dev)
{
	kfree(container_of(dev, struct jar, dev));
}

static void jar_put(struct jar *jar)
{
	device_unregister(&jar->dev);
}

static int jar_attach(struct device *dev, void *unused)
{
	struct jar *jar = kzalloc(sizeof(*jar), GFP_KERNEL);

	if (!jar)
		return -ENOMEM;
	spin_lock(&jars_lock);
	list_add(&jar->link, &jars);
	spin_unlock(&jars_lock);
	device_initialize(&jar->dev);
	jar->dev.release = jar_release;
	if (device_add(&jar->dev)) {
		spin_lock(&jars_lock);
		list_del(&jar->link);
		spin_unlock(&jars_lock);
		put_device(&jar->dev);
		return -EINVAL;
	}
	return 0;
}

static struct jar *jar_first(void)
{
	struct jar *jar;

	spin_lock(&jars_lock);
	jar = list_first_entry_or_null(&jars, struct jar, link);
	spin_unlock(&jars_lock);
	return jar;
}

static void jar_detach(void)
{
	struct jar *jar = jar_first();

	if (!jar)
		return;
	spin_lock(&jars_lock);
	list_del_init(&jar->link);
	spin_unlock(&jars_lock);
	jar_put(jar);
}

static int jar_event(struct notifier_block *nb, unsigned long action, void *data)
{
	if (action == BUS_NOTIFY_ADD_DEVICE)
		jar_attach(data, NULL);
	else
		jar_detach();
	return NOTIFY_OK;
}
static struct notifier_block jar_nb = { .notifier_call = jar_event };

static int __init jar_init(void)
{
	return bus_register_notifier(&shelf_bus, &jar_nb);
}
module_init(jar_init);

static ssize_t clear_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	${exit}
	jar_detach();
	return len;
}
static DEVICE_ATTR_WO(clear);
`;
}

function rulesOf(exit: string): string[] {
  const engine = createEngine('/', () => null);
  engine.setFile('jar.c', module(exit));
  expect(engine.parseErrors()).toEqual([]);
  const found = engine.check().verdicts.find(({ pair }) => [...pair].sort().join() === 'clear_store,jar_event');
  expect(found?.reason).toBeUndefined();
  return found?.rules ?? ['no such pair'];
}

describe('a notifier block of file scope (kernel/notifier.c)', () => {
  it('is called until it is unregistered, which waits for it', () => {
    expect(rulesOf('')).toContain('use-after-free');
    expect(rulesOf('bus_unregister_notifier(&shelf_bus, &jar_nb);')).toEqual([]);
  });
  it('another one is not meant', () => {
    expect(rulesOf('bus_unregister_notifier(&shelf_bus, &other_nb);')).toContain('use-after-free');
  });
});
