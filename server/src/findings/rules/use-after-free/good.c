// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/xarray.h>

struct bank {
	struct device dev;
	struct device *host;
	struct mutex lock; /* cells and dead */
	struct xarray cells;
	bool dead;
};

#define to_bank(d) container_of(d, struct bank, dev)

struct cell {
	struct device dev;
	int id;
	int capacity;
};

#define to_cell(d) container_of(d, struct cell, dev)

static void cell_release(struct device *dev)
{
	kfree(to_cell(dev));
}

static const struct device_type cell_type = {
	.name = "cell",
	.release = cell_release,
};

static void cell_unregister(struct bank *bank, struct cell *cell)
{
	xa_erase(&bank->cells, cell->id);
	device_unregister(&cell->dev);
}

/* Called with the lock of the owner held */
static int cell_add(struct bank *bank, int id)
{
	struct cell *cell;
	int rc;

	if (bank->dead)
		return -ENXIO;

	cell = kzalloc(sizeof(*cell), GFP_KERNEL);
	if (!cell)
		return -ENOMEM;

	cell->id = id;
	cell->capacity = 64 * id;
	device_initialize(&cell->dev);
	cell->dev.parent = &bank->dev;
	cell->dev.type = &cell_type;
	rc = dev_set_name(&cell->dev, "cell%d", id);
	if (!rc)
		rc = xa_insert(&bank->cells, id, cell, GFP_KERNEL);
	if (rc)
		goto err;

	rc = device_add(&cell->dev);
	if (rc) {
		xa_erase(&bank->cells, id);
		goto err;
	}

	return 0;

err:
	put_device(&cell->dev);
	return rc;
}

static ssize_t create_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t len)
{
	struct bank *bank = to_bank(dev);
	int rc, id;

	rc = kstrtoint(buf, 0, &id);
	if (rc)
		return rc;

	mutex_lock(&bank->lock);
	rc = cell_add(bank, id);
	mutex_unlock(&bank->lock);

	return rc ?: len;
}
static DEVICE_ATTR_WO(create);

static ssize_t delete_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t len)
{
	struct bank *bank = to_bank(dev);
	struct cell *cell;
	int rc, id;

	rc = kstrtoint(buf, 0, &id);
	if (rc)
		return rc;

	mutex_lock(&bank->lock);
	cell = xa_load(&bank->cells, id);
	if (cell)
		cell_unregister(bank, cell);
	mutex_unlock(&bank->lock);

	return cell ? len : -ENODEV;
}
static DEVICE_ATTR_WO(delete);

static struct attribute *bank_attrs[] = {
	&dev_attr_create.attr,
	&dev_attr_delete.attr,
	NULL,
};
ATTRIBUTE_GROUPS(bank);

static void bank_release(struct device *dev)
{
	struct bank *bank = to_bank(dev);

	xa_destroy(&bank->cells);
	kfree(bank);
}

static const struct device_type bank_type = {
	.name = "bank",
	.groups = bank_groups,
	.release = bank_release,
};

static void bank_unregister(void *data)
{
	struct bank *bank = data;
	struct cell *cell;
	unsigned long id;

	mutex_lock(&bank->lock);
	bank->dead = true;
	xa_for_each(&bank->cells, id, cell)
		cell_unregister(bank, cell);
	mutex_unlock(&bank->lock);

	device_unregister(&bank->dev);
}

static int bank_probe(struct platform_device *pdev)
{
	struct bank *bank;
	int rc;

	bank = kzalloc(sizeof(*bank), GFP_KERNEL);
	if (!bank)
		return -ENOMEM;

	bank->host = &pdev->dev;
	mutex_init(&bank->lock);
	xa_init(&bank->cells);
	device_initialize(&bank->dev);
	bank->dev.parent = bank->host;
	bank->dev.type = &bank_type;
	rc = dev_set_name(&bank->dev, "bank0");
	if (!rc)
		rc = device_add(&bank->dev);
	if (rc) {
		put_device(&bank->dev);
		return rc;
	}

	return devm_add_action_or_reset(bank->host, bank_unregister, bank);
}

static struct platform_driver bank_driver = {
	.probe = bank_probe,
	.driver = {
		.name = "bank",
	},
};

module_platform_driver(bank_driver);
MODULE_DESCRIPTION("Bank that settles a cell before others can delete it");
MODULE_LICENSE("GPL");
