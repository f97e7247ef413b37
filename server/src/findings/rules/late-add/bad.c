// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct dock {
	struct device dev;
	struct device *host;
};

#define to_dock(d) container_of(d, struct dock, dev)

struct boat {
	struct device dev;
};

#define to_boat(d) container_of(d, struct boat, dev)

static void boat_release(struct device *dev)
{
	kfree(to_boat(dev));
}

static const struct device_type boat_type = {
	.name = "boat",
	.release = boat_release,
};

static void boat_unregister(void *data)
{
	struct boat *boat = data;

	device_unregister(&boat->dev);
}

static int boat_add(struct dock *dock, int id)
{
	struct boat *boat;
	int rc;

	boat = kzalloc(sizeof(*boat), GFP_KERNEL);
	if (!boat)
		return -ENOMEM;

	device_initialize(&boat->dev);
	boat->dev.parent = &dock->dev;
	boat->dev.type = &boat_type;
	rc = dev_set_name(&boat->dev, "boat%d", id);
	if (!rc)
		rc = device_add(&boat->dev);
	if (rc) {
		put_device(&boat->dev);
		return rc;
	}

	return devm_add_action_or_reset(dock->host, boat_unregister, boat); /* want "late-add" */
}

static ssize_t create_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t len)
{
	int rc, id;

	rc = kstrtoint(buf, 0, &id);
	if (rc)
		return rc;

	rc = boat_add(to_dock(dev), id);

	return rc ?: len;
}
static DEVICE_ATTR_WO(create);

static struct attribute *dock_attrs[] = {
	&dev_attr_create.attr,
	NULL,
};
ATTRIBUTE_GROUPS(dock);

static void dock_release(struct device *dev)
{
	kfree(to_dock(dev));
}

static const struct device_type dock_type = {
	.name = "dock",
	.groups = dock_groups,
	.release = dock_release,
};

static void dock_unregister(void *data)
{
	struct dock *dock = data;

	device_unregister(&dock->dev);
}

static int dock_probe(struct platform_device *pdev)
{
	struct dock *dock;
	int rc;

	dock = kzalloc(sizeof(*dock), GFP_KERNEL);
	if (!dock)
		return -ENOMEM;

	dock->host = &pdev->dev;
	device_initialize(&dock->dev);
	dock->dev.parent = dock->host;
	dock->dev.type = &dock_type;
	rc = dev_set_name(&dock->dev, "dock0");
	if (!rc)
		rc = device_add(&dock->dev);
	if (rc) {
		put_device(&dock->dev);
		return rc;
	}

	return devm_add_action_or_reset(dock->host, dock_unregister, dock);
}

static struct platform_driver dock_driver = {
	.probe = dock_probe,
	.driver = {
		.name = "dock",
	},
};

module_platform_driver(dock_driver);
MODULE_DESCRIPTION("Dock that takes boats in while it is unbound");
MODULE_LICENSE("GPL");
