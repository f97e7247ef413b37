//: variant bug: the deleter does not wait for the users it has closed out
//: variant own: the wait queue is in the object that the last user lets go
//: variant fix: clean (users counted, wait_event() until there is none)
//: variant fix2: clean (refcount_t with a reference of its own, last one completes)
// SPDX-License-Identifier: GPL-2.0
/* counters of a virtio device; users and deleters meet at a wait queue */
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/virtio.h>
#include <linux/wait.h>

struct ctr_dev {
	struct virtio_device *vdev;
	struct mutex lock;
	struct list_head ctrs;
	wait_queue_head_t wq;
};

struct ctr {
	struct device dev;
	struct list_head node;
	wait_queue_head_t wq;
	refcount_t refs;
	atomic_t users;
	u32 id;
	u64 value;
};

static void ctr_release(struct device *dev)
{
	kfree(container_of(dev, struct ctr, dev));
}

static struct ctr *ctr_find(struct ctr_dev *cd, u32 id)
{
	struct ctr *c;

	lockdep_assert_held(&cd->lock);
	list_for_each_entry(c, &cd->ctrs, node)
		if (c->id == id)
			return c;
	return NULL;
}

static ssize_t new_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct ctr_dev *cd = dev_get_drvdata(dev);
	struct ctr *c = kzalloc(sizeof(*c), GFP_KERNEL);
	int ret;

	if (!c)
		return -ENOMEM;
	ret = kstrtou32(buf, 0, &c->id);
	if (ret) {
		kfree(c);
		return ret;
	}
	init_waitqueue_head(&c->wq);
	refcount_set(&c->refs, 1);
	c->dev.parent = dev;
	c->dev.release = ctr_release;
	dev_set_name(&c->dev, "ctr%u", c->id);
	ret = device_register(&c->dev);
	if (ret) {
		put_device(&c->dev);
		return ret;
	}
	mutex_lock(&cd->lock);
	list_add(&c->node, &cd->ctrs);
	mutex_unlock(&cd->lock);
	return n;
}
static DEVICE_ATTR_WO(new);

static ssize_t bump_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct ctr_dev *cd = dev_get_drvdata(dev);
	struct ctr *c;
	u32 id;

	if (kstrtou32(buf, 0, &id))
		return -EINVAL;
	mutex_lock(&cd->lock);
	c = ctr_find(cd, id);
	if (c) {
		atomic_inc(&c->users);
		refcount_inc(&c->refs);
	}
	mutex_unlock(&cd->lock);
	if (!c)
		return -ENOENT;
	c->value++; // want(bug) "use-after-free"
//: in fix2
	if (refcount_dec_and_test(&c->refs))
		wake_up(&cd->wq);
//: else
	if (atomic_dec_and_test(&c->users))
//: in own
		wake_up(&c->wq); // want(own) "use-after-free"
//: else
		wake_up(&cd->wq);
//: end
//: end
	return n;
}
static DEVICE_ATTR_WO(bump);

static ssize_t drop_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct ctr_dev *cd = dev_get_drvdata(dev);
	struct ctr *c;
	u32 id;

	if (kstrtou32(buf, 0, &id))
		return -EINVAL;
	mutex_lock(&cd->lock);
	c = ctr_find(cd, id);
	if (c)
		list_del(&c->node);
	mutex_unlock(&cd->lock);
	if (!c)
		return -ENOENT;
//: in fix
	wait_event(cd->wq, atomic_read(&c->users) == 0);
//: end
//: in own
	wait_event(c->wq, atomic_read(&c->users) == 0);
//: end
//: in fix2
	if (!refcount_dec_and_test(&c->refs))
		wait_event(cd->wq, refcount_read(&c->refs) == 0);
//: end
	device_unregister(&c->dev);
	return n;
}
static DEVICE_ATTR_WO(drop);

static struct attribute *ctr_attrs[] = { &dev_attr_new.attr, &dev_attr_bump.attr, &dev_attr_drop.attr, NULL };
ATTRIBUTE_GROUPS(ctr);

static int ctr_probe(struct virtio_device *vdev)
{
	struct ctr_dev *cd = devm_kzalloc(&vdev->dev, sizeof(*cd), GFP_KERNEL);

	if (!cd)
		return -ENOMEM;
	cd->vdev = vdev;
	mutex_init(&cd->lock);
	INIT_LIST_HEAD(&cd->ctrs);
	init_waitqueue_head(&cd->wq);
	vdev->priv = cd;
	dev_set_drvdata(&vdev->dev, cd);
	return 0;
}

static void ctr_remove(struct virtio_device *vdev)
{
	struct ctr_dev *cd = vdev->priv;
	struct ctr *c, *n;

	list_for_each_entry_safe(c, n, &cd->ctrs, node) {
		list_del(&c->node);
		device_unregister(&c->dev);
	}
}

static const struct virtio_device_id ctr_ids[] = { { 0xffff, VIRTIO_DEV_ANY_ID }, { } };
static struct virtio_driver ctr_driver = {
	.driver = { .name = "vctr", .dev_groups = ctr_groups },
	.id_table = ctr_ids,
	.probe = ctr_probe,
	.remove = ctr_remove,
};
module_virtio_driver(ctr_driver);
MODULE_LICENSE("GPL");
