// SPDX-License-Identifier: GPL-2.0-only
/* The bus, its drivers, and the platform device that hosts a port. */
#include <linux/err.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "minibus.h"

#define to_mb_driver(d) container_of_const(d, struct mb_driver, drv)

static int mb_bus_match(struct device *dev, const struct device_driver *drv)
{
	return is_mb_client(dev);
}

static int mb_bus_probe(struct device *dev)
{
	return to_mb_driver(dev->driver)->probe(dev);
}

static void mb_bus_remove(struct device *dev)
{
	const struct mb_driver *mbdrv = to_mb_driver(dev->driver);

	if (mbdrv->remove)
		mbdrv->remove(dev);
}

const struct bus_type minibus_type = {
	.name = "minibus",
	.match = mb_bus_match,
	.probe = mb_bus_probe,
	.remove = mb_bus_remove,
};

int mb_driver_register(struct mb_driver *mbdrv)
{
	mbdrv->drv.bus = &minibus_type;
	return driver_register(&mbdrv->drv);
}

void mb_driver_unregister(struct mb_driver *mbdrv)
{
	driver_unregister(&mbdrv->drv);
}

static void mb_port_release(struct device *dev)
{
	kfree(to_mb_port(dev));
}

static const struct device_type mb_port_type = {
	.name = "mb_port",
	.release = mb_port_release,
};

static void unregister_port(void *data)
{
	struct mb_port *port = data;

	device_unregister(&port->dev);
}

static struct mb_port *devm_mb_add_port(struct device *host)
{
	struct mb_port *port;
	int rc;

	port = kzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return ERR_PTR(-ENOMEM);

	port->host_dev = host;
	device_initialize(&port->dev);
	port->dev.parent = host;
	port->dev.bus = &minibus_type;
	port->dev.type = &mb_port_type;

	rc = dev_set_name(&port->dev, "port0");
	if (rc)
		goto err;

	rc = device_add(&port->dev);
	if (rc)
		goto err;

	rc = devm_add_action_or_reset(host, unregister_port, port);
	if (rc)
		return ERR_PTR(rc);

	return port;

err:
	put_device(&port->dev);
	return ERR_PTR(rc);
}

static int mb_host_probe(struct platform_device *pdev)
{
	struct mb_port *port;
	int rc, i;

	port = devm_mb_add_port(&pdev->dev);
	if (IS_ERR(port))
		return PTR_ERR(port);

	rc = devm_mb_add_window(port, SZ_4G, SZ_1G);
	if (rc)
		return rc;

	for (i = 0; i < 2; i++) {
		rc = devm_mb_add_client(port, SZ_4G, 2, i);
		if (rc)
			return rc;
	}

	return 0;
}

static struct platform_driver mb_host_driver = {
	.probe = mb_host_probe,
	.driver = {
		.name = "minibus",
	},
};

static struct platform_device *mb_host;

static int __init minibus_init(void)
{
	int rc;

	rc = bus_register(&minibus_type);
	if (rc)
		return rc;

	rc = mb_client_driver_init();
	if (rc)
		goto err_bus;

	rc = platform_driver_register(&mb_host_driver);
	if (rc)
		goto err_client;

	mb_host = platform_device_register_simple("minibus",
						  PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(mb_host)) {
		rc = PTR_ERR(mb_host);
		goto err_host;
	}

	return 0;

err_host:
	platform_driver_unregister(&mb_host_driver);
err_client:
	mb_client_driver_exit();
err_bus:
	bus_unregister(&minibus_type);
	return rc;
}

static void __exit minibus_exit(void)
{
	platform_device_unregister(mb_host);
	platform_driver_unregister(&mb_host_driver);
	mb_client_driver_exit();
	bus_unregister(&minibus_type);
}

module_init(minibus_init);
module_exit(minibus_exit);
MODULE_DESCRIPTION("Example bus whose owner devices create and delete children");
MODULE_LICENSE("GPL");
