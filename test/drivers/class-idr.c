//: variant bug: class attribute hot_remove: idr_find outside lock
//: variant fix: clean (idr_remove under lock)
#include <linux/class.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/slab.h>

/* pool of virtual leds, hot_add / hot_remove class attributes as a block device driver does */
struct vled {
	struct device dev;
	int id;
	int brightness;
};

static DEFINE_IDR(vled_idr);
static DEFINE_MUTEX(vled_mutex);

static struct vled *dev_to_vled(struct device *dev)
{
	return container_of(dev, struct vled, dev);
}

static ssize_t brightness_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vled *led = dev_to_vled(dev);

	return sysfs_emit(buf, "%d\n", led->brightness);
}

static ssize_t brightness_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct vled *led = dev_to_vled(dev);
	int v, ret;

	ret = kstrtoint(buf, 0, &v);
	if (ret < 0)
		return ret;
	led->brightness = v;
	return len;
}
static DEVICE_ATTR_RW(brightness);

static struct attribute *vled_attrs[] = {
	&dev_attr_brightness.attr,
	NULL,
};
ATTRIBUTE_GROUPS(vled);

static void vled_dev_release(struct device *dev)
{
	kfree(dev_to_vled(dev));
}

static int vled_add(void);

static int vled_remove(struct vled *led)
{
	device_unregister(&led->dev); // want(bug) "double-teardown" "use-after-free"
	return 0;
}

static ssize_t hot_add_show(const struct class *class, const struct class_attribute *attr, char *buf)
{
	int ret;

	mutex_lock(&vled_mutex);
	ret = vled_add();
	mutex_unlock(&vled_mutex);

	if (ret < 0)
		return ret;
	return scnprintf(buf, PAGE_SIZE, "%d\n", ret);
}
static CLASS_ATTR_RO(hot_add);

static ssize_t hot_remove_store(const struct class *class, const struct class_attribute *attr,
				const char *buf, size_t count)
{
	struct vled *led;
	int ret, id;

	ret = kstrtoint(buf, 10, &id);
	if (ret)
		return ret;
	if (id < 0)
		return -EINVAL;

//: in bug
	led = idr_find(&vled_idr, id);
	if (led) {
		ret = vled_remove(led);
		mutex_lock(&vled_mutex);
		idr_remove(&vled_idr, id);
		mutex_unlock(&vled_mutex);
	} else {
		ret = -ENODEV;
	}
//: else
	mutex_lock(&vled_mutex);
	led = idr_find(&vled_idr, id);
	if (led) {
		ret = vled_remove(led);
		if (!ret)
			idr_remove(&vled_idr, id);
	} else {
		ret = -ENODEV;
	}
	mutex_unlock(&vled_mutex);
//: end
	return ret ? ret : count;
}
static CLASS_ATTR_WO(hot_remove);

static struct attribute *vled_class_attrs[] = {
	&class_attr_hot_add.attr,
	&class_attr_hot_remove.attr,
	NULL,
};
ATTRIBUTE_GROUPS(vled_class);

static struct class vled_class = {
	.name		= "vled",
	.class_groups	= vled_class_groups,
	.dev_groups	= vled_groups,
	.dev_release	= vled_dev_release,
};

static int vled_add(void)
{
	struct vled *led;
	int ret;

	led = kzalloc(sizeof(struct vled), GFP_KERNEL);
	if (!led)
		return -ENOMEM;

	ret = idr_alloc(&vled_idr, led, 0, 0, GFP_KERNEL);
	if (ret < 0)
		goto out_free;
	led->id = ret; // want(bug) "use-after-unregister"

	device_initialize(&led->dev);
	led->dev.class = &vled_class;
	dev_set_name(&led->dev, "vled%d", led->id);
	ret = device_add(&led->dev); // want(bug) "use-after-free"
	if (ret)
		goto out_idr;
	return led->id;

out_idr:
	idr_remove(&vled_idr, led->id);
	put_device(&led->dev);
	return ret;
out_free:
	kfree(led);
	return ret;
}

static int vled_remove_cb(int id, void *ptr, void *data)
{
	vled_remove(ptr);
	return 0;
}

static int __init vled_init(void)
{
	return class_register(&vled_class);
}

static void __exit vled_exit(void)
{
	class_unregister(&vled_class);
	idr_for_each(&vled_idr, &vled_remove_cb, NULL);
	idr_destroy(&vled_idr);
}

module_init(vled_init);
module_exit(vled_exit);
