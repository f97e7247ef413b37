//: variant bug: unlinked outside the lock under which it was looked up
//: variant fix: clean (guard(mutex) spans find and removal)
// ioctl-made devices over a misc device
#include <linux/miscdevice.h>
#include <linux/fs.h>
#include <linux/uaccess.h>
#include <linux/hashtable.h>
#include <linux/cleanup.h>
#include <linux/module.h>

#define TUN_ADD _IO('t', 1)
#define TUN_DEL _IO('t', 2)
#define TUN_POKE _IO('t', 3)

struct tunnel {
	struct device	dev;
	struct hlist_node hash;
	u32		key;
	atomic_t	pokes;
};

static struct tun_state {
	struct mutex lock;
	struct hlist_head table;
} tuns;

static void tunnel_dev_release(struct device *dev)
{
	struct tunnel *t = container_of(dev, struct tunnel, dev);

	kfree(t);
}

static struct tunnel *tunnel_lookup(u32 key)
{
	struct tunnel *t;

	hlist_for_each_entry(t, &tuns.table, hash) {
		if (t->key == key) // want(bug) "use-after-free"
			return t;
	}
	return NULL;
}

static long tun_add(u32 key)
{
	struct tunnel *t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	int rc;

	if (!t)
		return -ENOMEM;
	t->key = key;
	t->dev.release = tunnel_dev_release;
	device_initialize(&t->dev);
	dev_set_name(&t->dev, "tunnel%u", key);

	guard(mutex)(&tuns.lock);
	if (tunnel_lookup(key)) {
		put_device(&t->dev);
		return -EEXIST;
	}
	rc = device_add(&t->dev);
	if (rc) {
		put_device(&t->dev);
		return rc;
	}
	hlist_add_head(&t->hash, &tuns.table);
	return 0;
}

static long tun_del(u32 key)
{
	struct tunnel *t;

//: in bug
	scoped_guard(mutex, &tuns.lock)
		t = tunnel_lookup(key);
	if (!t)
		return -ENOENT;
	hlist_del(&t->hash); // want(bug) "double-teardown" "use-after-free"
	device_unregister(&t->dev);
//: else
	guard(mutex)(&tuns.lock);
	t = tunnel_lookup(key);
	if (!t)
		return -ENOENT;
	hlist_del(&t->hash);
	device_unregister(&t->dev);
//: end
	return 0;
}

static long tun_poke(u32 key)
{
	struct tunnel *t;

	scoped_guard(mutex, &tuns.lock) {
		t = tunnel_lookup(key);
		if (!t)
			return -ENOENT;
		atomic_inc(&t->pokes);
	}
	return 0;
}

static long tun_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case TUN_ADD:
		return tun_add((u32)arg);
	case TUN_DEL:
		return tun_del((u32)arg);
	case TUN_POKE:
		return tun_poke((u32)arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations tun_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= tun_ioctl,
	.llseek		= noop_llseek,
};

static struct miscdevice tun_misc = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "tunctl",
	.fops	= &tun_fops,
};

static int __init tun_init(void)
{
	mutex_init(&tuns.lock);
	INIT_HLIST_HEAD(&tuns.table);
	return misc_register(&tun_misc);
}

static void __exit tun_exit(void)
{
	struct tunnel *t;
	struct hlist_node *n;

	misc_deregister(&tun_misc);
	hlist_for_each_entry_safe(t, n, &tuns.table, hash) {
		hlist_del(&t->hash);
		device_unregister(&t->dev);
	}
}
module_init(tun_init);
module_exit(tun_exit);
MODULE_LICENSE("GPL");
