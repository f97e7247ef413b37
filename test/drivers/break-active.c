//: variant bug: an own attribute deletes its device without giving up its protection
//: variant FP_fix: clean (device_add() holds a reference; protection given up, the winner by test_and_set_bit() under a reference)
// SPDX-License-Identifier: GPL-2.0
/* disks of a storage box with a delete attribute of their own */
#include <linux/bitops.h>
#include <linux/device.h>
#include <linux/kernfs.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct vdisk {
	struct device dev;
	unsigned long flags;
};

static void vdisk_release(struct device *dev)
{
	kfree(container_of(dev, struct vdisk, dev));
}

static ssize_t delete_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct vdisk *d = container_of(dev, struct vdisk, dev);

//: in bug
	if (!test_and_set_bit(0, &d->flags))
		device_unregister(&d->dev); // want(bug) "self-removal"
//: else
	struct kernfs_node *kn;

	get_device(&d->dev);
	kn = sysfs_break_active_protection(&dev->kobj, &attr->attr);
	if (!test_and_set_bit(0, &d->flags))
		device_unregister(&d->dev);
	if (kn)
		sysfs_unbreak_active_protection(kn);
	put_device(&d->dev);
//: end
	return n;
}
static DEVICE_ATTR_WO(delete);
static struct attribute *vdisk_attrs[] = { &dev_attr_delete.attr, NULL };
ATTRIBUTE_GROUPS(vdisk);

static ssize_t add_disk_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct vdisk *d = kzalloc(sizeof(*d), GFP_KERNEL);
	int err;

	if (!d)
		return -ENOMEM;
	d->dev.parent = dev;
	d->dev.groups = vdisk_groups;
	d->dev.release = vdisk_release;
	dev_set_name(&d->dev, "vdisk-%.8s", buf);
	err = device_register(&d->dev);
	if (err)
		put_device(&d->dev);
	return err ? err : n;
}
static DEVICE_ATTR_WO(add_disk);
static struct attribute *box_attrs[] = { &dev_attr_add_disk.attr, NULL };
ATTRIBUTE_GROUPS(box);

static int vdisk_kill(struct device *dev, void *data)
{
	struct vdisk *d = container_of(dev, struct vdisk, dev);

	if (!test_and_set_bit(0, &d->flags))
		device_unregister(&d->dev);
	return 0;
}

static int box_probe(struct platform_device *pdev)
{
	return 0;
}

static void box_remove(struct platform_device *pdev)
{
	device_for_each_child(&pdev->dev, NULL, vdisk_kill);
}

static struct platform_driver box_driver = {
	.driver = { .name = "vdisk-box", .dev_groups = box_groups },
	.probe = box_probe,
	.remove = box_remove,
};
module_platform_driver(box_driver);
MODULE_LICENSE("GPL");
