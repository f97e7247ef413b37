//: variant devm: bug (a file that is open outlives the memory, which goes with the devres of the platform device)
//: variant action: bug (the same, with the file's end as an action)
//: variant plain: bug (->remove frees what open files still use)
//: variant kref: clean (every open file counts)
//: variant late: bug (the count is taken by the first read, when the memory may be gone)
// SPDX-License-Identifier: GPL-2.0
/* a flow meter, read through a misc device */
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct meter {
	struct miscdevice misc;
	struct kref users;
	struct mutex lock;
	void __iomem *base;
	bool gone;
	u32 last;
};

static void meter_free(struct kref *users)
{
	kfree(container_of(users, struct meter, users));
}

static int meter_open(struct inode *inode, struct file *file)
{
	struct meter *m = container_of(file->private_data, struct meter, misc);

//: in kref
	kref_get(&m->users);
//: end
	file->private_data = m;
	return 0;
}

static ssize_t meter_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct meter *m = file->private_data;
	u32 value = 0;

//: in late
	kref_get(&m->users); // want(late) "use-after-free"
//: end
	mutex_lock(&m->lock); // want(devm action plain) "use-after-free"
	if (!m->gone)
		value = readl(m->base);
	m->last = value;
	mutex_unlock(&m->lock);
	return simple_read_from_buffer(buf, len, pos, &value, sizeof(value));
}

static int meter_release(struct inode *inode, struct file *file)
{
	struct meter *m = file->private_data;

//: in kref late
	kref_put(&m->users, meter_free);
//: else
	pr_debug("meter: closed after %u\n", m->last);
//: end
	return 0;
}

static const struct file_operations meter_fops = {
	.owner = THIS_MODULE,
	.open = meter_open,
	.read = meter_read,
	.release = meter_release,
};

//: in action
static void meter_unregister(void *data)
{
	struct meter *m = data;

	misc_deregister(&m->misc);
}
//: end

static int meter_probe(struct platform_device *pdev)
{
	struct meter *m;
	int ret;

//: in devm action
	m = devm_kzalloc(&pdev->dev, sizeof(*m), GFP_KERNEL);
//: else
	m = kzalloc(sizeof(*m), GFP_KERNEL);
//: end
	if (!m)
		return -ENOMEM;
	kref_init(&m->users);
	mutex_init(&m->lock);
	m->misc.minor = MISC_DYNAMIC_MINOR;
	m->misc.name = "meter";
	m->misc.fops = &meter_fops;
	m->misc.parent = &pdev->dev;
	ret = misc_register(&m->misc);
	if (ret) {
//: in devm action
//: else
		kfree(m);
//: end
		return ret;
	}
	platform_set_drvdata(pdev, m);
//: in action
	return devm_add_action_or_reset(&pdev->dev, meter_unregister, m);
//: else
	return 0;
//: end
}

//: in action
//: else
static void meter_remove(struct platform_device *pdev)
{
	struct meter *m = platform_get_drvdata(pdev);

	misc_deregister(&m->misc);
	mutex_lock(&m->lock);
	m->gone = true;
	mutex_unlock(&m->lock);
//: in plain
	kfree(m);
//: end
//: in kref late
	kref_put(&m->users, meter_free);
//: end
}
//: end

static struct platform_driver meter_driver = {
	.probe = meter_probe,
//: in action
//: else
	.remove = meter_remove,
//: end
	.driver = { .name = "meter" },
};
module_platform_driver(meter_driver);
MODULE_LICENSE("GPL");
