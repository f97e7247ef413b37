//: variant bug: teardown through an ops table, macros that define handlers, two files
//: variant fix: clean
//: file engine.h
/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ENGINE_H
#define _ENGINE_H
#include <linux/device.h>
#include <linux/list.h>

struct queue;
struct engine;

struct engine_ops {
	int	(*queue_up)(struct engine *e, int nr);
	void	(*queue_down)(struct engine *e, struct queue *q);
};

struct engine {
	struct device		dev;
	struct device		*host;
	const struct engine_ops	*ops;
	struct rw_semaphore	rwsem;
	struct list_head	queues;
	bool			closing;
};

struct queue {
	struct device		dev;
	struct engine		*engine;
	struct list_head	node;
	int			nr;
	u32			prio, depth, limit;
};

#define to_engine(d)	container_of(d, struct engine, dev)
#define to_queue(d)	container_of(d, struct queue, dev)

int engine_queue_up(struct engine *e, int nr);
void engine_queue_down(struct engine *e, struct queue *q);
struct queue *engine_find_queue(struct engine *e, int nr);
#endif
//: file queue.c
// SPDX-License-Identifier: GPL-2.0
#include "engine.h"

#define QUEUE_ATTR(_name)							\
static ssize_t _name##_show(struct device *dev,					\
			    struct device_attribute *attr, char *buf)		\
{										\
	return sysfs_emit(buf, "%u\n", to_queue(dev)->_name);			\
}										\
static ssize_t _name##_store(struct device *dev,				\
			     struct device_attribute *attr,			\
			     const char *buf, size_t n)				\
{										\
	int rc = kstrtou32(buf, 0, &to_queue(dev)->_name);			\
	return rc ? rc : n;							\
}										\
static DEVICE_ATTR_RW(_name)

QUEUE_ATTR(prio);
QUEUE_ATTR(depth);
QUEUE_ATTR(limit);

static struct attribute *queue_attrs[] = {
	&dev_attr_prio.attr,
	&dev_attr_depth.attr,
	&dev_attr_limit.attr,
	NULL,
};
ATTRIBUTE_GROUPS(queue);

static void queue_release(struct device *dev)
{
	kfree(to_queue(dev));
}

static const struct device_type queue_type = {
	.name = "queue",
	.groups = queue_groups,
	.release = queue_release,
};

static void queue_unregister(void *_q)
{
	struct queue *q = _q;
//: in bug

	down_write(&q->engine->rwsem);
	list_del(&q->node);
	up_write(&q->engine->rwsem);
//: end
	device_unregister(&q->dev);
}

struct queue *engine_find_queue(struct engine *e, int nr)
{
	struct queue *q;

	lockdep_assert_held(&e->rwsem);
	list_for_each_entry(q, &e->queues, node) {
		if (q->nr != nr)
			continue;
		return q;
	}
	return NULL;
}

int engine_queue_up(struct engine *e, int nr)
{
	struct queue *q;
	int rc;

	q = kzalloc(sizeof(*q), GFP_KERNEL);
	if (!q)
		return -ENOMEM;
	q->engine = e;
	q->nr = nr;
	device_initialize(&q->dev);
	q->dev.type = &queue_type;
	q->dev.parent = &e->dev;
	rc = dev_set_name(&q->dev, "queue%d", nr);
	if (rc)
		goto put;
//: in fix
	down_write(&e->rwsem);
	if (e->closing) {
		up_write(&e->rwsem);
		rc = -ESHUTDOWN;
		goto put;
	}
//: end
	rc = device_add(&q->dev);
//: in fix
	if (!rc)
		list_add_tail(&q->node, &e->queues);
	up_write(&e->rwsem);
//: end
	if (rc)
		goto put;
//: in bug
	down_write(&e->rwsem);
	list_add_tail(&q->node, &e->queues);
	up_write(&e->rwsem);
	return devm_add_action_or_reset(e->host, queue_unregister, q); // want(bug) "late-add"
//: else
	return 0;
//: end
put:
	put_device(&q->dev);
	return rc;
}

void engine_queue_down(struct engine *e, struct queue *q)
{
//: in bug
	devm_release_action(e->host, queue_unregister, q); // want(bug) "double-release" "release-before-add" "release-vs-unbind"
//: else
	queue_unregister(q);
//: end
}
//: file engine.c
// SPDX-License-Identifier: GPL-2.0
#include <linux/platform_device.h>
#include <linux/module.h>
#include "engine.h"

static const struct engine_ops default_ops = {
	.queue_up	= engine_queue_up,
	.queue_down	= engine_queue_down,
};

static ssize_t queue_add_store(struct device *dev, struct device_attribute *attr,
			       const char *buf, size_t n)
{
	struct engine *e = to_engine(dev);
	int nr, rc;

	rc = kstrtoint(buf, 0, &nr);
	if (!rc)
		rc = e->ops->queue_up(e, nr);
	return rc ? rc : n;
}
static DEVICE_ATTR_WO(queue_add);

static ssize_t queue_del_store(struct device *dev, struct device_attribute *attr,
			       const char *buf, size_t n)
{
	struct engine *e = to_engine(dev);
	struct queue *q;
	int nr, rc;

	rc = kstrtoint(buf, 0, &nr);
	if (rc)
		return rc;
//: in bug
	down_read(&e->rwsem);
	q = engine_find_queue(e, nr);
	up_read(&e->rwsem);
//: else
	down_write(&e->rwsem);
	q = engine_find_queue(e, nr);
	if (q)
		list_del(&q->node);
	up_write(&e->rwsem);
//: end
	if (!q)
		return -ENXIO;
	e->ops->queue_down(e, q);
	return n;
}
static DEVICE_ATTR_WO(queue_del);

static struct attribute *engine_attrs[] = {
	&dev_attr_queue_add.attr,
	&dev_attr_queue_del.attr,
	NULL,
};
ATTRIBUTE_GROUPS(engine);

static void engine_release(struct device *dev)
{
	kfree(to_engine(dev));
}

static const struct device_type engine_type = {
	.name = "engine",
	.groups = engine_groups,
	.release = engine_release,
};

static void engine_unregister(void *_e)
{
	struct engine *e = _e;
//: in fix
	struct queue *q, *tmp;

	down_write(&e->rwsem);
	e->closing = true;
	list_for_each_entry_safe(q, tmp, &e->queues, node) {
		list_del(&q->node);
		e->ops->queue_down(e, q);
	}
	up_write(&e->rwsem);
//: end
	device_unregister(&e->dev);
}

static int engine_probe(struct platform_device *pdev)
{
	struct engine *e;
	int rc;

	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	e->host = &pdev->dev;
	e->ops = &default_ops;
	init_rwsem(&e->rwsem);
	INIT_LIST_HEAD(&e->queues);
	device_initialize(&e->dev);
	e->dev.type = &engine_type;
	e->dev.parent = &pdev->dev;
	rc = dev_set_name(&e->dev, "engine0");
	if (!rc)
		rc = device_add(&e->dev);
	if (rc) {
		put_device(&e->dev);
		return rc;
	}
	return devm_add_action_or_reset(&pdev->dev, engine_unregister, e);
}

static struct platform_driver engine_driver = {
	.probe = engine_probe,
	.driver = { .name = "engine" },
};
module_platform_driver(engine_driver);
MODULE_LICENSE("GPL");
