// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct yard {
	struct device dev;
	struct device *host;
	struct mutex lock; /* one removal at a time */
};

#define to_yard(d) container_of(d, struct yard, dev)

struct crate {
	struct device dev;
};

#define to_crate(d) container_of(d, struct crate, dev)

static void crate_release(struct device *dev)
{
	kfree(to_crate(dev));
}

static const struct device_type crate_type = {
	.name = "crate",
	.release = crate_release,
};

static void crate_unregister(void *data)
{
	struct crate *crate = data;

	device_unregister(&crate->dev);
}

static int crate_add(struct yard *yard, int id)
{
	struct crate *crate;
	int rc;

	crate = kzalloc(sizeof(*crate), GFP_KERNEL);
	if (!crate)
		return -ENOMEM;

	device_initialize(&crate->dev);
	crate->dev.parent = &yard->dev;
	crate->dev.type = &crate_type;
	rc = dev_set_name(&crate->dev, "crate%d", id);
	if (!rc)
		rc = device_add(&crate->dev);
	if (rc) {
		put_device(&crate->dev);
		return rc;
	}

	return devm_add_action_or_reset(yard->host, crate_unregister, crate);
}

static ssize_t remove_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t len)
{
	struct yard *yard = to_yard(dev);
	struct device *crate_dev;
	ssize_t rc = -ENODEV;

	mutex_lock(&yard->lock);
	if (!yard->host->driver) { /* want "lockless-driver-check" */
		rc = -ENXIO;
		goto unlock;
	}

	crate_dev = device_find_child_by_name(dev, buf);
	if (crate_dev) {
		devm_release_action(yard->host, crate_unregister, /* want "release-vs-unbind" */
				    to_crate(crate_dev));
		put_device(crate_dev);
		rc = len;
	}
unlock:
	mutex_unlock(&yard->lock);

	return rc;
}
static DEVICE_ATTR_WO(remove);

static struct attribute *yard_attrs[] = {
	&dev_attr_remove.attr,
	NULL,
};
ATTRIBUTE_GROUPS(yard);

static void yard_release(struct device *dev)
{
	kfree(to_yard(dev));
}

static const struct device_type yard_type = {
	.name = "yard",
	.groups = yard_groups,
	.release = yard_release,
};

static void yard_unregister(void *data)
{
	struct yard *yard = data;

	device_unregister(&yard->dev);
}

static int yard_probe(struct platform_device *pdev)
{
	struct yard *yard;
	int rc;

	yard = kzalloc(sizeof(*yard), GFP_KERNEL);
	if (!yard)
		return -ENOMEM;

	yard->host = &pdev->dev;
	mutex_init(&yard->lock);
	device_initialize(&yard->dev);
	yard->dev.parent = yard->host;
	yard->dev.type = &yard_type;
	rc = dev_set_name(&yard->dev, "yard0");
	if (!rc)
		rc = device_add(&yard->dev);
	if (rc) {
		put_device(&yard->dev);
		return rc;
	}

	rc = devm_add_action_or_reset(yard->host, yard_unregister, yard);
	if (rc)
		return rc;

	mutex_lock(&yard->lock);
	rc = crate_add(yard, 0);
	mutex_unlock(&yard->lock);

	return rc;
}

static struct platform_driver yard_driver = {
	.probe = yard_probe,
	.driver = {
		.name = "yard",
	},
};

module_platform_driver(yard_driver);
MODULE_DESCRIPTION("Yard that looks at the driver without the lock");
MODULE_LICENSE("GPL");
