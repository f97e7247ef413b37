// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/xarray.h>

struct tray {
	struct device dev;
	struct device *host;
	struct mutex lock; /* discs and dead */
	struct xarray discs;
	bool dead;
};

#define to_tray(d) container_of(d, struct tray, dev)

struct disc {
	struct device dev;
	int id;
};

#define to_disc(d) container_of(d, struct disc, dev)

static void disc_release(struct device *dev)
{
	kfree(to_disc(dev));
}

static const struct device_type disc_type = {
	.name = "disc",
	.release = disc_release,
};

static void disc_unregister(struct tray *tray, struct disc *disc)
{
	xa_erase(&tray->discs, disc->id);
	device_unregister(&disc->dev);
}

/* Called with the lock of the owner held */
static int disc_add(struct tray *tray, int id)
{
	struct disc *disc;
	int rc;

	if (tray->dead)
		return -ENXIO;

	disc = kzalloc(sizeof(*disc), GFP_KERNEL);
	if (!disc)
		return -ENOMEM;

	disc->id = id;
	device_initialize(&disc->dev);
	disc->dev.parent = &tray->dev;
	disc->dev.type = &disc_type;
	rc = dev_set_name(&disc->dev, "disc%d", id);
	if (!rc)
		rc = xa_insert(&tray->discs, id, disc, GFP_KERNEL);
	if (rc)
		goto err;

	rc = device_add(&disc->dev);
	if (rc) {
		xa_erase(&tray->discs, id);
		goto err;
	}

	return 0;

err:
	put_device(&disc->dev);
	return rc;
}

static ssize_t eject_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t len)
{
	struct tray *tray = to_tray(dev);
	struct disc *disc;
	int rc, id;

	rc = kstrtoint(buf, 0, &id);
	if (rc)
		return rc;

	mutex_lock(&tray->lock);
	disc = xa_load(&tray->discs, id);
	if (disc)
		disc_unregister(tray, disc);
	mutex_unlock(&tray->lock);

	return disc ? len : -ENODEV;
}
static DEVICE_ATTR_WO(eject);

static struct attribute *tray_attrs[] = {
	&dev_attr_eject.attr,
	NULL,
};
ATTRIBUTE_GROUPS(tray);

static void tray_release(struct device *dev)
{
	struct tray *tray = to_tray(dev);

	xa_destroy(&tray->discs);
	kfree(tray);
}

static const struct device_type tray_type = {
	.name = "tray",
	.groups = tray_groups,
	.release = tray_release,
};

static void tray_unregister(void *data)
{
	struct tray *tray = data;
	struct disc *disc;
	unsigned long id;

	mutex_lock(&tray->lock);
	tray->dead = true;
	xa_for_each(&tray->discs, id, disc)
		disc_unregister(tray, disc);
	mutex_unlock(&tray->lock);

	device_unregister(&tray->dev);
}

static int tray_probe(struct platform_device *pdev)
{
	struct tray *tray;
	int rc;

	tray = kzalloc(sizeof(*tray), GFP_KERNEL);
	if (!tray)
		return -ENOMEM;

	tray->host = &pdev->dev;
	mutex_init(&tray->lock);
	xa_init(&tray->discs);
	device_initialize(&tray->dev);
	tray->dev.parent = tray->host;
	tray->dev.type = &tray_type;
	rc = dev_set_name(&tray->dev, "tray0");
	if (!rc)
		rc = device_add(&tray->dev);
	if (rc) {
		put_device(&tray->dev);
		return rc;
	}

	rc = devm_add_action_or_reset(tray->host, tray_unregister, tray);
	if (rc)
		return rc;

	mutex_lock(&tray->lock);
	rc = disc_add(tray, 0);
	mutex_unlock(&tray->lock);

	return rc;
}

static struct platform_driver tray_driver = {
	.probe = tray_probe,
	.driver = {
		.name = "tray",
	},
};

module_platform_driver(tray_driver);
MODULE_DESCRIPTION("Tray that keeps its discs, unbind takes what is left");
MODULE_LICENSE("GPL");
