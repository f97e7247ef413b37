// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#define PUMP_ON BIT(0)

struct pump {
	void __iomem *regs;
};

static ssize_t rate_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t len)
{
	struct pump *pump = dev_get_drvdata(dev);
	u32 rate;
	int rc;

	rc = kstrtou32(buf, 0, &rate);
	if (rc)
		return rc;

	writel(rate, pump->regs + 4);

	return len;
}
static DEVICE_ATTR_WO(rate);

static struct attribute *pump_attrs[] = {
	&dev_attr_rate.attr,
	NULL,
};
ATTRIBUTE_GROUPS(pump);

static void pump_off(void *data)
{
	struct pump *pump = data;

	writel(0, pump->regs);
}

static int pump_probe(struct platform_device *pdev)
{
	struct pump *pump;
	int rc;

	pump = devm_kzalloc(&pdev->dev, sizeof(*pump), GFP_KERNEL);
	if (!pump)
		return -ENOMEM;

	pump->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(pump->regs))
		return PTR_ERR(pump->regs);

	platform_set_drvdata(pdev, pump);
	rc = devm_add_action_or_reset(&pdev->dev, pump_off, pump);
	if (rc)
		return rc;

	writel(PUMP_ON, pump->regs);

	return 0;
}

static struct platform_driver pump_driver = {
	.probe = pump_probe,
	.driver = {
		.name = "pump",
		.dev_groups = pump_groups,
	},
};

module_platform_driver(pump_driver);
MODULE_DESCRIPTION("Pump that is off after unbind");
MODULE_LICENSE("GPL");
