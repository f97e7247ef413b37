//: variant bug: the reference of the lookup goes with the scope, both callers tear down
//: variant cond: scoped_cond_guard() that goes on without the lock
//: variant fix: clean (scoped_cond_guard() returns, list_del() under it)
// SPDX-License-Identifier: GPL-2.0
/* vaults of a TPM-like platform device, in the style of cleanup.h */
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct vault_host {
	struct device *dev;
	struct mutex lock;
	struct list_head vaults;
};

struct vault {
	struct device dev;
	struct list_head node;
	u32 handle;
};

static void vault_release(struct device *dev)
{
	kfree(container_of(dev, struct vault, dev));
}

static void vault_put(struct vault *v)
{
	if (v)
		put_device(&v->dev);
}
DEFINE_FREE(vault_put, struct vault *, if (!IS_ERR_OR_NULL(_T)) vault_put(_T))

static struct vault *vault_alloc(struct vault_host *h, u32 handle)
{
	struct vault *v = kzalloc(sizeof(*v), GFP_KERNEL);

	if (!v)
		return ERR_PTR(-ENOMEM);
	v->handle = handle;
	device_initialize(&v->dev);
	v->dev.parent = h->dev;
	v->dev.release = vault_release;
	return v;
}

static int vault_open(struct vault_host *h, u32 handle)
{
	struct vault *v __free(vault_put) = vault_alloc(h, handle);
	int ret;

	if (IS_ERR(v))
		return PTR_ERR(v);
	ret = dev_set_name(&v->dev, "vault%u", handle);
	if (ret)
		return ret;

	guard(mutex)(&h->lock);
	ret = device_add(&v->dev);
	if (ret)
		return ret;
	list_add(&v->node, &h->vaults);
	retain_and_null_ptr(v);
	return 0;
}

static struct vault *vault_lookup(struct vault_host *h, u32 handle)
{
	struct vault *v;

	list_for_each_entry(v, &h->vaults, node)
		if (v->handle == handle) { // want(cond) "use-after-free"
			get_device(&v->dev);
			return v;
		}
	return NULL;
}

static ssize_t open_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	u32 handle;
	int ret;

	ret = kstrtou32(buf, 0, &handle) ?: vault_open(dev_get_drvdata(dev), handle);
	return ret ?: n;
}
static DEVICE_ATTR_WO(open);

static ssize_t close_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct vault_host *h = dev_get_drvdata(dev);
	u32 handle;
	int ret;

	ret = kstrtou32(buf, 0, &handle);
	if (ret)
		return ret;

//: in bug
	struct vault *v __free(vault_put) = NULL;

	scoped_guard(mutex, &h->lock)
		v = vault_lookup(h, handle);
	if (!v)
		return -ENOENT;
	scoped_guard(mutex, &h->lock)
		list_del(&v->node); // want(bug) "double-teardown"
	device_unregister(&v->dev);
//: end
//: in fix
	struct vault *v __free(vault_put) = NULL;

	scoped_cond_guard(mutex_intr, return -EINTR, &h->lock) {
		v = vault_lookup(h, handle);
		if (!v)
			return -ENOENT;
		list_del(&v->node);
	}
	device_unregister(&v->dev);
//: end
//: in cond
	struct vault *v __free(vault_put) = NULL;

	ret = mutex_lock_interruptible(&h->lock);
	v = vault_lookup(h, handle);
	if (v)
		list_del(&v->node); // want(cond) "double-teardown"
	if (!ret)
		mutex_unlock(&h->lock);
	if (!v)
		return -ENOENT;
	device_unregister(&v->dev);
//: end
	return n;
}
static DEVICE_ATTR_WO(close);

static struct attribute *vault_host_attrs[] = { &dev_attr_open.attr, &dev_attr_close.attr, NULL };
ATTRIBUTE_GROUPS(vault_host);

static int vault_probe(struct platform_device *pdev)
{
	struct vault_host *h = devm_kzalloc(&pdev->dev, sizeof(*h), GFP_KERNEL);

	if (!h)
		return -ENOMEM;
	h->dev = &pdev->dev;
	INIT_LIST_HEAD(&h->vaults);
	platform_set_drvdata(pdev, h);
	return devm_mutex_init(&pdev->dev, &h->lock);
}

static void vault_remove(struct platform_device *pdev)
{
	struct vault_host *h = platform_get_drvdata(pdev);
	struct vault *v, *n;

	guard(mutex)(&h->lock);
	list_for_each_entry_safe(v, n, &h->vaults, node) {
		list_del(&v->node);
		device_unregister(&v->dev);
	}
}

static struct platform_driver vault_driver = {
	.driver = { .name = "vault", .dev_groups = vault_host_groups },
	.probe = vault_probe,
	.remove = vault_remove,
};
module_platform_driver(vault_driver);
MODULE_LICENSE("GPL");
