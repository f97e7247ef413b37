//: variant bug: lanes are dropped outside the lock of the controller
//: variant order: the port goes before its lanes
//: variant fix: clean (one lock at the top, lanes go before their port)
//: file bridge.h
/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BRIDGE_H
#define BRIDGE_H
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>

struct bridge {
	struct device *dev;
	struct mutex topology;
	struct list_head ports;
};

struct bport {
	struct device dev;
	struct bridge *bridge;
	struct list_head node;
	struct list_head lanes;
	unsigned int nr;
};

struct lane_core {
	struct device dev;
	u8 width;
};

struct blane {
	struct lane_core core;
	struct bport *port;
	struct list_head node;
	unsigned int nr;
};

static inline struct lane_core *to_lane_core(struct device *dev)
{
	return container_of(dev, struct lane_core, dev);
}

static inline struct blane *to_blane(struct device *dev)
{
	return container_of(to_lane_core(dev), struct blane, core);
}

void bridge_lock(struct bridge *b);
void bridge_unlock(struct bridge *b);
int blane_add(struct bport *p, unsigned int nr);
void blane_del(struct blane *l);
#endif
//: file lane.c
// SPDX-License-Identifier: GPL-2.0
#include <linux/slab.h>
#include "bridge.h"

static ssize_t width_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "x%u lane %u\n", to_lane_core(dev)->width, to_blane(dev)->nr);
}
static DEVICE_ATTR_RO(width);
static struct attribute *lane_attrs[] = { &dev_attr_width.attr, NULL };
ATTRIBUTE_GROUPS(lane);

static void blane_release(struct device *dev)
{
	kfree(to_blane(dev));
}

int blane_add(struct bport *p, unsigned int nr)
{
	struct blane *l;
	int ret;

	l = kzalloc(sizeof(*l), GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	l->port = p;
	l->nr = nr;
	l->core.dev.parent = &p->dev;
	l->core.dev.release = blane_release;
	l->core.dev.groups = lane_groups;
	dev_set_name(&l->core.dev, "%s-lane%u", dev_name(&p->dev), nr);
	ret = device_register(&l->core.dev);
	if (ret) {
		put_device(&l->core.dev);
		return ret;
	}
	list_add_tail(&l->node, &p->lanes);
	return 0;
}

void blane_del(struct blane *l)
{
	list_del(&l->node); // want(bug) "double-teardown" "use-after-free"
	device_unregister(&l->core.dev);
}
//: file bridge.c
// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include "bridge.h"

void bridge_lock(struct bridge *b)
{
	mutex_lock(&b->topology);
}

void bridge_unlock(struct bridge *b)
{
	mutex_unlock(&b->topology);
}

static struct bport *to_bport(struct device *dev)
{
	return container_of(dev, struct bport, dev);
}

static ssize_t add_lane_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct bport *p = to_bport(dev);
	unsigned int nr;
	int ret;

	ret = kstrtouint(buf, 0, &nr);
	if (ret)
		return ret;
	bridge_lock(p->bridge);
	ret = blane_add(p, nr);
	bridge_unlock(p->bridge);
	return ret ?: n;
}
static DEVICE_ATTR_WO(add_lane);

static ssize_t del_lane_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct bport *p = to_bport(dev);
	struct blane *l, *hit = NULL;
	unsigned int nr;

	if (kstrtouint(buf, 0, &nr))
		return -EINVAL;
	bridge_lock(p->bridge);
	list_for_each_entry(l, &p->lanes, node)
		if (l->nr == nr) { // want(bug) "use-after-free"
			hit = l;
			break;
		}
//: in bug
	bridge_unlock(p->bridge);
	if (hit)
		blane_del(hit);
//: else
	if (hit)
		blane_del(hit);
	bridge_unlock(p->bridge);
//: end
	return hit ? n : -ENOENT;
}
static DEVICE_ATTR_WO(del_lane);

static struct attribute *bport_attrs[] = { &dev_attr_add_lane.attr, &dev_attr_del_lane.attr, NULL };
ATTRIBUTE_GROUPS(bport);

static void bport_release(struct device *dev)
{
	kfree(to_bport(dev));
}

static void bport_destroy(struct bport *p)
{
	struct blane *l, *n;

	list_del(&p->node);
//: in order
	device_unregister(&p->dev);
	list_for_each_entry_safe(l, n, &p->lanes, node) // want(order) "use-after-free"
		blane_del(l);
//: else
	device_del(&p->dev);
	list_for_each_entry_safe(l, n, &p->lanes, node)
		blane_del(l);
	put_device(&p->dev);
//: end
}

static int bport_create(struct bridge *b, unsigned int nr)
{
	struct bport *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int ret;

	if (!p)
		return -ENOMEM;
	p->bridge = b;
	p->nr = nr;
	INIT_LIST_HEAD(&p->lanes);
	p->dev.parent = b->dev;
	p->dev.release = bport_release;
	p->dev.groups = bport_groups;
	dev_set_name(&p->dev, "port%u", nr);
	ret = device_register(&p->dev);
	if (ret) {
		put_device(&p->dev);
		return ret;
	}
	list_add(&p->node, &b->ports);
	return 0;
}

static int bridge_probe(struct platform_device *pdev)
{
	struct bridge *b = devm_kzalloc(&pdev->dev, sizeof(*b), GFP_KERNEL);
	int i, ret;

	if (!b)
		return -ENOMEM;
	b->dev = &pdev->dev;
	mutex_init(&b->topology);
	INIT_LIST_HEAD(&b->ports);
	platform_set_drvdata(pdev, b);
	for (i = 0; i < 2; i++) {
		ret = bport_create(b, i);
		if (ret)
			return ret;
	}
	return 0;
}

static void bridge_remove(struct platform_device *pdev)
{
	struct bridge *b = platform_get_drvdata(pdev);
	struct bport *p, *n;

	list_for_each_entry_safe(p, n, &b->ports, node)
		bport_destroy(p);
}

static struct platform_driver bridge_driver = {
	.driver = { .name = "lane-bridge" },
	.probe = bridge_probe,
	.remove = bridge_remove,
};
module_platform_driver(bridge_driver);
MODULE_LICENSE("GPL");
