// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#define CRANE_LOADED BIT(0)

struct crane {
	struct mutex lock; /* one removal at a time */
	void __iomem *regs;
};

struct hook {
	struct device dev;
};

#define to_hook(d) container_of(d, struct hook, dev)

static void hook_release(struct device *dev)
{
	kfree(to_hook(dev));
}

static const struct device_type hook_type = {
	.name = "hook",
	.release = hook_release,
};

static void hook_unregister(void *data)
{
	struct hook *hook = data;

	device_unregister(&hook->dev);
}

static int hook_add(struct device *host, int id)
{
	struct hook *hook;
	int rc;

	hook = kzalloc(sizeof(*hook), GFP_KERNEL);
	if (!hook)
		return -ENOMEM;

	device_initialize(&hook->dev);
	hook->dev.parent = host;
	hook->dev.type = &hook_type;
	rc = dev_set_name(&hook->dev, "hook%d", id);
	if (!rc)
		rc = device_add(&hook->dev);
	if (rc) {
		put_device(&hook->dev);
		return rc;
	}

	return devm_add_action_or_reset(host, hook_unregister, hook);
}

static ssize_t detach_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t len)
{
	struct crane *crane = dev_get_drvdata(dev);
	struct device *hook_dev;
	ssize_t rc = len;

	mutex_lock(&crane->lock);
	hook_dev = device_find_child_by_name(dev, buf);
	if (!hook_dev) {
		rc = -ENODEV;
		goto unlock;
	}

	devm_remove_action(dev, hook_unregister, to_hook(hook_dev)); /* want "lost-teardown" "double-release" */
	if (readl(crane->regs) & CRANE_LOADED)
		rc = -EBUSY;
	else
		hook_unregister(to_hook(hook_dev));
	put_device(hook_dev);
unlock:
	mutex_unlock(&crane->lock);

	return rc;
}
static DEVICE_ATTR_WO(detach);

static struct attribute *crane_attrs[] = {
	&dev_attr_detach.attr,
	NULL,
};
ATTRIBUTE_GROUPS(crane);

static int crane_probe(struct platform_device *pdev)
{
	struct crane *crane;
	int rc, i;

	crane = devm_kzalloc(&pdev->dev, sizeof(*crane), GFP_KERNEL);
	if (!crane)
		return -ENOMEM;

	mutex_init(&crane->lock);
	crane->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(crane->regs))
		return PTR_ERR(crane->regs);

	platform_set_drvdata(pdev, crane);

	for (i = 0; i < 4; i++) {
		rc = hook_add(&pdev->dev, i);
		if (rc)
			return rc;
	}

	return 0;
}

static struct platform_driver crane_driver = {
	.probe = crane_probe,
	.driver = {
		.name = "crane",
		.dev_groups = crane_groups,
	},
};

module_platform_driver(crane_driver);
MODULE_DESCRIPTION("Crane that gives its hook up when it is busy");
MODULE_LICENSE("GPL");
