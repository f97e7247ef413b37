// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#define BOLT_F_GONE 0

struct bolt;

struct gate {
	struct bolt *bolt;
};

struct bolt {
	struct device dev;
	unsigned long flags;
};

#define to_bolt(d) container_of(d, struct bolt, dev)

static void bolt_release(struct device *dev)
{
	kfree(to_bolt(dev));
}

static const struct device_type bolt_type = {
	.name = "bolt",
	.release = bolt_release,
};

static void bolt_put(void *data)
{
	struct bolt *bolt = data;

	put_device(&bolt->dev);
}

static void bolt_del(void *data)
{
	struct bolt *bolt = data;

	if (test_bit(BOLT_F_GONE, &bolt->flags)) /* want "non-atomic-guard" */
		return;
	set_bit(BOLT_F_GONE, &bolt->flags);

	device_del(&bolt->dev); /* want "double-teardown" */
}

static struct bolt *bolt_add(struct device *host)
{
	struct bolt *bolt;
	int rc;

	bolt = kzalloc(sizeof(*bolt), GFP_KERNEL);
	if (!bolt)
		return ERR_PTR(-ENOMEM);

	device_initialize(&bolt->dev);
	bolt->dev.parent = host;
	bolt->dev.type = &bolt_type;
	rc = devm_add_action_or_reset(host, bolt_put, bolt);
	if (rc)
		return ERR_PTR(rc);

	rc = dev_set_name(&bolt->dev, "bolt0");
	if (rc)
		return ERR_PTR(rc);

	rc = device_add(&bolt->dev);
	if (rc)
		return ERR_PTR(rc);

	rc = devm_add_action_or_reset(host, bolt_del, bolt);
	if (rc)
		return ERR_PTR(rc);

	return bolt;
}

static ssize_t unlock_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t len)
{
	struct gate *gate = dev_get_drvdata(dev);

	bolt_del(gate->bolt);

	return len;
}
static DEVICE_ATTR_WO(unlock);

static struct attribute *gate_attrs[] = {
	&dev_attr_unlock.attr,
	NULL,
};
ATTRIBUTE_GROUPS(gate);

static int gate_probe(struct platform_device *pdev)
{
	struct gate *gate;

	gate = devm_kzalloc(&pdev->dev, sizeof(*gate), GFP_KERNEL);
	if (!gate)
		return -ENOMEM;

	platform_set_drvdata(pdev, gate);

	gate->bolt = bolt_add(&pdev->dev);

	return PTR_ERR_OR_ZERO(gate->bolt);
}

static struct platform_driver gate_driver = {
	.probe = gate_probe,
	.driver = {
		.name = "gate",
		.dev_groups = gate_groups,
	},
};

module_platform_driver(gate_driver);
MODULE_DESCRIPTION("Gate whose bolt may be drawn twice");
MODULE_LICENSE("GPL");
