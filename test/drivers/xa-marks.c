//: variant bug: the sweeper and the writer both take entries that are marked
//: variant fix: clean (xa_cmpxchg() to NULL decides)
//: variant fix2: clean (__xa_erase() under xa_lock() decides)
// SPDX-License-Identifier: GPL-2.0
/* leases of an NTB-like auxiliary device, swept when marked expired */
#include <linux/auxiliary_bus.h>
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#define LEASE_EXPIRED	XA_MARK_1

struct lessor {
	struct device *dev;
	struct xarray leases;
};

struct lease {
	struct device dev;
	u32 id;
};

static void lease_release(struct device *dev)
{
	kfree(container_of(dev, struct lease, dev));
}

static ssize_t grant_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct lessor *l = dev_get_drvdata(dev);
	struct lease *ls;
	int ret;

	ls = kzalloc(sizeof(*ls), GFP_KERNEL);
	if (!ls)
		return -ENOMEM;
	device_initialize(&ls->dev);
	ls->dev.parent = dev;
	ls->dev.release = lease_release;
	ret = dev_set_name(&ls->dev, "lease-%.8s", buf);
	if (ret)
		goto put;
	ret = device_add(&ls->dev);
	if (ret)
		goto put;
	ret = xa_alloc(&l->leases, &ls->id, ls, xa_limit_32b, GFP_KERNEL);
	if (ret)
		goto del;
	return n;
del:
	device_del(&ls->dev);
put:
	put_device(&ls->dev);
	return ret;
}
static DEVICE_ATTR_WO(grant);

static ssize_t expire_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct lessor *l = dev_get_drvdata(dev);
	unsigned long id;
	int ret = kstrtoul(buf, 0, &id);

	if (ret)
		return ret;
	xa_set_mark(&l->leases, id, LEASE_EXPIRED);
	return n;
}
static DEVICE_ATTR_WO(expire);

static void lessor_sweep(struct lessor *l)
{
	struct lease *ls;
	unsigned long id;

	xa_for_each_marked(&l->leases, id, ls, LEASE_EXPIRED) {
//: in bug
		xa_erase(&l->leases, id);
		device_unregister(&ls->dev); // want(bug) "double-teardown" "use-after-free"
//: end
//: in fix
		if (xa_cmpxchg(&l->leases, id, ls, NULL, GFP_KERNEL) == ls)
			device_unregister(&ls->dev);
//: end
//: in fix2
		void *old;

		xa_lock(&l->leases);
		old = __xa_erase(&l->leases, id);
		xa_unlock(&l->leases);
		if (old)
			device_unregister(&((struct lease *)old)->dev);
//: end
	}
}

static ssize_t sweep_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	lessor_sweep(dev_get_drvdata(dev));
	return n;
}
static DEVICE_ATTR_WO(sweep);

static struct attribute *lessor_attrs[] = {
	&dev_attr_grant.attr,
	&dev_attr_expire.attr,
	&dev_attr_sweep.attr,
	NULL,
};
ATTRIBUTE_GROUPS(lessor);

static int lessor_probe(struct auxiliary_device *adev, const struct auxiliary_device_id *id)
{
	struct lessor *l = devm_kzalloc(&adev->dev, sizeof(*l), GFP_KERNEL);

	if (!l)
		return -ENOMEM;
	l->dev = &adev->dev;
	xa_init_flags(&l->leases, XA_FLAGS_ALLOC);
	auxiliary_set_drvdata(adev, l);
	return 0;
}

static void lessor_remove(struct auxiliary_device *adev)
{
	struct lessor *l = auxiliary_get_drvdata(adev);
	struct lease *ls;
	unsigned long id;

	xa_for_each(&l->leases, id, ls)
		device_unregister(&ls->dev);
	xa_destroy(&l->leases);
}

static const struct auxiliary_device_id lessor_ids[] = { { .name = "ntb.lease" }, { } };
static struct auxiliary_driver lessor_driver = {
	.probe = lessor_probe,
	.remove = lessor_remove,
	.id_table = lessor_ids,
	.driver = { .dev_groups = lessor_groups },
};
module_auxiliary_driver(lessor_driver);
MODULE_LICENSE("GPL");
