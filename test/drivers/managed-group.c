//: variant bug: unbind takes the actions before it removes the managed group
//: variant gate: clean (guard(mutex) owner registry; kill-all devm action before group)
// SPDX-License-Identifier: GPL-2.0
/* attribute group added with devm_device_add_group from probe; SPI device */
#include <linux/spi/spi.h>
#include <linux/device.h>
#include <linux/cleanup.h>

struct sensor_hub {
	struct spi_device *spi;
	struct mutex mtx;
	struct xarray sensors;
	bool gone;
};

struct sensor {
	struct device dev;
	struct sensor_hub *hub;
	u8 chan;
};

static void sensor_release(struct device *dev)
{
	kfree(container_of(dev, struct sensor, dev));
}

static const struct device_type sensor_type = {
	.name = "hub-sensor",
	.release = sensor_release,
};

static void sensor_unregister(void *data)
{
	struct sensor *s = data;

	device_unregister(&s->dev);
}

static int sensor_create(struct sensor_hub *hub, u8 chan)
{
	struct sensor *s __free(kfree) = kzalloc(sizeof(*s), GFP_KERNEL);
	int ret;

	if (!s)
		return -ENOMEM;
	s->hub = hub;
	s->chan = chan;
	s->dev.parent = &hub->spi->dev;
	s->dev.type = &sensor_type;
	device_initialize(&s->dev);
	struct device *dev __free(put_device) = &no_free_ptr(s)->dev;
	ret = dev_set_name(dev, "%s:%u", dev_name(&hub->spi->dev), chan);
	if (ret)
		return ret;
	s = container_of(dev, struct sensor, dev);
//: in gate
	guard(mutex)(&hub->mtx);
	if (hub->gone) {
		s = NULL;
		return -ENODEV;
	}
	ret = xa_insert(&hub->sensors, chan, s, GFP_KERNEL);
	if (ret) {
		s = NULL;
		return ret;
	}
	ret = device_add(dev);
	if (ret) {
		xa_erase(&hub->sensors, chan);
		s = NULL;
		return ret;
	}
	s = NULL;
	dev = NULL;
	return 0;
//: else
	ret = device_add(dev);
	if (ret) {
		s = NULL;
		return ret;
	}
	s = NULL;
	ret = xa_insert(&hub->sensors, chan, container_of(dev, struct sensor, dev), GFP_KERNEL);
	if (ret) {
		device_del(dev);
		return ret;
	}
	return devm_add_action_or_reset(&hub->spi->dev, sensor_unregister, // want(bug) "late-add"
					container_of(no_free_ptr(dev), struct sensor, dev));
//: end
}

static ssize_t enable_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct sensor_hub *hub = spi_get_drvdata(to_spi_device(dev));
	u8 chan;
	int ret;

	ret = kstrtou8(buf, 0, &chan);
	if (ret)
		return ret;
	ret = sensor_create(hub, chan);
	return ret ?: len;
}
static DEVICE_ATTR_WO(enable);

static ssize_t disable_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct sensor_hub *hub = spi_get_drvdata(to_spi_device(dev));
	struct sensor *s;
	u8 chan;
	int ret;

	ret = kstrtou8(buf, 0, &chan);
	if (ret)
		return ret;
//: in gate
	guard(mutex)(&hub->mtx);
	s = xa_erase(&hub->sensors, chan);
	if (!s)
		return -ENOENT;
	sensor_unregister(s);
//: else
	s = xa_load(&hub->sensors, chan);
	if (!s)
		return -ENOENT;
	devm_release_action(&hub->spi->dev, sensor_unregister, s); // want(bug) "double-release" "release-before-add" "release-vs-unbind"
//: end
	return len;
}
static DEVICE_ATTR_WO(disable);

static struct attribute *hub_attrs[] = {
	&dev_attr_enable.attr,
	&dev_attr_disable.attr,
	NULL,
};

static const struct attribute_group hub_group = {
	.name = "sensors",
	.attrs = hub_attrs,
};

//: in gate
static void hub_kill(void *data)
{
	struct sensor_hub *hub = data;
	struct sensor *s;
	unsigned long idx;

	guard(mutex)(&hub->mtx);
	hub->gone = true;
	xa_for_each(&hub->sensors, idx, s) {
		xa_erase(&hub->sensors, idx);
		sensor_unregister(s);
	}
}
//: end

static int hub_probe(struct spi_device *spi)
{
	struct sensor_hub *hub;
	int ret;

	hub = devm_kzalloc(&spi->dev, sizeof(*hub), GFP_KERNEL);
	if (!hub)
		return -ENOMEM;
	hub->spi = spi;
	ret = devm_mutex_init(&spi->dev, &hub->mtx);
	if (ret)
		return ret;
	xa_init(&hub->sensors);
	spi_set_drvdata(spi, hub);
//: in gate
	ret = devm_add_action_or_reset(&spi->dev, hub_kill, hub);
	if (ret)
		return ret;
//: end
	return devm_device_add_group(&spi->dev, &hub_group);
}

static struct spi_driver hub_driver = {
	.driver = { .name = "sensor-hub" },
	.probe = hub_probe,
};
module_spi_driver(hub_driver);
MODULE_LICENSE("GPL");
