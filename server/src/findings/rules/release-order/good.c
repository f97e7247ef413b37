// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct radio_ring {
	u32 head;
	u32 words[64];
};

struct radio {
	void __iomem *regs;
	struct radio_ring *ring;
};

static void radio_free_ring(void *data)
{
	struct radio_ring *ring = data;

	kfree(ring);
}

static void radio_stop(void *data)
{
	struct radio *radio = data;

	writel(0, radio->regs);
	radio->ring->head = 0;
}

static ssize_t send_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t len)
{
	struct radio *radio = dev_get_drvdata(dev);

	writel(len, radio->regs + 4);

	return len;
}
static DEVICE_ATTR_WO(send);

static struct attribute *radio_attrs[] = {
	&dev_attr_send.attr,
	NULL,
};
ATTRIBUTE_GROUPS(radio);

static int radio_probe(struct platform_device *pdev)
{
	struct radio *radio;
	int rc;

	radio = devm_kzalloc(&pdev->dev, sizeof(*radio), GFP_KERNEL);
	if (!radio)
		return -ENOMEM;

	radio->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(radio->regs))
		return PTR_ERR(radio->regs);

	radio->ring = kzalloc(sizeof(*radio->ring), GFP_KERNEL);
	if (!radio->ring)
		return -ENOMEM;

	rc = devm_add_action_or_reset(&pdev->dev, radio_free_ring, radio->ring);
	if (rc)
		return rc;

	rc = devm_add_action_or_reset(&pdev->dev, radio_stop, radio);
	if (rc)
		return rc;

	platform_set_drvdata(pdev, radio);

	return 0;
}

static struct platform_driver radio_driver = {
	.probe = radio_probe,
	.driver = {
		.name = "radio",
		.dev_groups = radio_groups,
	},
};

module_platform_driver(radio_driver);
MODULE_DESCRIPTION("Radio that is stopped before its ring is freed");
MODULE_LICENSE("GPL");
