//: variant bug: the handler releases an action that another may have released
//: variant late: the child is added before its action is
//: variant fix: clean (children in an xarray, xa_erase() decides, remove() closes)
// SPDX-License-Identifier: GPL-2.0
/* PCI function that offers features to other drivers as auxiliary devices */
#include <linux/auxiliary_bus.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/xarray.h>

struct acme_pf {
	struct pci_dev *pdev;
	struct xarray features;
	struct mutex lock;
	bool removing;
};

struct acme_feature {
	struct auxiliary_device adev;
	struct acme_pf *pf;
	u32 id;
};

static void acme_feature_release(struct device *dev)
{
	struct acme_feature *f = container_of(to_auxiliary_dev(dev), struct acme_feature, adev);

	kfree(f);
}

static void acme_feature_destroy(void *data)
{
	struct auxiliary_device *adev = data;

	auxiliary_device_delete(adev);
	auxiliary_device_uninit(adev);
}

static int acme_feature_create(struct acme_pf *pf, u32 id)
{
	struct acme_feature *f;
	int ret;

	f = kzalloc(sizeof(*f), GFP_KERNEL);
	if (!f)
		return -ENOMEM;
	f->pf = pf;
	f->id = id;
	f->adev.id = id;
	f->adev.name = "feature";
	f->adev.dev.parent = &pf->pdev->dev;
	f->adev.dev.release = acme_feature_release;
	ret = auxiliary_device_init(&f->adev);
	if (ret) {
		kfree(f);
		return ret;
	}
//: in fix
	mutex_lock(&pf->lock);
	ret = pf->removing ? -ENODEV : xa_insert(&pf->features, id, f, GFP_KERNEL);
	if (!ret) {
		ret = auxiliary_device_add(&f->adev);
		if (ret)
			xa_erase(&pf->features, id);
	}
	mutex_unlock(&pf->lock);
	if (ret)
		auxiliary_device_uninit(&f->adev);
	return ret;
//: end
//: in bug late
	ret = auxiliary_device_add(&f->adev);
	if (ret) {
		auxiliary_device_uninit(&f->adev);
		return ret;
	}
	ret = xa_insert(&pf->features, id, f, GFP_KERNEL);
	if (ret) {
		auxiliary_device_delete(&f->adev);
		auxiliary_device_uninit(&f->adev);
		return ret;
	}
	return devm_add_action_or_reset(&pf->pdev->dev, acme_feature_destroy, &f->adev);
//: end
}

static ssize_t enable_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	struct acme_pf *pf = pci_get_drvdata(to_pci_dev(dev));
	u32 id;
	int ret;

	ret = kstrtou32(buf, 0, &id);
	if (ret)
		return ret;
	ret = acme_feature_create(pf, id);
	return ret ?: count;
}
static DEVICE_ATTR_WO(enable);

static ssize_t disable_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	struct acme_pf *pf = pci_get_drvdata(to_pci_dev(dev));
	struct acme_feature *f;
	u32 id;
	int ret;

	ret = kstrtou32(buf, 0, &id);
	if (ret)
		return ret;
//: in bug
	f = xa_load(&pf->features, id);
	if (!f)
		return -ENOENT;
	devm_release_action(&pf->pdev->dev, acme_feature_destroy, &f->adev); // want(bug) "double-release" "release-before-add"
	xa_erase(&pf->features, id);
//: end
//: in late
	f = xa_erase(&pf->features, id);
	if (!f)
		return -ENOENT;
	devm_release_action(&pf->pdev->dev, acme_feature_destroy, &f->adev); // want(late) "release-before-add"
//: end
//: in fix
	mutex_lock(&pf->lock);
	f = xa_erase(&pf->features, id);
	if (f)
		acme_feature_destroy(&f->adev);
	mutex_unlock(&pf->lock);
	if (!f)
		return -ENOENT;
//: end
	return count;
}
static DEVICE_ATTR_WO(disable);

static struct attribute *pf_attrs[] = { &dev_attr_enable.attr, &dev_attr_disable.attr, NULL };
ATTRIBUTE_GROUPS(pf);

static int acme_probe(struct pci_dev *pdev, const struct pci_device_id *ent)
{
	struct acme_pf *pf = devm_kzalloc(&pdev->dev, sizeof(*pf), GFP_KERNEL);

	if (!pf)
		return -ENOMEM;
	pf->pdev = pdev;
	mutex_init(&pf->lock);
	xa_init(&pf->features);
	pci_set_drvdata(pdev, pf);
	return 0;
}

static void acme_remove(struct pci_dev *pdev)
{
	struct acme_pf *pf = pci_get_drvdata(pdev);
//: in fix
	struct acme_feature *f;
	unsigned long id;

	mutex_lock(&pf->lock);
	pf->removing = true;
	xa_for_each(&pf->features, id, f) {
		xa_erase(&pf->features, id);
		acme_feature_destroy(&f->adev);
	}
	mutex_unlock(&pf->lock);
//: end
	xa_destroy(&pf->features);
}

static const struct pci_device_id acme_ids[] = { { PCI_DEVICE(0x1234, 0x11e9) }, { } };
static struct pci_driver acme_driver = {
	.name = "acme-pf",
	.id_table = acme_ids,
	.probe = acme_probe,
	.remove = acme_remove,
	.driver.dev_groups = pf_groups,
};
module_pci_driver(acme_driver);
MODULE_LICENSE("GPL");
