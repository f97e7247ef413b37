//: variant bug: remove_id tears down what it looked up without the rwsem
//: variant down: a reader comes in between the downgrade and the end of the button
//: variant fix: clean (taken out with the semaphore for writing, downgraded for the report)
// SPDX-License-Identifier: GPL-2.0
/* attributes of a driver make and remove emulated buttons */
#include <linux/device.h>
#include <linux/i2c.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/rwsem.h>
#include <linux/slab.h>

struct button {
	struct device dev;
	struct list_head node;
	unsigned long code;
	unsigned int presses;
};

static LIST_HEAD(buttons);
static DECLARE_RWSEM(buttons_sem);
static unsigned int buttons_gone;

static void button_release(struct device *dev)
{
	kfree(container_of(dev, struct button, dev));
}

static struct button *button_find(unsigned long code)
{
	struct button *b;

	list_for_each_entry(b, &buttons, node)
		if (b->code == code) // want(down) "use-after-free"
			return b;
	return NULL;
}

static ssize_t new_id_store(struct device_driver *drv, const char *buf, size_t count)
{
	struct button *b;
	unsigned long code;
	int err;

	err = kstrtoul(buf, 0, &code);
	if (err)
		return err;
	b = kzalloc(sizeof(*b), GFP_KERNEL);
	if (!b)
		return -ENOMEM;
	b->code = code;
	b->dev.release = button_release;
	device_initialize(&b->dev);
	err = dev_set_name(&b->dev, "button%lu", code);
	if (err)
		goto out;
	down_write(&buttons_sem);
	err = -EEXIST;
	if (button_find(code))
		goto out_unlock;
	err = device_add(&b->dev);
	if (err)
		goto out_unlock;
	list_add(&b->node, &buttons);
	up_write(&buttons_sem);
	return count;

out_unlock:
	up_write(&buttons_sem);
out:
	put_device(&b->dev);
	return err;
}
static DRIVER_ATTR_WO(new_id);

static ssize_t remove_id_store(struct device_driver *drv, const char *buf, size_t count)
{
	struct button *b;
	unsigned long code;
	int err;

	err = kstrtoul(buf, 0, &code);
	if (err)
		return err;
//: in fix
	down_write(&buttons_sem);
	b = button_find(code);
	if (b)
		list_del(&b->node);
	downgrade_write(&buttons_sem);
	buttons_gone++;
	up_read(&buttons_sem);
	if (!b)
		return -ENOENT;
	device_unregister(&b->dev);
//: end
//: in down
	down_write(&buttons_sem);
	b = button_find(code);
	downgrade_write(&buttons_sem);
	if (b) {
		list_del(&b->node);
		device_unregister(&b->dev);
	}
	up_read(&buttons_sem);
	if (!b)
		return -ENOENT;
//: end
//: in bug
	down_read(&buttons_sem);
	b = button_find(code);
	up_read(&buttons_sem);
	if (!b)
		return -ENOENT;
	down_write(&buttons_sem);
	list_del(&b->node); // want(bug) "double-teardown" "use-after-free"
	up_write(&buttons_sem);
	device_unregister(&b->dev);
//: end
	return count;
}
static DRIVER_ATTR_WO(remove_id);

static ssize_t press_store(struct device_driver *drv, const char *buf, size_t count)
{
	struct button *b;
	unsigned long code;

	if (kstrtoul(buf, 0, &code))
		return -EINVAL;
	down_read(&buttons_sem);
	b = button_find(code);
	if (b)
		b->presses++;
	up_read(&buttons_sem);
	return b ? count : -ENOENT;
}
static DRIVER_ATTR_WO(press);

static struct attribute *button_drv_attrs[] = {
	&driver_attr_new_id.attr,
	&driver_attr_remove_id.attr,
	&driver_attr_press.attr,
	NULL,
};
ATTRIBUTE_GROUPS(button_drv);

static int button_probe(struct i2c_client *client)
{
	return 0;
}

static struct i2c_driver button_driver = {
	.driver = { .name = "emu-button", .groups = button_drv_groups },
	.probe = button_probe,
};

static int __init button_init(void)
{
	return i2c_add_driver(&button_driver);
}

static void __exit button_exit(void)
{
	struct button *b, *tmp;

	i2c_del_driver(&button_driver);
	list_for_each_entry_safe(b, tmp, &buttons, node) {
		list_del(&b->node);
		device_unregister(&b->dev);
	}
}
module_init(button_init);
module_exit(button_exit);
MODULE_LICENSE("GPL");
