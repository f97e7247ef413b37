//: variant bug: users of a queue do not hold the reference that the deleter kills
//: variant bug2: the deleter kills the reference and does not wait
//: variant FP_fix: clean (percpu_ref_tryget_live(), kill, wait for the release)
// SPDX-License-Identifier: GPL-2.0
/* queues of an accelerator on the HID bus (a toy), guarded by percpu_ref */
#include <linux/device.h>
#include <linux/hid.h>
#include <linux/percpu-refcount.h>
#include <linux/slab.h>

struct accel {
	struct hid_device *hdev;
	spinlock_t lock;
	struct list_head queues;
};

struct aqueue {
	struct device dev;
	struct list_head link;
	struct percpu_ref ref;
	struct completion idle;
	u32 id;
	u64 jobs;
};

static void aqueue_dev_release(struct device *dev)
{
	struct aqueue *q = container_of(dev, struct aqueue, dev);

	percpu_ref_exit(&q->ref);
	kfree(q);
}

static void aqueue_idle(struct percpu_ref *ref)
{
	struct aqueue *q = container_of(ref, struct aqueue, ref);

	complete(&q->idle);
}

static struct aqueue *aqueue_get(struct accel *a, u32 id)
{
	struct aqueue *q, *found = NULL;

	spin_lock(&a->lock);
	list_for_each_entry(q, &a->queues, link) {
//: in bug
		if (q->id == id) {
//: else
		if (q->id == id && percpu_ref_tryget_live(&q->ref)) {
//: end
			found = q;
			break;
		}
	}
	spin_unlock(&a->lock);
	return found;
}

static ssize_t create_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct accel *a = dev_get_drvdata(dev);
	struct aqueue *q = kzalloc(sizeof(*q), GFP_KERNEL);
	int ret;

	if (!q)
		return -ENOMEM;
	ret = kstrtou32(buf, 0, &q->id);
	if (!ret)
		ret = percpu_ref_init(&q->ref, aqueue_idle, 0, GFP_KERNEL);
	if (ret) {
		kfree(q);
		return ret;
	}
	init_completion(&q->idle);
	q->dev.parent = dev;
	q->dev.release = aqueue_dev_release;
	dev_set_name(&q->dev, "queue%u", q->id);
	ret = device_register(&q->dev);
	if (ret) {
		put_device(&q->dev);
		return ret;
	}
	spin_lock(&a->lock);
	list_add_tail(&q->link, &a->queues);
	spin_unlock(&a->lock);
	return n;
}
static DEVICE_ATTR_WO(create);

static ssize_t submit_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct accel *a = dev_get_drvdata(dev);
	struct aqueue *q;
	u32 id;

	if (kstrtou32(buf, 0, &id))
		return -EINVAL;
	q = aqueue_get(a, id);
	if (!q)
		return -ENODEV;
	q->jobs++; // want(bug bug2) "use-after-free"
//: in FP_fix bug2
	percpu_ref_put(&q->ref);
//: end
	return n;
}
static DEVICE_ATTR_WO(submit);

static ssize_t destroy_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct accel *a = dev_get_drvdata(dev);
	struct aqueue *q, *hit = NULL;
	u32 id;

	if (kstrtou32(buf, 0, &id))
		return -EINVAL;
	spin_lock(&a->lock);
	list_for_each_entry(q, &a->queues, link)
		if (q->id == id) {
			list_del(&q->link);
			hit = q;
			break;
		}
	spin_unlock(&a->lock);
	if (!hit)
		return -ENODEV;
	percpu_ref_kill(&hit->ref);
//: in FP_fix bug
	wait_for_completion(&hit->idle);
//: end
	device_unregister(&hit->dev);
	return n;
}
static DEVICE_ATTR_WO(destroy);

static struct attribute *accel_attrs[] = {
	&dev_attr_create.attr,
	&dev_attr_submit.attr,
	&dev_attr_destroy.attr,
	NULL,
};
ATTRIBUTE_GROUPS(accel);

static int accel_probe(struct hid_device *hdev, const struct hid_device_id *id)
{
	struct accel *a = devm_kzalloc(&hdev->dev, sizeof(*a), GFP_KERNEL);

	if (!a)
		return -ENOMEM;
	a->hdev = hdev;
	spin_lock_init(&a->lock);
	INIT_LIST_HEAD(&a->queues);
	hid_set_drvdata(hdev, a);
	return 0;
}

static void accel_remove(struct hid_device *hdev)
{
	struct accel *a = hid_get_drvdata(hdev);
	struct aqueue *q, *n;

	list_for_each_entry_safe(q, n, &a->queues, link) {
		list_del(&q->link);
		percpu_ref_kill(&q->ref);
		wait_for_completion(&q->idle);
		device_unregister(&q->dev);
	}
}

static const struct hid_device_id accel_ids[] = { { HID_USB_DEVICE(0x1, 0x2) }, { } };
static struct hid_driver accel_driver = {
	.name = "acme-accel",
	.id_table = accel_ids,
	.probe = accel_probe,
	.remove = accel_remove,
	.driver = { .dev_groups = accel_groups },
};
module_hid_driver(accel_driver);
MODULE_LICENSE("GPL");
