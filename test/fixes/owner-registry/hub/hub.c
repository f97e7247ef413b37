// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "hub.h"

extern const struct attribute_group *hub_groups[];

static void hub_release(struct device *dev)
{
	kfree(to_hub(dev));
}

static const struct device_type hub_type = {
	.name = "hub",
	.groups = hub_groups,
	.release = hub_release,
};

static void hub_remove(void *data)
{
	struct hub *hub = data;

	hub_lines_quiesce(hub);
	device_unregister(&hub->dev);
}

int hub_create(struct device *host, u32 speed)
{
	struct hub *hub;
	int ret;

	hub = kmalloc(sizeof(*hub), GFP_KERNEL);
	if (!hub)
		return -ENOMEM;

	memset(hub, 0, sizeof(*hub));
	hub->speed = speed;
	device_initialize(&hub->dev);
	hub->dev.parent = host;
	hub->dev.type = &hub_type;

	ret = dev_set_name(&hub->dev, "hub");
	if (ret)
		goto put;

	ret = device_add(&hub->dev);
	if (ret)
		goto put;

	return devm_add_action_or_reset(host, hub_remove, hub);

put:
	put_device(&hub->dev);
	return ret;
}

static int hub_probe(struct platform_device *pdev)
{
	return hub_create(&pdev->dev, 480);
}

static struct platform_driver hub_driver = {
	.probe = hub_probe,
	.driver = {
		.name = "hub",
	},
};
module_platform_driver(hub_driver);
MODULE_DESCRIPTION("Lines come and go through the attributes of their hub");
MODULE_LICENSE("GPL");
