// SPDX-License-Identifier: GPL-2.0-only
/* Clients of a port: probing one discovers the slot it was mapped into. */
#include <linux/err.h>
#include <linux/slab.h>

#include "minibus.h"

static void mb_client_release(struct device *dev)
{
	kfree(to_mb_client(dev));
}

static const struct device_type mb_client_type = {
	.name = "mb_client",
	.release = mb_client_release,
};

bool is_mb_client(struct device *dev)
{
	return dev->type == &mb_client_type;
}

static void unregister_client(void *data)
{
	struct mb_client *client = data;

	device_unregister(&client->dev);
}

int devm_mb_add_client(struct mb_port *port, u64 base, int ways, int pos)
{
	struct mb_client *client;
	int rc;

	client = kzalloc(sizeof(*client), GFP_KERNEL);
	if (!client)
		return -ENOMEM;

	client->port = port;
	client->base = base;
	client->ways = ways;
	client->pos = pos;
	device_initialize(&client->dev);
	client->dev.parent = &port->dev;
	client->dev.bus = &minibus_type;
	client->dev.type = &mb_client_type;

	rc = dev_set_name(&client->dev, "client%d", pos);
	if (rc)
		goto err;

	rc = device_add(&client->dev);
	if (rc)
		goto err;

	return devm_add_action_or_reset(port->host_dev, unregister_client,
					client);

err:
	put_device(&client->dev);
	return rc;
}

static int discover_window(struct device *dev, void *data)
{
	struct mb_client *client = data;
	struct mb_window *window;

	if (!is_mb_window(dev))
		return 0;

	window = to_mb_window(dev);
	if (client->base < window->base ||
	    client->base - window->base >= window->size)
		return 0;

	return mb_window_discover(window, client);
}

static int mb_client_probe(struct device *dev)
{
	struct mb_client *client = to_mb_client(dev);

	return device_for_each_child(&client->port->dev, client,
				     discover_window);
}

static struct mb_driver mb_client_driver = {
	.probe = mb_client_probe,
	.drv = {
		.name = "mb_client",
	},
};

int mb_client_driver_init(void)
{
	return mb_driver_register(&mb_client_driver);
}

void mb_client_driver_exit(void)
{
	mb_driver_unregister(&mb_client_driver);
}
