//: variant FN_bug: the thread polls on after its object is unregistered
//: variant fix: clean (kthread_stop() before the unregistration)
// SPDX-License-Identifier: GPL-2.0
/* pollers of a platform device: one thread each */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct poller {
	struct device dev;
	struct task_struct *task;
	struct list_head node;
	u32 period_ms;
	u32 count;
};

struct poll_host {
	struct device *dev;
	struct mutex lock;
	struct list_head pollers;
};

static ssize_t count_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", container_of(dev, struct poller, dev)->count);
}
static DEVICE_ATTR_RO(count);
static struct attribute *poller_attrs[] = { &dev_attr_count.attr, NULL };
ATTRIBUTE_GROUPS(poller);

static void poller_release(struct device *dev)
{
	kfree(container_of(dev, struct poller, dev));
}

static int poller_fn(void *data)
{
	struct poller *p = data;

	while (!kthread_should_stop()) {
		p->count++; // want(FN_bug) "use-after-free"
		msleep_interruptible(p->period_ms);
	}
	return 0;
}

static void poller_destroy(struct poller *p)
{
//: in FN_bug
	struct task_struct *task = p->task;

	device_unregister(&p->dev);
	kthread_stop(task);
//: else
	kthread_stop(p->task);
	device_unregister(&p->dev);
//: end
}

static ssize_t start_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct poll_host *host = dev_get_drvdata(dev);
	struct poller *p;
	int ret;

	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	device_initialize(&p->dev);
	p->dev.parent = dev;
	p->dev.release = poller_release;
	p->dev.groups = poller_groups;
	ret = kstrtou32(buf, 0, &p->period_ms);
	if (ret)
		goto err_put;
	ret = dev_set_name(&p->dev, "poller-%u", p->period_ms);
	if (ret)
		goto err_put;
	ret = device_add(&p->dev);
	if (ret)
		goto err_put;
	p->task = kthread_run(poller_fn, p, "poller/%u", p->period_ms);
	if (IS_ERR(p->task)) {
		ret = PTR_ERR(p->task);
		goto err_del;
	}
	mutex_lock(&host->lock);
	list_add(&p->node, &host->pollers);
	mutex_unlock(&host->lock);
	return n;

err_del:
	device_del(&p->dev);
err_put:
	put_device(&p->dev);
	return ret;
}
static DEVICE_ATTR_WO(start);

static ssize_t stop_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct poll_host *host = dev_get_drvdata(dev);
	struct poller *p;

	mutex_lock(&host->lock);
	p = list_first_entry_or_null(&host->pollers, struct poller, node);
	if (p)
		list_del(&p->node);
	mutex_unlock(&host->lock);
	if (!p)
		return -ENOENT;
	poller_destroy(p);
	return n;
}
static DEVICE_ATTR_WO(stop);

static struct attribute *host_attrs[] = { &dev_attr_start.attr, &dev_attr_stop.attr, NULL };
ATTRIBUTE_GROUPS(host);

static int host_probe(struct platform_device *pdev)
{
	struct poll_host *host = devm_kzalloc(&pdev->dev, sizeof(*host), GFP_KERNEL);

	if (!host)
		return -ENOMEM;
	host->dev = &pdev->dev;
	mutex_init(&host->lock);
	INIT_LIST_HEAD(&host->pollers);
	platform_set_drvdata(pdev, host);
	return 0;
}

static void host_remove(struct platform_device *pdev)
{
	struct poll_host *host = platform_get_drvdata(pdev);
	struct poller *p, *tmp;

	list_for_each_entry_safe(p, tmp, &host->pollers, node) {
		list_del(&p->node);
		poller_destroy(p);
	}
}

static struct platform_driver host_driver = {
	.driver = {
		.name = "poll-host",
		.dev_groups = host_groups,
	},
	.probe = host_probe,
	.remove = host_remove,
};
module_platform_driver(host_driver);
MODULE_LICENSE("GPL");
