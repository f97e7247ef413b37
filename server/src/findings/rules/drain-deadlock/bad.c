// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct press {
	struct device dev;
	struct device *host;
};

#define to_press(d) container_of(d, struct press, dev)

struct plate {
	struct device dev;
};

#define to_plate(d) container_of(d, struct plate, dev)

static void plate_release(struct device *dev)
{
	kfree(to_plate(dev));
}

static const struct device_type plate_type = {
	.name = "plate",
	.release = plate_release,
};

static void plate_unregister(void *data)
{
	struct plate *plate = data;

	device_unregister(&plate->dev);
}

static int plate_add(struct press *press, int id)
{
	struct plate *plate;
	int rc;

	plate = kzalloc(sizeof(*plate), GFP_KERNEL);
	if (!plate)
		return -ENOMEM;

	device_initialize(&plate->dev);
	plate->dev.parent = &press->dev;
	plate->dev.type = &plate_type;
	rc = dev_set_name(&plate->dev, "plate%d", id);
	if (!rc)
		rc = device_add(&plate->dev);
	if (rc) {
		put_device(&plate->dev);
		return rc;
	}

	return devm_add_action_or_reset(press->host, plate_unregister, plate);
}

static ssize_t eject_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t len)
{
	struct press *press = to_press(dev);
	struct device *plate_dev;

	device_lock(press->host); /* want "drain-deadlock" */
	plate_dev = device_find_child_by_name(dev, buf);
	if (plate_dev) {
		devm_release_action(press->host, plate_unregister,
				    to_plate(plate_dev));
		put_device(plate_dev);
	}
	device_unlock(press->host);

	return plate_dev ? len : -ENODEV;
}
static DEVICE_ATTR_WO(eject);

static struct attribute *press_attrs[] = {
	&dev_attr_eject.attr,
	NULL,
};
ATTRIBUTE_GROUPS(press);

static void press_release(struct device *dev)
{
	kfree(to_press(dev));
}

static const struct device_type press_type = {
	.name = "press",
	.groups = press_groups,
	.release = press_release,
};

static void press_unregister(void *data)
{
	struct press *press = data;

	device_unregister(&press->dev);
}

static int press_probe(struct platform_device *pdev)
{
	struct press *press;
	int rc;

	press = kzalloc(sizeof(*press), GFP_KERNEL);
	if (!press)
		return -ENOMEM;

	press->host = &pdev->dev;
	device_initialize(&press->dev);
	press->dev.parent = press->host;
	press->dev.type = &press_type;
	rc = dev_set_name(&press->dev, "press0");
	if (!rc)
		rc = device_add(&press->dev);
	if (rc) {
		put_device(&press->dev);
		return rc;
	}

	rc = devm_add_action_or_reset(press->host, press_unregister, press);
	if (rc)
		return rc;

	return plate_add(press, 0);
}

static struct platform_driver press_driver = {
	.probe = press_probe,
	.driver = {
		.name = "press",
	},
};

module_platform_driver(press_driver);
MODULE_DESCRIPTION("Press whose handler waits for the lock that unbind holds");
MODULE_LICENSE("GPL");
