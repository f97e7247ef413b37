//: variant bug: two writers put the one reference of a slot, and the builder still uses it
//: variant fix: clean (who takes the slot off the list ends it; the builder is done when it gives up the lock)
// SPDX-License-Identifier: GPL-2.0
/* slots of a crypto engine as plain kobjects below the device */
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

struct slot_engine {
	struct device *dev;
	struct kset *slots_kset;
	struct mutex lock;
	struct list_head slots;
};

struct key_slot {
	struct kobject kobj;
	struct list_head node;
	u32 index;
	u32 uses;
};
#define to_key_slot(k) container_of(k, struct key_slot, kobj)

static ssize_t uses_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", to_key_slot(kobj)->uses);
}
static struct kobj_attribute uses_attr = __ATTR_RO(uses);

static struct attribute *key_slot_attrs[] = { &uses_attr.attr, NULL };
ATTRIBUTE_GROUPS(key_slot);

static void key_slot_release(struct kobject *kobj)
{
	kfree(to_key_slot(kobj));
}

static const struct kobj_type key_slot_ktype = {
	.sysfs_ops = &kobj_sysfs_ops,
	.release = key_slot_release,
	.default_groups = key_slot_groups,
};

static ssize_t alloc_slot_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct slot_engine *e = dev_get_drvdata(dev);
	struct key_slot *s;
	int ret;

	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	ret = kstrtou32(buf, 0, &s->index);
	if (ret) {
		kfree(s);
		return ret;
	}
	ret = kobject_init_and_add(&s->kobj, &key_slot_ktype, &dev->kobj, "slot%u", s->index);
	if (ret) {
		kobject_put(&s->kobj);
		return ret;
	}
	mutex_lock(&e->lock);
	list_add_tail(&s->node, &e->slots);
//: in bug
	mutex_unlock(&e->lock);
	kobject_uevent(&s->kobj, KOBJ_ADD); // want(bug) "use-after-free"
//: else
	kobject_uevent(&s->kobj, KOBJ_ADD);
	mutex_unlock(&e->lock);
//: end
	return n;
}
static DEVICE_ATTR_WO(alloc_slot);

static void key_slot_destroy(struct key_slot *s)
{
	kobject_del(&s->kobj); // want(bug) "double-teardown" "use-after-free"
	kobject_put(&s->kobj);
}

static ssize_t free_slot_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct slot_engine *e = dev_get_drvdata(dev);
	struct key_slot *s, *found = NULL;
	u32 index;
	int ret = kstrtou32(buf, 0, &index);

	if (ret)
		return ret;
	mutex_lock(&e->lock);
	list_for_each_entry(s, &e->slots, node) {
		if (s->index == index) {
			found = s;
			break;
		}
	}
//: in bug
	mutex_unlock(&e->lock);
	if (!found)
		return -ENOENT;
	key_slot_destroy(found);
	mutex_lock(&e->lock);
	list_del(&found->node); // want(bug) "use-after-free"
	mutex_unlock(&e->lock);
//: else
	if (found)
		list_del(&found->node);
	mutex_unlock(&e->lock);
	if (!found)
		return -ENOENT;
	key_slot_destroy(found);
//: end
	return n;
}
static DEVICE_ATTR_WO(free_slot);

static struct attribute *engine_attrs[] = { &dev_attr_alloc_slot.attr, &dev_attr_free_slot.attr, NULL };
ATTRIBUTE_GROUPS(engine);

static int engine_probe(struct platform_device *pdev)
{
	struct slot_engine *e = devm_kzalloc(&pdev->dev, sizeof(*e), GFP_KERNEL);

	if (!e)
		return -ENOMEM;
	e->dev = &pdev->dev;
	mutex_init(&e->lock);
	INIT_LIST_HEAD(&e->slots);
	platform_set_drvdata(pdev, e);
	return 0;
}

static void engine_remove(struct platform_device *pdev)
{
	struct slot_engine *e = platform_get_drvdata(pdev);
	struct key_slot *s, *tmp;

	list_for_each_entry_safe(s, tmp, &e->slots, node) {
		list_del(&s->node);
		key_slot_destroy(s);
	}
}

static struct platform_driver engine_driver = {
	.driver = { .name = "slot-engine", .dev_groups = engine_groups },
	.probe = engine_probe,
	.remove = engine_remove,
};
module_platform_driver(engine_driver);
MODULE_LICENSE("GPL");
