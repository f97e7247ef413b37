import { describe, expect, it } from 'vitest';
import { handler, verdictOf } from './shelf';

/** Jars that are no devices: a kobject counts them and shows them in sysfs. `end` is what the handler does with the one that it has found under the lock. */
const jars = (end: string, more = '') => `
struct shelf;
struct jar { struct kobject base; int level; struct shelf *home; };
struct shelf { struct device dev; struct mutex lock; struct xarray jars; };

static ssize_t level_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct jar *jar = container_of(kobj, struct jar, base);

	return sysfs_emit(buf, "%d", jar->level);
}
static struct kobj_attribute level_attr = __ATTR_RO(level);
static struct attribute *jar_attrs[] = { &level_attr.attr, NULL };
ATTRIBUTE_GROUPS(jar);

static void jar_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct jar, base));
}
static const struct kobj_type jar_ktype = { .release = jar_release, .sysfs_ops = &kobj_sysfs_ops, .default_groups = jar_groups };

static ssize_t add_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct shelf *shelf = container_of(dev, struct shelf, dev);
	struct jar *jar = kzalloc(sizeof(*jar), GFP_KERNEL);

	if (!jar)
		return -ENOMEM;
	jar->home = shelf;
	mutex_lock(&shelf->lock);
	if (kobject_init_and_add(&jar->base, &jar_ktype, &dev->kobj, "jar")) {
		kobject_put(&jar->base);
		mutex_unlock(&shelf->lock);
		return -EBUSY;
	}
	xa_store(&shelf->jars, 0, jar, GFP_KERNEL);
	mutex_unlock(&shelf->lock);
	return len;
}
static DEVICE_ATTR_WO(add);
${handler('end', `mutex_lock(&shelf->lock);\n\tjar = xa_load(&shelf->jars, 0);\n\t${end}`)}
${more}
static struct attribute *shelf_attrs[] = { &dev_attr_add.attr, &dev_attr_end.attr, NULL };
ATTRIBUTE_GROUPS(shelf);
static const struct device_type shelf_type = { .name = "shelf", .groups = shelf_groups };
`;
const LATE = 'mutex_unlock(&shelf->lock);\n\tif (jar) {\n\t\txa_erase(&shelf->jars, 0);\n\t\tkobject_put(&jar->base);\n\t}';
const WON = 'if (jar)\n\t\txa_erase(&shelf->jars, 0);\n\tmutex_unlock(&shelf->lock);\n\tif (jar)\n\t\tkobject_put(&jar->base);';
const rules = (text: string, a: string, b: string) => {
  const found = verdictOf(text, a, b);
  expect(found, `a verdict of ${a} x ${b}`).toBeDefined();
  expect(found?.reason).toBeUndefined();
  return found?.rules;
};

describe('objects that a kobject counts (lib/kobject.c)', () => {
  it('are gone with the last put: two callers that found one have one reference between them', () => {
    expect(rules(jars(LATE), 'end_store', 'end_store')).toEqual(['use-after-free']);
    expect(rules(jars(WON), 'end_store', 'end_store')).toEqual([]);
  });
  it('leave sysfs with the last put, which waits for the handlers of their files', () => {
    expect(rules(jars(WON), 'level_show', 'end_store')).toEqual([]);
    // A handler that the put waits for must not wait for what is held around the put.
    const under = 'if (jar) {\n\t\txa_erase(&shelf->jars, 0);\n\t\tkobject_put(&jar->base);\n\t}\n\tmutex_unlock(&shelf->lock);';
    const waiting = (end: string) =>
      jars(end).replace('return sysfs_emit(', 'mutex_lock(&jar->home->lock);\n\tmutex_unlock(&jar->home->lock);\n\treturn sysfs_emit(');
    expect(rules(waiting(under), 'level_show', 'end_store')).toEqual(['drain-deadlock']);
    expect(rules(waiting(WON), 'level_show', 'end_store')).toEqual([]);
  });
  it('are taken out of sysfs once: kobject_del() a second time is a bug', () => {
    const del = (end: string) =>
      end
        .replace('kobject_put(', 'kobject_del(&jar->base);\n\t\tkobject_put(')
        .replace('if (jar)\n\t\tkobject_del', 'if (jar) {\n\t\tkobject_del');
    const late = rules(jars(del(LATE)), 'end_store', 'end_store');
    expect(late).toContain('double-teardown');
    expect(rules(jars(`${del(WON)}\n\t}`), 'end_store', 'end_store')).toEqual([]);
  });
  it('are as good as gone where their count is taken without one being held', () => {
    const pick =
      'if (jar)\n\t\tkobject_get(&jar->base);\n\tmutex_unlock(&shelf->lock);\n\tif (jar) {\n\t\tjar->level = 1;\n\t\tkobject_put(&jar->base);\n\t}';
    const both = (body: string) =>
      jars(WON, handler('pick', `mutex_lock(&shelf->lock);\n\tjar = xa_load(&shelf->jars, 0);\n\t${body}`)).replace(
        '&dev_attr_end.attr,',
        '&dev_attr_end.attr, &dev_attr_pick.attr,',
      );
    expect(rules(both(pick), 'pick_store', 'end_store')).toEqual([]);
    const late = pick.replace(
      'if (jar)\n\t\tkobject_get(&jar->base);\n\tmutex_unlock(&shelf->lock);',
      'mutex_unlock(&shelf->lock);\n\tif (jar)\n\t\tkobject_get(&jar->base);',
    );
    expect(rules(both(late), 'pick_store', 'end_store')).toContain('use-after-free');
  });
  it('have a type that has the release function, or has none, or one that tells somebody else to free them', () => {
    const uses = jars(WON.replace('kobject_put(&jar->base);', '{\n\t\tkobject_put(&jar->base);\n\t\tjar->level = 1;\n\t}'));
    expect(rules(uses, 'end_store', 'end_store')).toContain('use-after-free');
    expect(rules(uses.replace('.release = jar_release, ', ''), 'end_store', 'end_store')).not.toContain('use-after-free');
    const told = uses.replace('kfree(container_of(kobj, struct jar, base));', 'complete(&container_of(kobj, struct jar, base)->gone);');
    expect(rules(told.replace('int level;', 'int level; struct completion gone;'), 'end_store', 'end_store')).not.toContain(
      'use-after-free',
    );
  });
});
