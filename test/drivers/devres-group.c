//: variant bug: two writers release the group of one object
//: variant fix: clean (unlinked under the mutex by one of them, unbind closes creation)
// SPDX-License-Identifier: GPL-2.0
/* blades of an auxiliary device; everything of one blade is a devres group */
#include <linux/auxiliary_bus.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>

struct chassis {
	struct auxiliary_device *adev;
	struct mutex lock;
	struct list_head blades;
	bool closed;
};

struct blade {
	struct device dev;
	struct list_head node;
	u32 slot;
};

static void blade_release(struct device *dev)
{
	kfree(container_of(dev, struct blade, dev));
}

static void blade_remove(void *data)
{
	struct blade *b = data;

	device_unregister(&b->dev);
}

static int blade_insert(struct chassis *c, u32 slot)
{
	struct device *host = &c->adev->dev;
	struct blade *b;
	int ret;

	b = kzalloc(sizeof(*b), GFP_KERNEL);
	if (!b)
		return -ENOMEM;
	b->slot = slot;
	device_initialize(&b->dev);
	b->dev.parent = host;
	b->dev.release = blade_release;
	ret = dev_set_name(&b->dev, "blade%u", slot);
	if (ret)
		goto put;
	if (!devres_open_group(host, b, GFP_KERNEL)) {
		ret = -ENOMEM;
		goto put;
	}
	ret = device_add(&b->dev);
	if (ret)
		goto drop;
	ret = devm_add_action_or_reset(host, blade_remove, b);
	if (ret) {
		devres_release_group(host, b);
		return ret;
	}
	devres_close_group(host, b);
	list_add(&b->node, &c->blades);
	return 0;
drop:
	devres_release_group(host, b);
put:
	put_device(&b->dev);
	return ret;
}

static ssize_t insert_store(struct device *dev, struct device_attribute *a, const char *buf, size_t len)
{
	struct chassis *c = dev_get_drvdata(dev);
	u32 slot;
	int ret = kstrtou32(buf, 0, &slot);

	if (ret)
		return ret;
	mutex_lock(&c->lock);
	ret = c->closed ? -ENODEV : blade_insert(c, slot);
	mutex_unlock(&c->lock);
	return ret ?: len;
}
static DEVICE_ATTR_WO(insert);

static ssize_t eject_store(struct device *dev, struct device_attribute *a, const char *buf, size_t len)
{
	struct chassis *c = dev_get_drvdata(dev);
	struct blade *b, *hit = NULL;
	u32 slot;
	int ret = kstrtou32(buf, 0, &slot);

	if (ret)
		return ret;
	mutex_lock(&c->lock);
	list_for_each_entry(b, &c->blades, node)
		if (b->slot == slot)
			hit = b;
//: in bug
	mutex_unlock(&c->lock);
	if (!hit)
		return -ENOENT;
	devres_release_group(&c->adev->dev, hit);
	mutex_lock(&c->lock);
	list_del(&hit->node); // want(bug) "use-after-free"
//: else
	if (hit) {
		list_del(&hit->node);
		devres_release_group(&c->adev->dev, hit);
	}
//: end
	mutex_unlock(&c->lock);
	return hit ? len : -ENOENT;
}
static DEVICE_ATTR_WO(eject);

static struct attribute *chassis_attrs[] = { &dev_attr_insert.attr, &dev_attr_eject.attr, NULL };
ATTRIBUTE_GROUPS(chassis);

static int chassis_probe(struct auxiliary_device *adev, const struct auxiliary_device_id *id)
{
	struct chassis *c = devm_kzalloc(&adev->dev, sizeof(*c), GFP_KERNEL);

	if (!c)
		return -ENOMEM;
	c->adev = adev;
	mutex_init(&c->lock);
	INIT_LIST_HEAD(&c->blades);
	dev_set_drvdata(&adev->dev, c);
	return 0;
}

static void chassis_remove(struct auxiliary_device *adev)
{
	struct chassis *c = dev_get_drvdata(&adev->dev);

	mutex_lock(&c->lock);
	c->closed = true;
	INIT_LIST_HEAD(&c->blades);
	mutex_unlock(&c->lock);
}

static const struct auxiliary_device_id chassis_ids[] = { { .name = "acme.chassis" }, { } };
static struct auxiliary_driver chassis_driver = {
	.probe = chassis_probe,
	.remove = chassis_remove,
	.id_table = chassis_ids,
	.driver = { .dev_groups = chassis_groups },
};
module_auxiliary_driver(chassis_driver);
MODULE_LICENSE("GPL");
