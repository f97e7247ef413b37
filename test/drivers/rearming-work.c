//: variant bug: a refresh queued after the cancel runs on a gone sensor
//: variant fix: clean (a flag under the lock of the queuers stops them before the cancel)
//: variant disable: clean (disable_delayed_work_sync() lets nobody queue it again)
// SPDX-License-Identifier: GPL-2.0
/* polled sensors of an I3C-like hub: the work rearms itself, and a store handler of the hub kicks it */
#include <linux/device.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

struct psensor {
	struct device dev;
	struct list_head node;
	struct delayed_work poll;
	spinlock_t lock;
	bool stopping;
	int value;
};

struct phub {
	struct device *dev;
	struct mutex lock;
	struct list_head sensors;
};

static void psensor_release(struct device *dev)
{
	kfree(container_of(dev, struct psensor, dev));
}

static void psensor_queue(struct psensor *s, unsigned long delay)
{
//: in fix
	spin_lock(&s->lock);
	if (!s->stopping)
		schedule_delayed_work(&s->poll, delay);
	spin_unlock(&s->lock);
//: else
	schedule_delayed_work(&s->poll, delay); // want(bug) "use-after-free"
//: end
}

static void psensor_poll(struct work_struct *work)
{
	struct psensor *s = container_of(to_delayed_work(work), struct psensor, poll);

	s->value++; // want(bug) "use-after-free"
	psensor_queue(s, HZ);
}

/* a sensor's own attribute */
static ssize_t kick_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	psensor_queue(container_of(dev, struct psensor, dev), 0);
	return n;
}
static DEVICE_ATTR_WO(kick);
static struct attribute *psensor_attrs[] = { &dev_attr_kick.attr, NULL };
ATTRIBUTE_GROUPS(psensor);

static ssize_t add_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct phub *h = dev_get_drvdata(dev);
	struct psensor *s = kzalloc(sizeof(*s), GFP_KERNEL);
	int err;

	if (!s)
		return -ENOMEM;
	spin_lock_init(&s->lock);
	INIT_DELAYED_WORK(&s->poll, psensor_poll);
	s->dev.parent = dev;
	s->dev.groups = psensor_groups;
	s->dev.release = psensor_release;
	dev_set_name(&s->dev, "psensor-%.4s", buf);
	err = device_register(&s->dev);
	if (err) {
		put_device(&s->dev);
		return err;
	}
	mutex_lock(&h->lock);
	list_add(&s->node, &h->sensors);
	mutex_unlock(&h->lock);
	return n;
}
static DEVICE_ATTR_WO(add);

static void psensor_drop(struct psensor *s)
{
//: in fix
	spin_lock(&s->lock);
	s->stopping = true;
	spin_unlock(&s->lock);
//: end
//: in disable
	disable_delayed_work_sync(&s->poll);
//: else
	cancel_delayed_work_sync(&s->poll);
//: end
	device_unregister(&s->dev);
}

static ssize_t drop_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct phub *h = dev_get_drvdata(dev);
	struct psensor *s;

	mutex_lock(&h->lock);
	s = list_first_entry_or_null(&h->sensors, struct psensor, node);
	if (s)
		list_del(&s->node);
	mutex_unlock(&h->lock);
	if (!s)
		return -ENOENT;
	psensor_drop(s);
	return n;
}
static DEVICE_ATTR_WO(drop);

static struct attribute *phub_attrs[] = { &dev_attr_add.attr, &dev_attr_drop.attr, NULL };
ATTRIBUTE_GROUPS(phub);

static int phub_probe(struct platform_device *pdev)
{
	struct phub *h = devm_kzalloc(&pdev->dev, sizeof(*h), GFP_KERNEL);

	if (!h)
		return -ENOMEM;
	h->dev = &pdev->dev;
	mutex_init(&h->lock);
	INIT_LIST_HEAD(&h->sensors);
	platform_set_drvdata(pdev, h);
	return 0;
}

static void phub_remove(struct platform_device *pdev)
{
	struct phub *h = platform_get_drvdata(pdev);
	struct psensor *s, *n;

	list_for_each_entry_safe(s, n, &h->sensors, node) {
		list_del(&s->node);
		psensor_drop(s);
	}
}

static struct platform_driver phub_driver = {
	.driver = { .name = "phub", .dev_groups = phub_groups },
	.probe = phub_probe,
	.remove = phub_remove,
};
module_platform_driver(phub_driver);
MODULE_LICENSE("GPL");
