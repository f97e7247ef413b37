// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/xarray.h>

struct dock {
	struct device dev;
	struct device *host;
	struct mutex lock; /* boats and dead */
	struct xarray boats;
	bool dead;
};

#define to_dock(d) container_of(d, struct dock, dev)

struct boat {
	struct device dev;
	int id;
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

static void boat_unregister(struct dock *dock, struct boat *boat)
{
	xa_erase(&dock->boats, boat->id);
	device_unregister(&boat->dev);
}

/* Called with the lock of the owner held */
static int boat_add(struct dock *dock, int id)
{
	struct boat *boat;
	int rc;

	if (dock->dead)
		return -ENXIO;

	boat = kzalloc(sizeof(*boat), GFP_KERNEL);
	if (!boat)
		return -ENOMEM;

	boat->id = id;
	device_initialize(&boat->dev);
	boat->dev.parent = &dock->dev;
	boat->dev.type = &boat_type;
	rc = dev_set_name(&boat->dev, "boat%d", id);
	if (!rc)
		rc = xa_insert(&dock->boats, id, boat, GFP_KERNEL);
	if (rc)
		goto err;

	rc = device_add(&boat->dev);
	if (rc) {
		xa_erase(&dock->boats, id);
		goto err;
	}

	return 0;

err:
	put_device(&boat->dev);
	return rc;
}

static ssize_t create_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t len)
{
	struct dock *dock = to_dock(dev);
	int rc, id;

	rc = kstrtoint(buf, 0, &id);
	if (rc)
		return rc;

	mutex_lock(&dock->lock);
	rc = boat_add(dock, id);
	mutex_unlock(&dock->lock);

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
	struct dock *dock = to_dock(dev);

	xa_destroy(&dock->boats);
	kfree(dock);
}

static const struct device_type dock_type = {
	.name = "dock",
	.groups = dock_groups,
	.release = dock_release,
};

static void dock_unregister(void *data)
{
	struct dock *dock = data;
	struct boat *boat;
	unsigned long id;

	mutex_lock(&dock->lock);
	dock->dead = true;
	xa_for_each(&dock->boats, id, boat)
		boat_unregister(dock, boat);
	mutex_unlock(&dock->lock);

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
	mutex_init(&dock->lock);
	xa_init(&dock->boats);
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
MODULE_DESCRIPTION("Dock that takes no boat in once it is dead");
MODULE_LICENSE("GPL");
