//: variant bug: xa_load then unregister; loser touches freed memory
//: variant fix: clean (xa_erase result picks the winner; remove() erases all after attributes gone)
// SPDX-License-Identifier: GPL-2.0-only
#include <linux/pci.h>
#include <linux/xarray.h>
#include <linux/idr.h>
#include <linux/module.h>

struct vp_card {
	struct pci_dev *pdev;
	struct xarray ports;
	struct ida ids;
};

struct vport {
	struct device dev;
	struct vp_card *card;
	unsigned int id;
	u64 mac;
};

static inline struct vport *to_vport(struct device *d)
{
	return container_of(d, struct vport, dev);
}

static void vport_free(struct device *d)
{
	struct vport *vp = to_vport(d);

	ida_free(&vp->card->ids, vp->id);
	kfree(vp);
}

static const struct device_type vport_devtype = {
	.name		= "vport",
	.release	= vport_free,
};

static ssize_t mac_show(struct device *d, struct device_attribute *a, char *buf)
{
	return sprintf(buf, "%llx\n", to_vport(d)->mac);
}

static ssize_t mac_store(struct device *d, struct device_attribute *a, const char *buf, size_t n)
{
	u64 m;
	int err = kstrtou64(buf, 16, &m);

	if (err)
		return err;
	to_vport(d)->mac = m;
	return n;
}
static DEVICE_ATTR(mac, 0644, mac_show, mac_store);

static struct attribute *vport_attrs[] = { &dev_attr_mac.attr, NULL };
static const struct attribute_group vport_group = { .attrs = vport_attrs };
static const struct attribute_group *vport_grps[] = { &vport_group, NULL };

static int vport_create(struct vp_card *card)
{
	struct vport *vp;
	int id, err;

	vp = kzalloc(sizeof(*vp), GFP_KERNEL);
	if (!vp)
		return -ENOMEM;

	id = ida_alloc(&card->ids, GFP_KERNEL);
	if (id < 0) {
		kfree(vp);
		return id;
	}
	vp->id = id;
	vp->card = card;
	vp->dev.type = &vport_devtype;
	vp->dev.parent = &card->pdev->dev;
	vp->dev.groups = vport_grps;
	device_initialize(&vp->dev);

	err = dev_set_name(&vp->dev, "%s-vp%d", pci_name(card->pdev), id);
	if (err)
		goto put;
	err = device_add(&vp->dev);
	if (err)
		goto put;
	err = xa_insert(&card->ports, id, vp, GFP_KERNEL);
	if (err)
		goto del;
	return 0;

del:
	device_del(&vp->dev);
put:
	put_device(&vp->dev);
	return err;
}

static void vport_destroy(struct vport *vp)
{
	device_unregister(&vp->dev); // want(bug) "double-teardown" "use-after-free"
}

static ssize_t vport_add_store(struct device *d, struct device_attribute *a, const char *buf, size_t n)
{
	struct vp_card *card = pci_get_drvdata(to_pci_dev(d));
	int err = vport_create(card);

	return err ? err : n;
}
static DEVICE_ATTR_WO(vport_add);

static ssize_t vport_del_store(struct device *d, struct device_attribute *a, const char *buf, size_t n)
{
	struct vp_card *card = pci_get_drvdata(to_pci_dev(d));
	struct vport *vp;
	unsigned long id;
	int err;

	err = kstrtoul(buf, 0, &id);
	if (err)
		return err;
//: in bug
	vp = xa_load(&card->ports, id);
	if (!vp)
		return -ENODEV;
	xa_erase(&card->ports, id);
//: else
	vp = xa_erase(&card->ports, id);
	if (!vp)
		return -ENODEV;
//: end
	vport_destroy(vp);
	return n;
}
static DEVICE_ATTR_WO(vport_del);

static struct attribute *card_attrs[] = {
	&dev_attr_vport_add.attr,
	&dev_attr_vport_del.attr,
	NULL
};
ATTRIBUTE_GROUPS(card);

static int vp_probe(struct pci_dev *pdev, const struct pci_device_id *ent)
{
	struct vp_card *card;
	int err;

	err = pcim_enable_device(pdev);
	if (err)
		return err;
	card = devm_kzalloc(&pdev->dev, sizeof(*card), GFP_KERNEL);
	if (!card)
		return -ENOMEM;
	card->pdev = pdev;
	xa_init(&card->ports);
	ida_init(&card->ids);
	pci_set_drvdata(pdev, card);
	err = vport_create(card);
	if (err)
		return err;
	return 0;
}

static void vp_remove(struct pci_dev *pdev)
{
	struct vp_card *card = pci_get_drvdata(pdev);
	struct vport *vp;
	unsigned long i;

	xa_for_each(&card->ports, i, vp) {
		xa_erase(&card->ports, i);
		vport_destroy(vp);
	}
	xa_destroy(&card->ports);
}

static const struct pci_device_id vp_ids[] = { { PCI_DEVICE(0x1af4, 0x1234) }, { 0 } };
MODULE_DEVICE_TABLE(pci, vp_ids);

static struct pci_driver vp_driver = {
	.name = "vport",
	.id_table = vp_ids,
	.probe = vp_probe,
	.remove = vp_remove,
	.dev_groups = card_groups,
};
module_pci_driver(vp_driver);
