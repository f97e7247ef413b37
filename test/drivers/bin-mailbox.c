//: variant bug: a command in the mailbox destroys what another just looked up
//: variant fix: clean (guard() spans the command)
//: variant kill: unbind takes down beside a command, without the lock and with the file still there
// SPDX-License-Identifier: GPL-2.0
/* FPGA card: a binary attribute takes commands that make and destroy kernels */
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/mcb.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

struct kern_cmd {
	u32 op;
	u32 id;
};

struct fpga {
	struct device *dev;
	struct mutex mbox_lock;
	struct list_head kernels;
};

struct fpga_kernel {
	struct device dev;
	struct list_head lh;
	u32 id;
};

static void fpga_kernel_release(struct device *dev)
{
	struct fpga_kernel *k = container_of(dev, struct fpga_kernel, dev);

	kfree(k);
}

static int fpga_kernel_make(struct fpga *f, u32 id)
{
	struct fpga_kernel *k __free(kfree) = kzalloc(sizeof(*k), GFP_KERNEL);
	int ret;

	if (!k)
		return -ENOMEM;
	k->id = id;
	k->dev.parent = f->dev;
	k->dev.release = fpga_kernel_release;
	ret = dev_set_name(&k->dev, "kernel.%u", id);
	if (ret)
		return ret;
	ret = device_register(&k->dev);
	if (ret) {
		put_device(&no_free_ptr(k)->dev);
		return ret;
	}
	list_add(&no_free_ptr(k)->lh, &f->kernels);
	return 0;
}

static int fpga_kernel_destroy(struct fpga *f, u32 id)
{
	struct fpga_kernel *k;

	list_for_each_entry(k, &f->kernels, lh) {
		if (k->id != id) // want(bug kill) "use-after-free"
			continue;
		list_del(&k->lh); // want(bug kill) "double-teardown"
		device_unregister(&k->dev);
		return 0;
	}
	return -ENOENT;
}

static ssize_t mailbox_write(struct file *filp, struct kobject *kobj, struct bin_attribute *attr,
			     char *buf, loff_t off, size_t count)
{
	struct fpga *f = dev_get_drvdata(kobj_to_dev(kobj));
	struct kern_cmd *cmd = (void *)buf;
	int ret;

	if (off || count != sizeof(*cmd))
		return -EINVAL;
//: in fix kill
	guard(mutex)(&f->mbox_lock);
//: end
	switch (cmd->op) {
	case 1:
		ret = fpga_kernel_make(f, cmd->id);
		break;
	case 2:
		ret = fpga_kernel_destroy(f, cmd->id);
		break;
	default:
		ret = -EOPNOTSUPP;
	}
	return ret ? ret : count;
}
static BIN_ATTR_WO(mailbox, sizeof(struct kern_cmd));

static int fpga_probe(struct mcb_device *mdev, const struct mcb_device_id *id)
{
	struct fpga *f = devm_kzalloc(&mdev->dev, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	f->dev = &mdev->dev;
	mutex_init(&f->mbox_lock);
	INIT_LIST_HEAD(&f->kernels);
	mcb_set_drvdata(mdev, f);
	return sysfs_create_bin_file(&mdev->dev.kobj, &bin_attr_mailbox);
}

static void fpga_remove(struct mcb_device *mdev)
{
	struct fpga *f = mcb_get_drvdata(mdev);
	struct fpga_kernel *k, *n;

//: in bug fix
	sysfs_remove_bin_file(&mdev->dev.kobj, &bin_attr_mailbox);
//: end
	list_for_each_entry_safe(k, n, &f->kernels, lh) {
		list_del(&k->lh); // want(kill) "double-teardown" "use-after-free"
		device_unregister(&k->dev);
	}
//: in kill
	sysfs_remove_bin_file(&mdev->dev.kobj, &bin_attr_mailbox);
//: end
}

static const struct mcb_device_id fpga_ids[] = { { .device = 0x42 }, { } };
static struct mcb_driver fpga_driver = {
	.driver = { .name = "acme-fpga" },
	.probe = fpga_probe,
	.remove = fpga_remove,
	.id_table = fpga_ids,
};
module_mcb_driver(fpga_driver);
MODULE_LICENSE("GPL");
