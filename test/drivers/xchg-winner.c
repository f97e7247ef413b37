//: variant bug: atomic_read() and atomic_set() let two writers in
//: variant xchg: clean (atomic_xchg() picks the winner; looked up with a reference)
//: variant clear: clean (test_and_clear_bit() picks the winner)
//: variant noref: the winner is picked by a member of an object that may be gone
// SPDX-License-Identifier: GPL-2.0
/* virtual tuners of a PnP card: found by name on the driver's class */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/pnp.h>
#include <linux/slab.h>

#define TUNER_F_LIVE	0

struct tuner {
	struct device dev;
	atomic_t live;
	unsigned long flags;
	u32 freq;
};

#define to_tuner(d) container_of(d, struct tuner, dev)

static ssize_t freq_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", to_tuner(dev)->freq);
}
static DEVICE_ATTR_RO(freq);
static struct attribute *tuner_attrs[] = { &dev_attr_freq.attr, NULL };
ATTRIBUTE_GROUPS(tuner);

static void tuner_release(struct device *dev)
{
	kfree(to_tuner(dev));
}

static struct class tuner_class = {
	.name = "vtuner",
	.dev_groups = tuner_groups,
	.dev_release = tuner_release,
};

static ssize_t plug_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct tuner *t = kzalloc(sizeof(*t), GFP_KERNEL);
	char name[16];
	int rc;

	if (!t)
		return -ENOMEM;
	if (sscanf(buf, "%15s", name) != 1) {
		kfree(t);
		return -EINVAL;
	}
	atomic_set(&t->live, 1);
	set_bit(TUNER_F_LIVE, &t->flags);
	device_initialize(&t->dev);
	t->dev.class = &tuner_class;
	t->dev.parent = dev;
	rc = dev_set_name(&t->dev, "%s", name);
	if (!rc)
		rc = device_add(&t->dev);
	if (rc)
		put_device(&t->dev);
	return rc ? rc : n;
}
static DEVICE_ATTR_WO(plug);

static ssize_t unplug_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct device *found;
	struct tuner *t;

	found = class_find_device_by_name(&tuner_class, buf);
	if (!found)
		return -ENODEV;
	t = to_tuner(found);
//: in noref
	put_device(found);
	if (atomic_xchg(&t->live, 0)) // want(noref) "use-after-free"
		device_unregister(&t->dev);
	return n;
//: end
//: in bug
	if (!atomic_read(&t->live)) {
		put_device(found);
		return -EALREADY;
	}
	atomic_set(&t->live, 0);
	device_unregister(&t->dev); // want(bug) "double-teardown"
	put_device(found);
	return n;
//: end
//: in xchg
	if (atomic_xchg(&t->live, 0))
		device_unregister(&t->dev);
	put_device(found);
	return n;
//: end
//: in clear
	if (!test_and_clear_bit(TUNER_F_LIVE, &t->flags)) {
		put_device(found);
		return -EALREADY;
	}
	device_unregister(found);
	put_device(found);
	return n;
//: end
}
static DEVICE_ATTR_WO(unplug);

static struct attribute *card_attrs[] = { &dev_attr_plug.attr, &dev_attr_unplug.attr, NULL };
static const struct attribute_group card_group = { .attrs = card_attrs };

static int card_probe(struct pnp_dev *pdev, const struct pnp_device_id *id)
{
	return sysfs_create_group(&pdev->dev.kobj, &card_group);
}

static int drop_tuner(struct device *dev, void *unused)
{
	struct tuner *t = to_tuner(dev);

	if (atomic_xchg(&t->live, 0) && test_and_clear_bit(TUNER_F_LIVE, &t->flags))
		device_unregister(dev);
	return 0;
}

static void card_remove(struct pnp_dev *pdev)
{
	sysfs_remove_group(&pdev->dev.kobj, &card_group);
	device_for_each_child(&pdev->dev, NULL, drop_tuner);
}

static const struct pnp_device_id card_ids[] = { { .id = "ACM0001" }, { } };
static struct pnp_driver card_driver = {
	.name = "vtuner",
	.id_table = card_ids,
	.probe = card_probe,
	.remove = card_remove,
};

static int __init card_init(void)
{
	int rc = class_register(&tuner_class);

	if (rc)
		return rc;
	rc = pnp_register_driver(&card_driver);
	if (rc)
		class_unregister(&tuner_class);
	return rc;
}
static void __exit card_exit(void)
{
	pnp_unregister_driver(&card_driver);
	class_unregister(&tuner_class);
}
module_init(card_init);
module_exit(card_exit);
MODULE_LICENSE("GPL");
