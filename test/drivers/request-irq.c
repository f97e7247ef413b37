//: variant bug: the interrupt is freed after the line's device
//: variant disable: disable_irq_nosync() does not wait for the thread
//: variant fix: clean (free_irq() first)
// SPDX-License-Identifier: GPL-2.0
/* lines of a GPIO expander with a threaded handler each */
#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/i2c.h>
#include <linux/slab.h>

struct expander {
	struct i2c_client *client;
	struct mutex lock;
	struct list_head lines;
};

struct line {
	struct device dev;
	struct list_head node;
	int irq;
	u64 edges;
};

static irqreturn_t line_thread(int irq, void *data)
{
	struct line *l = data;

	l->edges++; // want(bug disable) "use-after-free"
	return IRQ_HANDLED;
}

static void line_release(struct device *dev)
{
	kfree(container_of(dev, struct line, dev));
}

static ssize_t export_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct expander *e = i2c_get_clientdata(to_i2c_client(dev));
	struct line *l;
	int err;

	l = kzalloc(sizeof(*l), GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	device_initialize(&l->dev);
	l->dev.parent = dev;
	l->dev.release = line_release;
	err = kstrtoint(buf, 0, &l->irq);
	if (err)
		goto put;
	err = dev_set_name(&l->dev, "line%d", l->irq);
	if (err)
		goto put;
	err = device_add(&l->dev);
	if (err)
		goto put;
	err = request_threaded_irq(l->irq, NULL, line_thread, IRQF_ONESHOT, "line", l);
	if (err)
		goto del;
	mutex_lock(&e->lock);
	list_add(&l->node, &e->lines);
	mutex_unlock(&e->lock);
	return n;
del:
	device_del(&l->dev);
put:
	put_device(&l->dev);
	return err;
}
static DEVICE_ATTR_WO(export);

static void line_destroy(struct line *l)
{
//: in bug
	int irq = l->irq;

	device_unregister(&l->dev);
	free_irq(irq, l);
//: end
//: in disable
	disable_irq_nosync(l->irq);
	device_unregister(&l->dev);
//: end
//: in fix
	free_irq(l->irq, l);
	device_unregister(&l->dev);
//: end
}

static ssize_t unexport_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct expander *e = i2c_get_clientdata(to_i2c_client(dev));
	struct line *l, *found = NULL;
	int irq;

	if (kstrtoint(buf, 0, &irq))
		return -EINVAL;
	mutex_lock(&e->lock);
	list_for_each_entry(l, &e->lines, node)
		if (l->irq == irq) {
			list_del(&l->node);
			found = l;
			break;
		}
	mutex_unlock(&e->lock);
	if (!found)
		return -ENOENT;
	line_destroy(found);
	return n;
}
static DEVICE_ATTR_WO(unexport);

static struct attribute *expander_attrs[] = { &dev_attr_export.attr, &dev_attr_unexport.attr, NULL };
ATTRIBUTE_GROUPS(expander);

static int expander_probe(struct i2c_client *client)
{
	struct expander *e = devm_kzalloc(&client->dev, sizeof(*e), GFP_KERNEL);

	if (!e)
		return -ENOMEM;
	e->client = client;
	mutex_init(&e->lock);
	INIT_LIST_HEAD(&e->lines);
	i2c_set_clientdata(client, e);
	return 0;
}

static void expander_remove(struct i2c_client *client)
{
	struct expander *e = i2c_get_clientdata(client);
	struct line *l, *n;

	list_for_each_entry_safe(l, n, &e->lines, node) {
		list_del(&l->node);
		line_destroy(l);
	}
}

static struct i2c_driver expander_driver = {
	.driver = { .name = "gpio-exp", .dev_groups = expander_groups },
	.probe = expander_probe,
	.remove = expander_remove,
};
module_i2c_driver(expander_driver);
MODULE_LICENSE("GPL");
