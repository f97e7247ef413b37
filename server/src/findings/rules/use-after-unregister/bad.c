// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/xarray.h>

struct mixer {
	struct device dev;
	struct device *host;
	struct mutex lock; /* strips and dead */
	struct xarray strips;
	bool dead;
};

#define to_mixer(d) container_of(d, struct mixer, dev)

struct strip {
	struct device dev;
	int id;
	int gain;
};

#define to_strip(d) container_of(d, struct strip, dev)

static void strip_release(struct device *dev)
{
	kfree(to_strip(dev));
}

static const struct device_type strip_type = {
	.name = "strip",
	.release = strip_release,
};

static void strip_unregister(struct mixer *mixer, struct strip *strip)
{
	xa_erase(&mixer->strips, strip->id);
	device_unregister(&strip->dev);
}

static ssize_t gain_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%d\n", to_strip(dev)->gain);
}
static DEVICE_ATTR_RO(gain);

static struct attribute *strip_tuning_attrs[] = {
	&dev_attr_gain.attr,
	NULL,
};

static const struct attribute_group strip_tuning_group = {
	.attrs = strip_tuning_attrs,
};

/* Called with the lock of the owner held */
static int strip_add(struct mixer *mixer, int id)
{
	struct strip *strip;
	int rc;

	if (mixer->dead)
		return -ENXIO;

	strip = kzalloc(sizeof(*strip), GFP_KERNEL);
	if (!strip)
		return -ENOMEM;

	strip->id = id;
	device_initialize(&strip->dev);
	strip->dev.parent = &mixer->dev;
	strip->dev.type = &strip_type;
	rc = dev_set_name(&strip->dev, "strip%d", id);
	if (!rc)
		rc = xa_insert(&mixer->strips, id, strip, GFP_KERNEL);
	if (rc)
		goto err;

	rc = device_add(&strip->dev);
	if (rc) {
		xa_erase(&mixer->strips, id);
		goto err;
	}

	return 0;

err:
	put_device(&strip->dev);
	return rc;
}

static ssize_t tune_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t len)
{
	struct mixer *mixer = to_mixer(dev);
	struct strip *strip;
	int rc, id;

	rc = kstrtoint(buf, 0, &id);
	if (rc)
		return rc;

	mutex_lock(&mixer->lock);
	strip = xa_load(&mixer->strips, id);
	if (strip)
		get_device(&strip->dev);
	mutex_unlock(&mixer->lock);
	if (!strip)
		return -ENODEV;

	rc = sysfs_create_group(&strip->dev.kobj, &strip_tuning_group); /* want "use-after-unregister" */
	put_device(&strip->dev);

	return rc ?: len;
}
static DEVICE_ATTR_WO(tune);

static ssize_t delete_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t len)
{
	struct mixer *mixer = to_mixer(dev);
	struct strip *strip;
	int rc, id;

	rc = kstrtoint(buf, 0, &id);
	if (rc)
		return rc;

	mutex_lock(&mixer->lock);
	strip = xa_load(&mixer->strips, id);
	if (strip)
		strip_unregister(mixer, strip);
	mutex_unlock(&mixer->lock);

	return strip ? len : -ENODEV;
}
static DEVICE_ATTR_WO(delete);

static struct attribute *mixer_attrs[] = {
	&dev_attr_tune.attr,
	&dev_attr_delete.attr,
	NULL,
};
ATTRIBUTE_GROUPS(mixer);

static void mixer_release(struct device *dev)
{
	struct mixer *mixer = to_mixer(dev);

	xa_destroy(&mixer->strips);
	kfree(mixer);
}

static const struct device_type mixer_type = {
	.name = "mixer",
	.groups = mixer_groups,
	.release = mixer_release,
};

static void mixer_unregister(void *data)
{
	struct mixer *mixer = data;
	struct strip *strip;
	unsigned long id;

	mutex_lock(&mixer->lock);
	mixer->dead = true;
	xa_for_each(&mixer->strips, id, strip)
		strip_unregister(mixer, strip);
	mutex_unlock(&mixer->lock);

	device_unregister(&mixer->dev);
}

static int mixer_probe(struct platform_device *pdev)
{
	struct mixer *mixer;
	int rc;

	mixer = kzalloc(sizeof(*mixer), GFP_KERNEL);
	if (!mixer)
		return -ENOMEM;

	mixer->host = &pdev->dev;
	mutex_init(&mixer->lock);
	xa_init(&mixer->strips);
	device_initialize(&mixer->dev);
	mixer->dev.parent = mixer->host;
	mixer->dev.type = &mixer_type;
	rc = dev_set_name(&mixer->dev, "mixer0");
	if (!rc)
		rc = device_add(&mixer->dev);
	if (rc) {
		put_device(&mixer->dev);
		return rc;
	}

	rc = devm_add_action_or_reset(mixer->host, mixer_unregister, mixer);
	if (rc)
		return rc;

	mutex_lock(&mixer->lock);
	rc = strip_add(mixer, 0);
	mutex_unlock(&mixer->lock);

	return rc;
}

static struct platform_driver mixer_driver = {
	.probe = mixer_probe,
	.driver = {
		.name = "mixer",
	},
};

module_platform_driver(mixer_driver);
MODULE_DESCRIPTION("Mixer that tunes a strip which may be gone");
MODULE_LICENSE("GPL");
