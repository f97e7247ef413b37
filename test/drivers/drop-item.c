//: variant bug: the device attribute and the removal of the item both unregister
//: variant fix: clean (cmpxchg() of the pointer decides)
//: variant lock: clean (pointer taken under the mutex)
// SPDX-License-Identifier: GPL-2.0
/* gadgets by configfs: an item makes a device when it is made live */
#include <linux/configfs.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

struct vgpio {
	struct device dev;
	u32 lines;
};

struct vgpio_item {
	struct config_group group;
	struct mutex lock;
	struct vgpio *live;
	u32 lines;
};

static struct vgpio_item *to_vgpio_item(struct config_item *item)
{
	return container_of(to_config_group(item), struct vgpio_item, group);
}

static void vgpio_release(struct device *dev)
{
	kfree(container_of(dev, struct vgpio, dev));
}

static ssize_t lines_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", container_of(dev, struct vgpio, dev)->lines);
}
static DEVICE_ATTR_RO(lines);
static struct attribute *vgpio_attrs[] = { &dev_attr_lines.attr, NULL };
ATTRIBUTE_GROUPS(vgpio);

static int vgpio_activate(struct vgpio_item *item)
{
	struct vgpio *v;
	int ret;

	v = kzalloc(sizeof(*v), GFP_KERNEL);
	if (!v)
		return -ENOMEM;
	v->lines = item->lines;
	v->dev.release = vgpio_release;
	v->dev.groups = vgpio_groups;
	dev_set_name(&v->dev, "vgpio-%s", config_item_name(&item->group.cg_item));
	ret = device_register(&v->dev);
	if (ret) {
		put_device(&v->dev);
		return ret;
	}
	item->live = v;
	return 0;
}

static void vgpio_deactivate(struct vgpio_item *item)
{
	struct vgpio *v;

//: in bug
	v = item->live;
	if (!v)
		return;
	device_unregister(&v->dev); // want(bug) "double-teardown" "use-after-free"
	item->live = NULL;
//: end
//: in fix
	v = xchg(&item->live, NULL);
	if (v)
		device_unregister(&v->dev);
//: end
//: in lock
	scoped_guard(mutex, &item->lock) {
		v = item->live;
		item->live = NULL;
	}
	if (v)
		device_unregister(&v->dev);
//: end
}

static ssize_t vgpio_live_store(struct config_item *cfg, const char *page, size_t count)
{
	struct vgpio_item *item = to_vgpio_item(cfg);
	bool live;
	int ret;

	ret = kstrtobool(page, &live);
	if (ret)
		return ret;
	if (!live) {
		vgpio_deactivate(item);
		return count;
	}
	mutex_lock(&item->lock);
	ret = item->live ? -EPERM : vgpio_activate(item);
	mutex_unlock(&item->lock);
	return ret ?: count;
}
CONFIGFS_ATTR_WO(vgpio_, live);

static struct configfs_attribute *vgpio_item_attrs[] = { &vgpio_attr_live, NULL };

static void vgpio_item_release(struct config_item *cfg)
{
	struct vgpio_item *item = to_vgpio_item(cfg);

	vgpio_deactivate(item);
	kfree(item);
}

static struct configfs_item_operations vgpio_item_ops = { .release = vgpio_item_release };
static const struct config_item_type vgpio_item_type = {
	.ct_item_ops = &vgpio_item_ops,
	.ct_attrs = vgpio_item_attrs,
	.ct_owner = THIS_MODULE,
};

static struct config_group *vgpio_make_group(struct config_group *parent, const char *name)
{
	struct vgpio_item *item = kzalloc(sizeof(*item), GFP_KERNEL);

	if (!item)
		return ERR_PTR(-ENOMEM);
	mutex_init(&item->lock);
	config_group_init_type_name(&item->group, name, &vgpio_item_type);
	return &item->group;
}

static struct configfs_group_operations vgpio_root_ops = { .make_group = vgpio_make_group };
static const struct config_item_type vgpio_root_type = {
	.ct_group_ops = &vgpio_root_ops,
	.ct_owner = THIS_MODULE,
};
static struct configfs_subsystem vgpio_subsys = {
	.su_group = { .cg_item = { .ci_namebuf = "vgpio", .ci_type = &vgpio_root_type } },
};

static int __init vgpio_init(void)
{
	config_group_init(&vgpio_subsys.su_group);
	mutex_init(&vgpio_subsys.su_mutex);
	return configfs_register_subsystem(&vgpio_subsys);
}
static void __exit vgpio_exit(void)
{
	configfs_unregister_subsystem(&vgpio_subsys);
}
module_init(vgpio_init);
module_exit(vgpio_exit);
MODULE_LICENSE("GPL");
