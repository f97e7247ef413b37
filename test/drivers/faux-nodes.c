//: variant bug: nodes of a faux device are looked up and dropped in two sections
//: variant fix: clean (one section, idr_remove() decides)
// SPDX-License-Identifier: GPL-2.0
/* software-only topology: a faux device with an attribute group, and nodes below it */
#include <linux/device.h>
#include <linux/device/faux.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/slab.h>

static struct faux_device *topo_fdev;
static DEFINE_IDR(topo_nodes);
static DEFINE_MUTEX(topo_lock);

struct topo_node {
	struct device dev;
	int id;
	u32 weight;
};

static void topo_node_release(struct device *dev)
{
	struct topo_node *tn = container_of(dev, struct topo_node, dev);

	kfree(tn);
}

static ssize_t weight_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", container_of(dev, struct topo_node, dev)->weight);
}
static DEVICE_ATTR_RO(weight);
static struct attribute *topo_node_attrs[] = { &dev_attr_weight.attr, NULL };
ATTRIBUTE_GROUPS(topo_node);

static ssize_t grow_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct topo_node *tn;
	int ret;

	tn = kzalloc(sizeof(*tn), GFP_KERNEL);
	if (!tn)
		return -ENOMEM;
	device_initialize(&tn->dev);
	tn->dev.parent = dev;
	tn->dev.release = topo_node_release;
	tn->dev.groups = topo_node_groups;

	mutex_lock(&topo_lock);
	ret = idr_alloc(&topo_nodes, tn, 0, 0, GFP_KERNEL);
	if (ret < 0)
		goto err;
	tn->id = ret;
	ret = dev_set_name(&tn->dev, "node%d", tn->id);
	if (ret)
		goto err_idr;
	ret = device_add(&tn->dev);
	if (ret)
		goto err_idr;
	mutex_unlock(&topo_lock);
	return n;

err_idr:
	idr_remove(&topo_nodes, tn->id);
err:
	mutex_unlock(&topo_lock);
	put_device(&tn->dev);
	return ret;
}
static DEVICE_ATTR_WO(grow);

static ssize_t shrink_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct topo_node *tn;
	int id, ret;

	ret = kstrtoint(buf, 0, &id);
	if (ret)
		return ret;
//: in bug
	mutex_lock(&topo_lock);
	tn = idr_find(&topo_nodes, id);
	mutex_unlock(&topo_lock);
	if (!tn)
		return -ENOENT;
	mutex_lock(&topo_lock);
	idr_remove(&topo_nodes, tn->id); // want(bug) "use-after-free"
	mutex_unlock(&topo_lock);
	device_unregister(&tn->dev); // want(bug) "double-teardown"
//: else
	mutex_lock(&topo_lock);
	tn = idr_remove(&topo_nodes, id);
	mutex_unlock(&topo_lock);
	if (!tn)
		return -ENOENT;
	device_unregister(&tn->dev);
//: end
	return n;
}
static DEVICE_ATTR_WO(shrink);

static struct attribute *topo_attrs[] = { &dev_attr_grow.attr, &dev_attr_shrink.attr, NULL };
ATTRIBUTE_GROUPS(topo);

static int topo_drop(int id, void *p, void *data)
{
	struct topo_node *tn = p;

	device_unregister(&tn->dev);
	return 0;
}

static int topo_probe(struct faux_device *fdev)
{
	return 0;
}

static void topo_remove(struct faux_device *fdev)
{
	mutex_lock(&topo_lock);
	idr_for_each(&topo_nodes, topo_drop, NULL);
	idr_destroy(&topo_nodes);
	mutex_unlock(&topo_lock);
}

static const struct faux_device_ops topo_ops = {
	.probe = topo_probe,
	.remove = topo_remove,
};

static int __init topo_init(void)
{
	topo_fdev = faux_device_create_with_groups("topo", NULL, &topo_ops, topo_groups);
	return topo_fdev ? 0 : -ENODEV;
}
static void __exit topo_exit(void)
{
	faux_device_destroy(topo_fdev);
}
module_init(topo_init);
module_exit(topo_exit);
MODULE_LICENSE("GPL");
