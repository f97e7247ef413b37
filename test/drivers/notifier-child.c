//: variant bug: the notifier of an object is unregistered after the object
//: variant raw: a raw chain does not wait for a running callback
//: variant fix: clean (blocking chain, unregistered first)
// SPDX-License-Identifier: GPL-2.0
/* charge limits below a power supply's parent; each listens to the power supply chain */
#include <linux/device.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct limit {
	struct device dev;
	struct notifier_block nb;
	struct list_head node;
	int events;
};

struct charger {
	struct device *dev;
	struct mutex lock;
	struct list_head limits;
};

static BLOCKING_NOTIFIER_HEAD(charger_chain);
static RAW_NOTIFIER_HEAD(charger_raw_chain);

static int limit_event(struct notifier_block *nb, unsigned long action, void *data)
{
	struct limit *l = container_of(nb, struct limit, nb);

	l->events++; // want(bug raw) "use-after-free" want(bug) "use-after-unregister"
	return NOTIFY_OK;
}

static void limit_release(struct device *dev)
{
	kfree(container_of(dev, struct limit, dev));
}

static ssize_t add_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct charger *c = dev_get_drvdata(dev);
	struct limit *l;
	int err;

	l = kzalloc(sizeof(*l), GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	l->dev.parent = dev;
	l->dev.release = limit_release;
	l->nb.notifier_call = limit_event;
	dev_set_name(&l->dev, "limit-%.4s", buf);
	err = device_register(&l->dev);
	if (err) {
		put_device(&l->dev);
		return err;
	}
//: in raw
	raw_notifier_chain_register(&charger_raw_chain, &l->nb);
//: else
	blocking_notifier_chain_register(&charger_chain, &l->nb);
//: end
	mutex_lock(&c->lock);
	list_add(&l->node, &c->limits);
	mutex_unlock(&c->lock);
	return n;
}
static DEVICE_ATTR_WO(add);

static void limit_drop(struct limit *l)
{
//: in bug
	device_del(&l->dev);
	put_device(&l->dev);
	blocking_notifier_chain_unregister(&charger_chain, &l->nb); // want(bug) "use-after-free"
//: end
//: in raw
	raw_notifier_chain_unregister(&charger_raw_chain, &l->nb);
	device_unregister(&l->dev);
//: end
//: in fix
	blocking_notifier_chain_unregister(&charger_chain, &l->nb);
	device_unregister(&l->dev);
//: end
}

static ssize_t drop_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct charger *c = dev_get_drvdata(dev);
	struct limit *l;

	mutex_lock(&c->lock);
	l = list_first_entry_or_null(&c->limits, struct limit, node);
	if (l)
		list_del(&l->node);
	mutex_unlock(&c->lock);
	if (!l)
		return -ENOENT;
	limit_drop(l);
	return n;
}
static DEVICE_ATTR_WO(drop);

static struct attribute *charger_attrs[] = { &dev_attr_add.attr, &dev_attr_drop.attr, NULL };
ATTRIBUTE_GROUPS(charger);

static int charger_probe(struct platform_device *pdev)
{
	struct charger *c = devm_kzalloc(&pdev->dev, sizeof(*c), GFP_KERNEL);

	if (!c)
		return -ENOMEM;
	c->dev = &pdev->dev;
	mutex_init(&c->lock);
	INIT_LIST_HEAD(&c->limits);
	platform_set_drvdata(pdev, c);
	return 0;
}

static void charger_remove(struct platform_device *pdev)
{
	struct charger *c = platform_get_drvdata(pdev);
	struct limit *l, *n;

	list_for_each_entry_safe(l, n, &c->limits, node) {
		list_del(&l->node);
		limit_drop(l);
	}
}

static struct platform_driver charger_driver = {
	.driver = { .name = "charger-limits", .dev_groups = charger_groups },
	.probe = charger_probe,
	.remove = charger_remove,
};
module_platform_driver(charger_driver);
MODULE_LICENSE("GPL");
