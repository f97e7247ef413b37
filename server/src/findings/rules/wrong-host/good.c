// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct tower {
	struct mutex lock; /* one removal at a time */
};

struct bell {
	struct device dev;
};

#define to_bell(d) container_of(d, struct bell, dev)

static void bell_release(struct device *dev)
{
	kfree(to_bell(dev));
}

static const struct device_type bell_type = {
	.name = "bell",
	.release = bell_release,
};

static void bell_unregister(void *data)
{
	struct bell *bell = data;

	device_unregister(&bell->dev);
}

static int bell_add(struct device *host, int id)
{
	struct bell *bell;
	int rc;

	bell = kzalloc(sizeof(*bell), GFP_KERNEL);
	if (!bell)
		return -ENOMEM;

	device_initialize(&bell->dev);
	bell->dev.parent = host;
	bell->dev.type = &bell_type;
	rc = dev_set_name(&bell->dev, "bell%d", id);
	if (!rc)
		rc = device_add(&bell->dev);
	if (rc) {
		put_device(&bell->dev);
		return rc;
	}

	return devm_add_action_or_reset(host, bell_unregister, bell);
}

static ssize_t remove_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t len)
{
	struct tower *tower = dev_get_drvdata(dev);
	struct device *bell_dev;

	mutex_lock(&tower->lock);
	bell_dev = device_find_child_by_name(dev, buf);
	if (bell_dev) {
		devm_release_action(dev, bell_unregister, to_bell(bell_dev));
		put_device(bell_dev);
	}
	mutex_unlock(&tower->lock);

	return bell_dev ? len : -ENODEV;
}
static DEVICE_ATTR_WO(remove);

static struct attribute *tower_attrs[] = {
	&dev_attr_remove.attr,
	NULL,
};
ATTRIBUTE_GROUPS(tower);

static int tower_probe(struct platform_device *pdev)
{
	struct tower *tower;
	int rc, i;

	tower = devm_kzalloc(&pdev->dev, sizeof(*tower), GFP_KERNEL);
	if (!tower)
		return -ENOMEM;

	mutex_init(&tower->lock);
	platform_set_drvdata(pdev, tower);

	for (i = 0; i < 4; i++) {
		rc = bell_add(&pdev->dev, i);
		if (rc)
			return rc;
	}

	return 0;
}

static struct platform_driver tower_driver = {
	.probe = tower_probe,
	.driver = {
		.name = "tower",
		.dev_groups = tower_groups,
	},
};

module_platform_driver(tower_driver);
MODULE_DESCRIPTION("Tower that looks for the action where it was added");
MODULE_LICENSE("GPL");
