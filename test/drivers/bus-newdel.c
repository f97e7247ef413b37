//: variant bug: the bus attribute looks the device up under the mutex and unregisters it outside
//: variant FN_exit: module exit leaves the flag alone and walks the list beside the attributes
//: variant fix: clean (list_del() and unregistration under one mutex, flag closed by exit)
// SPDX-License-Identifier: GPL-2.0
/* emulated sensors bus: new_device and del_device attributes of the bus itself */
#include <linux/device/bus.h>
#include <linux/idr.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

static DEFINE_IDA(emu_bus_ida);
static LIST_HEAD(emu_dev_list);
static DEFINE_MUTEX(emu_dev_list_lock);
static bool emu_bus_enabled;

struct emu_dev {
	struct device dev;
	struct list_head list;
	unsigned int chans;
	u32 *values;
};

static inline struct emu_dev *to_emu_dev(struct device *d)
{
	return container_of(d, struct emu_dev, dev);
}

static void emu_dev_release(struct device *dev)
{
	struct emu_dev *edev = to_emu_dev(dev);

	kfree(edev->values);
	kfree(edev);
}

static const struct device_type emu_dev_type = {
	.release = emu_dev_release,
};

static struct emu_dev *emu_dev_new(unsigned int id, unsigned int chans);

static void emu_dev_del(struct emu_dev *edev)
{
	ida_free(&emu_bus_ida, edev->dev.id); // want(bug) "use-after-free"
	device_unregister(&edev->dev); // want(bug) "double-teardown"
}

static ssize_t new_device_store(const struct bus_type *bus, const char *buf, size_t count)
{
	unsigned int id, chans;
	struct emu_dev *edev;
	int err;

	err = sscanf(buf, "%u %u", &id, &chans);
	if (err != 2) {
		pr_err("Format for adding new device is \"id chans\" (uint uint).\n");
		return -EINVAL;
	}

	mutex_lock(&emu_dev_list_lock);
	if (!emu_bus_enabled) {
		err = -EBUSY;
		goto err;
	}
	edev = emu_dev_new(id, chans);
	if (IS_ERR(edev)) {
		err = PTR_ERR(edev);
		goto err;
	}
	list_add_tail(&edev->list, &emu_dev_list);
	mutex_unlock(&emu_dev_list_lock);
	return count;
err:
	mutex_unlock(&emu_dev_list_lock);
	return err;
}
static BUS_ATTR_WO(new_device);

static ssize_t del_device_store(const struct bus_type *bus, const char *buf, size_t count)
{
	struct emu_dev *edev, *tmp;
	unsigned int id;
	int err;

	err = kstrtouint(buf, 0, &id);
	if (err)
		return err;

	err = -ENOENT;
	mutex_lock(&emu_dev_list_lock);
	if (!emu_bus_enabled) {
		mutex_unlock(&emu_dev_list_lock);
		return -EBUSY;
	}
	list_for_each_entry_safe(edev, tmp, &emu_dev_list, list) {
		if (edev->dev.id != id)
			continue;
//: in bug
		mutex_unlock(&emu_dev_list_lock);
		emu_dev_del(edev);
		mutex_lock(&emu_dev_list_lock);
		list_del(&edev->list); // want(bug) "use-after-free"
//: else
		list_del(&edev->list);
		emu_dev_del(edev);
//: end
		err = 0;
		break;
	}
	mutex_unlock(&emu_dev_list_lock);
	return !err ? count : err;
}
static BUS_ATTR_WO(del_device);

static struct attribute *emu_bus_attrs[] = {
	&bus_attr_new_device.attr,
	&bus_attr_del_device.attr,
	NULL
};
ATTRIBUTE_GROUPS(emu_bus);

static int emu_bus_match(struct device *dev, const struct device_driver *drv)
{
	return dev->type == &emu_dev_type;
}

static const struct bus_type emu_bus = {
	.name		= "emu",
	.bus_groups	= emu_bus_groups,
	.match		= emu_bus_match,
};

static struct emu_dev *emu_dev_new(unsigned int id, unsigned int chans)
{
	struct emu_dev *edev;
	int err;

	edev = kzalloc(sizeof(*edev), GFP_KERNEL);
	if (!edev)
		return ERR_PTR(-ENOMEM);
	edev->values = kcalloc(chans, sizeof(u32), GFP_KERNEL);
	if (!edev->values) {
		kfree(edev);
		return ERR_PTR(-ENOMEM);
	}
	err = ida_alloc_range(&emu_bus_ida, id, id, GFP_KERNEL);
	if (err < 0)
		goto err_free;
	edev->dev.id = err;
	edev->dev.bus = &emu_bus;
	edev->dev.type = &emu_dev_type;
	edev->chans = chans;
	dev_set_name(&edev->dev, "emu%d", edev->dev.id);
	err = device_register(&edev->dev);
	if (err) {
		ida_free(&emu_bus_ida, id);
		put_device(&edev->dev);
		return ERR_PTR(err);
	}
	return edev;

err_free:
	kfree(edev->values);
	kfree(edev);
	return ERR_PTR(err);
}

static int __init emu_init(void)
{
	int err = bus_register(&emu_bus);

	if (err)
		return err;
	mutex_lock(&emu_dev_list_lock);
	emu_bus_enabled = true;
	mutex_unlock(&emu_dev_list_lock);
	return 0;
}

static void __exit emu_exit(void)
{
	struct emu_dev *edev, *tmp;

//: in FN_exit
	list_for_each_entry_safe(edev, tmp, &emu_dev_list, list) {
		list_del(&edev->list); // want(FN_exit) "double-teardown" "use-after-free"
		emu_dev_del(edev);
	}
//: else
	mutex_lock(&emu_dev_list_lock);
	emu_bus_enabled = false;
	list_for_each_entry_safe(edev, tmp, &emu_dev_list, list) {
		list_del(&edev->list);
		emu_dev_del(edev);
	}
	mutex_unlock(&emu_dev_list_lock);
//: end
	bus_unregister(&emu_bus);
}
module_init(emu_init);
module_exit(emu_exit);
MODULE_LICENSE("GPL");
