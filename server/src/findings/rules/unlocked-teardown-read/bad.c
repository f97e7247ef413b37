// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#define VALVE_WAYS_MAX 8

struct valve {
	struct device dev;
	struct mutex lock; /* ways */
	void __iomem *regs;
	int ways;
};

#define to_valve(d) container_of(d, struct valve, dev)

static ssize_t ways_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t len)
{
	struct valve *valve = to_valve(dev);
	int rc, ways;

	rc = kstrtoint(buf, 0, &ways);
	if (rc)
		return rc;
	if (ways < 0 || ways > VALVE_WAYS_MAX)
		return -ERANGE;

	mutex_lock(&valve->lock);
	valve->ways = ways;
	mutex_unlock(&valve->lock);

	return len;
}
static DEVICE_ATTR_WO(ways);

static struct attribute *valve_attrs[] = {
	&dev_attr_ways.attr,
	NULL,
};
ATTRIBUTE_GROUPS(valve);

static void valve_release(struct device *dev)
{
	kfree(to_valve(dev));
}

static const struct device_type valve_type = {
	.name = "valve",
	.groups = valve_groups,
	.release = valve_release,
};

static void valve_unregister(void *data)
{
	struct valve *valve = data;
	int i;

	for (i = 0; i < valve->ways; i++) /* want "unlocked-teardown-read" */
		writel(0, valve->regs + 4 * i);
	device_unregister(&valve->dev);
}

static int plant_probe(struct platform_device *pdev)
{
	void __iomem *regs;
	struct valve *valve;
	int rc;

	regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(regs))
		return PTR_ERR(regs);

	valve = kzalloc(sizeof(*valve), GFP_KERNEL);
	if (!valve)
		return -ENOMEM;

	mutex_init(&valve->lock);
	valve->regs = regs;
	device_initialize(&valve->dev);
	valve->dev.parent = &pdev->dev;
	valve->dev.type = &valve_type;
	rc = dev_set_name(&valve->dev, "valve0");
	if (!rc)
		rc = device_add(&valve->dev);
	if (rc) {
		put_device(&valve->dev);
		return rc;
	}

	return devm_add_action_or_reset(&pdev->dev, valve_unregister, valve);
}

static struct platform_driver plant_driver = {
	.probe = plant_probe,
	.driver = {
		.name = "plant",
	},
};

module_platform_driver(plant_driver);
MODULE_DESCRIPTION("Plant that reads the ways of a valve without its lock");
MODULE_LICENSE("GPL");
