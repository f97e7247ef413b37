// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct lamp;

struct mast {
	struct mutex lock; /* down */
	bool down;
	struct lamp *lamp;
};

struct lamp {
	struct device dev;
};

#define to_lamp(d) container_of(d, struct lamp, dev)

static void lamp_release(struct device *dev)
{
	kfree(to_lamp(dev));
}

static const struct device_type lamp_type = {
	.name = "lamp",
	.release = lamp_release,
};

static void lamp_put(void *data)
{
	struct lamp *lamp = data;

	put_device(&lamp->dev);
}

static void lamp_del(void *data)
{
	struct lamp *lamp = data;

	device_del(&lamp->dev);
}

static struct lamp *lamp_add(struct device *host)
{
	struct lamp *lamp;
	int rc;

	lamp = kzalloc(sizeof(*lamp), GFP_KERNEL);
	if (!lamp)
		return ERR_PTR(-ENOMEM);

	device_initialize(&lamp->dev);
	lamp->dev.parent = host;
	lamp->dev.type = &lamp_type;
	rc = devm_add_action_or_reset(host, lamp_put, lamp);
	if (rc)
		return ERR_PTR(rc);

	rc = dev_set_name(&lamp->dev, "lamp0");
	if (rc)
		return ERR_PTR(rc);

	rc = device_add(&lamp->dev);
	if (rc)
		return ERR_PTR(rc);

	rc = devm_add_action_or_reset(host, lamp_del, lamp);
	if (rc)
		return ERR_PTR(rc);

	return lamp;
}

static ssize_t lower_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t len)
{
	struct mast *mast = dev_get_drvdata(dev);

	mutex_lock(&mast->lock);
	if (!mast->down) {
		mast->down = true;
		devm_release_action(dev, lamp_del, mast->lamp);
	}
	mutex_unlock(&mast->lock);

	return len;
}
static DEVICE_ATTR_WO(lower);

static struct attribute *mast_attrs[] = {
	&dev_attr_lower.attr,
	NULL,
};
ATTRIBUTE_GROUPS(mast);

static int mast_probe(struct platform_device *pdev)
{
	struct mast *mast;

	mast = devm_kzalloc(&pdev->dev, sizeof(*mast), GFP_KERNEL);
	if (!mast)
		return -ENOMEM;

	mutex_init(&mast->lock);
	platform_set_drvdata(pdev, mast);

	mast->lamp = lamp_add(&pdev->dev);

	return PTR_ERR_OR_ZERO(mast->lamp);
}

static struct platform_driver mast_driver = {
	.probe = mast_probe,
	.driver = {
		.name = "mast",
		.dev_groups = mast_groups,
	},
};

module_platform_driver(mast_driver);
MODULE_DESCRIPTION("Mast that takes its lamp down with its action");
MODULE_LICENSE("GPL");
