//: variant bug: handler takes the lock of its own device, whose unbind drains it
//: variant bug2: guard(device) with the group removed in ->remove
//: variant fix: clean (device_trylock, else busy)
/* out of tree */
#include <linux/module.h>
#include <linux/pci.h>

struct acc {
	struct pci_dev *pdev;
	struct accslot *slot;
};

struct accslot {
	struct device dev;
	struct acc *acc;
};

static void accslot_release(struct device *dev)
{
	kfree(container_of(dev, struct accslot, dev));
}

static void accslot_remove(void *p)
{
	struct accslot *s = p;

	s->acc->slot = NULL;
	device_unregister(&s->dev);
}

static ssize_t eject_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t n)
{
	struct acc *acc = dev_get_drvdata(dev);
	struct accslot *s;

//: in bug
	device_lock(dev); // want(bug) "drain-deadlock"
	s = acc->slot;
	if (s)
		devm_release_action(dev, accslot_remove, s);
	device_unlock(dev);
//: end
//: in bug2
	scoped_guard(device, dev) { // want(bug2) "drain-deadlock"
		s = acc->slot;
		if (s)
			devm_release_action(dev, accslot_remove, s);
	}
//: end
//: in fix
	if (!device_trylock(dev))
		return -EBUSY;
	s = acc->slot;
	if (s)
		devm_release_action(dev, accslot_remove, s);
	device_unlock(dev);
//: end
	return n;
}
static DEVICE_ATTR_WO(eject);

static struct attribute *acc_attrs[] = {
	&dev_attr_eject.attr,
	NULL
};
ATTRIBUTE_GROUPS(acc);

static int acc_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct acc *acc;
	struct accslot *s;
	int rc;

	acc = devm_kzalloc(&pdev->dev, sizeof(struct acc), GFP_KERNEL);
	if (!acc)
		return -ENOMEM;
	acc->pdev = pdev;
	pci_set_drvdata(pdev, acc);

	s = kzalloc(sizeof(struct accslot), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	s->acc = acc;
	s->dev.parent = &pdev->dev;
	s->dev.release = accslot_release;
	device_initialize(&s->dev);
	dev_set_name(&s->dev, "slot0");
	rc = device_add(&s->dev);
	if (rc) {
		put_device(&s->dev);
		return rc;
	}
	acc->slot = s;
	rc = devm_add_action_or_reset(&pdev->dev, accslot_remove, s);
	if (rc)
		return rc;
//: in bug2
	return sysfs_create_group(&pdev->dev.kobj, &acc_group);
//: else
	return 0;
//: end
}

//: in bug2
static void acc_remove(struct pci_dev *pdev)
{
	sysfs_remove_group(&pdev->dev.kobj, &acc_group);
}
//: end

static struct pci_driver acc_driver = {
	.name		= "acc",
	.probe		= acc_probe,
//: in bug2
	.remove		= acc_remove,
//: else
	.dev_groups	= acc_groups,
//: end
};
module_pci_driver(acc_driver);
MODULE_LICENSE("GPL");
