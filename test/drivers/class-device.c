//: variant bug: class device by pointer: device_create/device_unregister(w->dev); kfree
//: variant fix: clean (list_del under lock picks winner)
//: variant number: the same bug, the device unregistered by its number
//: variant numberfix: clean
// SPDX-License-Identifier: GPL-2.0
/* auxiliary driver whose widgets are class devices made by device_create_with_groups() */
#include <linux/auxiliary_bus.h>
#include <linux/device/class.h>
#include <linux/list.h>
#include <linux/module.h>

struct wctl {
	struct auxiliary_device *adev;
	struct rw_semaphore sem;
	struct list_head widgets;
};

struct widget {
	struct list_head lh;
	struct device *dev;
	struct wctl *ctl;
	int id;
	int level;
};

static struct class *widget_class;

static ssize_t level_show(struct device *dev, struct device_attribute *a, char *b)
{
	struct widget *w = dev_get_drvdata(dev);

	return sysfs_emit(b, "%d\n", w->level);
}
static DEVICE_ATTR_RO(level);
static struct attribute *widget_attrs[] = { &dev_attr_level.attr, NULL };
ATTRIBUTE_GROUPS(widget);

static void widget_destroy(struct widget *w)
{
//: in number numberfix
	device_destroy(widget_class, MKDEV(0, w->id));
//: else
	device_unregister(w->dev);
//: end
	kfree(w);
}

static int widget_create(struct wctl *ctl, int id)
{
	struct widget *w;
	int rc;

	w = kzalloc(sizeof(*w), GFP_KERNEL);
	if (!w)
		return -ENOMEM;
	w->id = id;
	w->ctl = ctl;
	w->dev = device_create_with_groups(widget_class, &ctl->adev->dev, MKDEV(0, 0), w,
					   widget_groups, "widget%d", id);
	if (IS_ERR(w->dev)) {
		rc = PTR_ERR(w->dev);
		kfree(w);
		return rc;
	}
	down_write(&ctl->sem);
	list_add(&w->lh, &ctl->widgets);
	up_write(&ctl->sem);
	return 0;
}

static ssize_t add_store(struct device *dev, struct device_attribute *a, const char *b, size_t n)
{
	struct wctl *ctl = auxiliary_get_drvdata(to_auxiliary_dev(dev));
	int id, rc;

	rc = kstrtoint(b, 0, &id);
	if (rc)
		return rc;
	rc = widget_create(ctl, id);
	return rc ? rc : n;
}
static DEVICE_ATTR_WO(add);

static ssize_t del_store(struct device *dev, struct device_attribute *a, const char *b, size_t n)
{
	struct wctl *ctl = auxiliary_get_drvdata(to_auxiliary_dev(dev));
	struct widget *w, *hit = NULL;
	int id, rc;

	rc = kstrtoint(b, 0, &id);
	if (rc)
		return rc;
//: in bug number
	down_read(&ctl->sem);
	list_for_each_entry(w, &ctl->widgets, lh)
		if (w->id == id) {
			hit = w;
			break;
		}
	up_read(&ctl->sem);
	if (!hit)
		return -ENOENT;
	down_write(&ctl->sem);
	list_del(&hit->lh); // want(bug number) "double-teardown" "use-after-free"
	up_write(&ctl->sem);
//: else
	down_write(&ctl->sem);
	list_for_each_entry(w, &ctl->widgets, lh)
		if (w->id == id) {
			hit = w;
			list_del(&w->lh);
			break;
		}
	up_write(&ctl->sem);
	if (!hit)
		return -ENOENT;
//: end
	widget_destroy(hit);
	return n;
}
static DEVICE_ATTR_WO(del);

static struct attribute *wctl_attrs[] = { &dev_attr_add.attr, &dev_attr_del.attr, NULL };
ATTRIBUTE_GROUPS(wctl);

static int wctl_probe(struct auxiliary_device *adev, const struct auxiliary_device_id *id)
{
	struct wctl *ctl = devm_kzalloc(&adev->dev, sizeof(*ctl), GFP_KERNEL);

	if (!ctl)
		return -ENOMEM;
	ctl->adev = adev;
	init_rwsem(&ctl->sem);
	INIT_LIST_HEAD(&ctl->widgets);
	auxiliary_set_drvdata(adev, ctl);
	return 0;
}

static void wctl_remove(struct auxiliary_device *adev)
{
	struct wctl *ctl = auxiliary_get_drvdata(adev);
	struct widget *w, *n;

	list_for_each_entry_safe(w, n, &ctl->widgets, lh) {
		list_del(&w->lh);
		widget_destroy(w);
	}
}

static const struct auxiliary_device_id wctl_ids[] = { { .name = "acme.wctl" }, { } };
static struct auxiliary_driver wctl_driver = {
	.name = "wctl",
	.probe = wctl_probe,
	.remove = wctl_remove,
	.id_table = wctl_ids,
	.driver = { .dev_groups = wctl_groups },
};

static int __init wctl_init(void)
{
	widget_class = class_create("widget");
	if (IS_ERR(widget_class))
		return PTR_ERR(widget_class);
	return auxiliary_driver_register(&wctl_driver);
}
static void __exit wctl_exit(void)
{
	auxiliary_driver_unregister(&wctl_driver);
	class_destroy(widget_class);
}
module_init(wctl_init);
module_exit(wctl_exit);
MODULE_LICENSE("GPL");
