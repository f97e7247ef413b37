// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct rack {
	struct mutex lock; /* one removal at a time */
};

struct blade {
	struct device dev;
};

#define to_blade(d) container_of(d, struct blade, dev)

static void blade_release(struct device *dev)
{
	kfree(to_blade(dev));
}

static const struct device_type blade_type = {
	.name = "blade",
	.release = blade_release,
};

static void blade_unregister(void *data)
{
	struct blade *blade = data;

	device_unregister(&blade->dev);
}

static int blade_add(struct device *host, int id)
{
	struct blade *blade;
	int rc;

	blade = kzalloc(sizeof(*blade), GFP_KERNEL);
	if (!blade)
		return -ENOMEM;

	device_initialize(&blade->dev);
	blade->dev.parent = host;
	blade->dev.type = &blade_type;
	rc = dev_set_name(&blade->dev, "blade%d", id);
	if (!rc)
		rc = device_add(&blade->dev);
	if (rc) {
		put_device(&blade->dev);
		return rc;
	}

	return devm_add_action_or_reset(host, blade_unregister, blade);
}

static ssize_t eject_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t len)
{
	struct rack *rack = dev_get_drvdata(dev);
	struct device *blade_dev;

	mutex_lock(&rack->lock);
	blade_dev = device_find_child_by_name(dev, buf);
	if (blade_dev) {
		devm_release_action(dev, blade_unregister, to_blade(blade_dev));
		put_device(blade_dev);
	}
	mutex_unlock(&rack->lock);

	return blade_dev ? len : -ENODEV;
}
static DEVICE_ATTR_WO(eject);

static struct attribute *rack_attrs[] = {
	&dev_attr_eject.attr,
	NULL,
};
ATTRIBUTE_GROUPS(rack);

static int rack_probe(struct platform_device *pdev)
{
	struct rack *rack;
	int rc, i;

	rack = devm_kzalloc(&pdev->dev, sizeof(*rack), GFP_KERNEL);
	if (!rack)
		return -ENOMEM;

	mutex_init(&rack->lock);
	platform_set_drvdata(pdev, rack);

	for (i = 0; i < 4; i++) {
		rc = blade_add(&pdev->dev, i);
		if (rc)
			return rc;
	}

	return 0;
}

static struct platform_driver rack_driver = {
	.probe = rack_probe,
	.driver = {
		.name = "rack",
		.dev_groups = rack_groups,
	},
};

module_platform_driver(rack_driver);
MODULE_DESCRIPTION("Rack whose blades are ejected one at a time");
MODULE_LICENSE("GPL");
