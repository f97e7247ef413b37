// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct deck {
	struct mutex lock; /* one removal at a time */
};

struct tape {
	struct device dev;
};

#define to_tape(d) container_of(d, struct tape, dev)

static void tape_release(struct device *dev)
{
	kfree(to_tape(dev));
}

static const struct device_type tape_type = {
	.name = "tape",
	.release = tape_release,
};

static void tape_unregister(void *data)
{
	struct tape *tape = data;

	device_unregister(&tape->dev);
}

static int tape_add(struct device *host, int id)
{
	struct tape *tape;
	int rc;

	tape = kzalloc(sizeof(*tape), GFP_KERNEL);
	if (!tape)
		return -ENOMEM;

	device_initialize(&tape->dev);
	tape->dev.parent = host;
	tape->dev.type = &tape_type;
	rc = dev_set_name(&tape->dev, "tape%d", id);
	if (!rc)
		rc = device_add(&tape->dev);
	if (rc) {
		put_device(&tape->dev);
		return rc;
	}

	return devm_add_action_or_reset(host, tape_unregister, tape);
}

static ssize_t load_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t len)
{
	struct deck *deck = dev_get_drvdata(dev);
	int rc, id;

	rc = kstrtoint(buf, 0, &id);
	if (rc)
		return rc;

	mutex_lock(&deck->lock);
	rc = tape_add(dev, id);
	mutex_unlock(&deck->lock);

	return rc ?: len;
}
static DEVICE_ATTR_WO(load);

static ssize_t eject_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t len)
{
	struct deck *deck = dev_get_drvdata(dev);
	struct device *tape_dev;

	mutex_lock(&deck->lock);
	tape_dev = device_find_child_by_name(dev, buf);
	if (tape_dev) {
		devm_release_action(dev, tape_unregister, to_tape(tape_dev));
		put_device(tape_dev);
	}
	mutex_unlock(&deck->lock);

	return tape_dev ? len : -ENODEV;
}
static DEVICE_ATTR_WO(eject);

static struct attribute *deck_attrs[] = {
	&dev_attr_load.attr,
	&dev_attr_eject.attr,
	NULL,
};
ATTRIBUTE_GROUPS(deck);

static int deck_probe(struct platform_device *pdev)
{
	struct deck *deck;

	deck = devm_kzalloc(&pdev->dev, sizeof(*deck), GFP_KERNEL);
	if (!deck)
		return -ENOMEM;

	mutex_init(&deck->lock);
	platform_set_drvdata(pdev, deck);

	return 0;
}

static struct platform_driver deck_driver = {
	.probe = deck_probe,
	.driver = {
		.name = "deck",
		.dev_groups = deck_groups,
	},
};

module_platform_driver(deck_driver);
MODULE_DESCRIPTION("Deck that loads and ejects tapes under one lock");
MODULE_LICENSE("GPL");
