//: variant FN_bug: child and its bookkeeping are taken down by whoever finds them
// SPDX-License-Identifier: GPL-2.0-only
/* MFD-like parent; cells are platform devices by pointer */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#define CELL_PRESENT 0

struct mfd_parent {
	struct device *dev;
	struct list_head cells;
	struct mutex cells_lock;
};

struct cell {
	struct list_head entry;
	struct platform_device *pdev;
	unsigned long flags;
	int id;
};

static int cell_add(struct mfd_parent *p, int id)
{
	struct platform_device *pdev;
	struct cell *c;
	int ret;

	c = kzalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return -ENOMEM;
	c->id = id;
	pdev = platform_device_alloc("mfd-cell", id);
	if (!pdev) {
		kfree(c);
		return -ENOMEM;
	}
	pdev->dev.parent = p->dev;
	ret = platform_device_add(pdev);
	if (ret) {
		platform_device_put(pdev);
		kfree(c);
		return ret;
	}
	c->pdev = pdev;
	set_bit(CELL_PRESENT, &c->flags);
	mutex_lock(&p->cells_lock);
	list_add(&c->entry, &p->cells);
	mutex_unlock(&p->cells_lock);
	return 0;
}

static ssize_t add_cell_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct mfd_parent *p = dev_get_drvdata(dev);
	int id, ret;

	ret = kstrtoint(buf, 10, &id);
	if (ret)
		return ret;
	ret = cell_add(p, id);
	return ret < 0 ? ret : len;
}
static DEVICE_ATTR_WO(add_cell);

static ssize_t del_cell_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct mfd_parent *p = dev_get_drvdata(dev);
	struct cell *c, *victim = NULL;
	int id;

	if (kstrtoint(buf, 10, &id))
		return -EINVAL;
	mutex_lock(&p->cells_lock);
	list_for_each_entry(c, &p->cells, entry)
		if (c->id == id) {
			victim = c;
			break;
		}
//: in FN_bug
	mutex_unlock(&p->cells_lock);
	if (!victim)
		return -ENOENT;
	platform_device_unregister(victim->pdev); // want(FN_bug) "double-teardown" "use-after-free"
	mutex_lock(&p->cells_lock);
	list_del(&victim->entry);
	mutex_unlock(&p->cells_lock);
	kfree(victim);
//: else
	if (victim && !test_and_clear_bit(CELL_PRESENT, &victim->flags))
		victim = NULL;
	if (victim)
		list_del(&victim->entry);
	mutex_unlock(&p->cells_lock);
	if (!victim)
		return -ENOENT;
	platform_device_unregister(victim->pdev);
	kfree(victim);
//: end
	return len;
}
static DEVICE_ATTR_WO(del_cell);

static struct attribute *parent_attrs[] = { &dev_attr_add_cell.attr, &dev_attr_del_cell.attr, NULL };
ATTRIBUTE_GROUPS(parent);

static int parent_probe(struct platform_device *pdev)
{
	struct mfd_parent *p = devm_kzalloc(&pdev->dev, sizeof(*p), GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	p->dev = &pdev->dev;
	INIT_LIST_HEAD(&p->cells);
	mutex_init(&p->cells_lock);
	platform_set_drvdata(pdev, p);
	return 0;
}

static void parent_remove(struct platform_device *pdev)
{
	struct mfd_parent *p = platform_get_drvdata(pdev);
	struct cell *c, *n;

	list_for_each_entry_safe(c, n, &p->cells, entry) {
		list_del(&c->entry);
		platform_device_unregister(c->pdev);
		kfree(c);
	}
}

static const struct of_device_id parent_match[] = { { .compatible = "acme,mfd" }, { } };
static struct platform_driver parent_driver = {
	.probe = parent_probe,
	.remove = parent_remove,
	.driver = {
		.name = "acme-mfd",
		.of_match_table = parent_match,
		.dev_groups = parent_groups,
	},
};
module_platform_driver(parent_driver);
MODULE_LICENSE("GPL");
