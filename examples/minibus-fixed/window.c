// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows and their slots. A slot is no devm resource: its window keeps it,
 * and under the lock of the window exactly one path takes it out again.
 */
#include <linux/err.h>
#include <linux/idr.h>
#include <linux/kstrtox.h>
#include <linux/lockdep.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "minibus.h"

static DEFINE_IDA(mb_slot_ida);

/* Parameters of all slots */
static DECLARE_RWSEM(mb_slot_rwsem);

static ssize_t ways_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	struct mb_slot *slot = to_mb_slot(dev);
	ssize_t rc;

	down_read(&mb_slot_rwsem);
	rc = sysfs_emit(buf, "%d\n", slot->ways);
	up_read(&mb_slot_rwsem);

	return rc;
}
static DEVICE_ATTR_RO(ways);

static struct attribute *mb_slot_attrs[] = {
	&dev_attr_ways.attr,
	NULL,
};
ATTRIBUTE_GROUPS(mb_slot);

static void mb_slot_release(struct device *dev)
{
	struct mb_slot *slot = to_mb_slot(dev);

	ida_free(&mb_slot_ida, slot->id);
	kfree(slot);
}

static const struct device_type mb_slot_type = {
	.name = "mb_slot",
	.groups = mb_slot_groups,
	.release = mb_slot_release,
};

static void slot_unregister(struct mb_slot *slot)
{
	struct mb_window *window = to_mb_window(slot->dev.parent);
	int i;

	lockdep_assert_held(&window->slots_lock);

	xa_erase(&window->slots, slot->id);
	device_del(&slot->dev);

	for (i = 0; i < slot->ways; i++) {
		struct mb_client *client = slot->targets[i];

		if (!client)
			continue;
		slot->targets[i] = NULL;
		put_device(&client->dev);
	}

	put_device(&slot->dev);
}

static struct mb_slot *mb_slot_alloc(struct mb_window *window)
{
	struct mb_slot *slot;
	int id;

	slot = kzalloc(sizeof(*slot), GFP_KERNEL);
	if (!slot)
		return ERR_PTR(-ENOMEM);

	id = ida_alloc(&mb_slot_ida, GFP_KERNEL);
	if (id < 0) {
		kfree(slot);
		return ERR_PTR(id);
	}

	slot->id = id;
	device_initialize(&slot->dev);
	slot->dev.parent = &window->dev;
	slot->dev.bus = &minibus_type;
	slot->dev.type = &mb_slot_type;

	return slot;
}

static struct mb_slot *mb_add_slot(struct mb_window *window, u64 base)
{
	struct mb_slot *slot;
	int rc;

	lockdep_assert_held(&window->slots_lock);

	if (window->dead)
		return ERR_PTR(-ENXIO);

	slot = mb_slot_alloc(window);
	if (IS_ERR(slot))
		return slot;

	slot->base = base;
	rc = dev_set_name(&slot->dev, "slot%d", slot->id);
	if (rc)
		goto err;

	rc = device_add(&slot->dev);
	if (rc)
		goto err;

	rc = xa_insert(&window->slots, slot->id, slot, GFP_KERNEL);
	if (rc) {
		slot_unregister(slot);
		return ERR_PTR(rc);
	}

	return slot;

err:
	put_device(&slot->dev);
	return ERR_PTR(rc);
}

static ssize_t create_slot_store(struct device *dev,
				 struct device_attribute *attr,
				 const char *buf, size_t len)
{
	struct mb_window *window = to_mb_window(dev);
	struct mb_slot *slot;
	u64 base;
	int rc;

	rc = kstrtou64(buf, 0, &base);
	if (rc)
		return rc;

	rc = mutex_lock_interruptible(&window->slots_lock);
	if (rc)
		return rc;

	slot = mb_add_slot(window, base);
	mutex_unlock(&window->slots_lock);
	if (IS_ERR(slot))
		return PTR_ERR(slot);

	return len;
}
static DEVICE_ATTR_WO(create_slot);

static ssize_t delete_slot_store(struct device *dev,
				 struct device_attribute *attr,
				 const char *buf, size_t len)
{
	struct mb_window *window = to_mb_window(dev);
	struct mb_slot *slot;
	int rc, id;

	if (sscanf(buf, "slot%d", &id) != 1 || id < 0)
		return -EINVAL;

	rc = mutex_lock_interruptible(&window->slots_lock);
	if (rc)
		return rc;

	slot = xa_load(&window->slots, id);
	if (slot && sysfs_streq(buf, dev_name(&slot->dev)))
		slot_unregister(slot);
	else
		rc = -ENODEV;
	mutex_unlock(&window->slots_lock);
	if (rc)
		return rc;

	return len;
}
static DEVICE_ATTR_WO(delete_slot);

static struct attribute *mb_window_attrs[] = {
	&dev_attr_create_slot.attr,
	&dev_attr_delete_slot.attr,
	NULL,
};
ATTRIBUTE_GROUPS(mb_window);

static void mb_window_release(struct device *dev)
{
	struct mb_window *window = to_mb_window(dev);

	xa_destroy(&window->slots);
	mutex_destroy(&window->slots_lock);
	kfree(window);
}

static const struct device_type mb_window_type = {
	.name = "mb_window",
	.groups = mb_window_groups,
	.release = mb_window_release,
};

bool is_mb_window(struct device *dev)
{
	return dev->type == &mb_window_type;
}

/* Removes the slots that are left, and keeps new ones from coming */
static void kill_slots(struct mb_window *window)
{
	struct mb_slot *slot;
	unsigned long id;

	mutex_lock(&window->slots_lock);
	window->dead = true;
	xa_for_each(&window->slots, id, slot)
		slot_unregister(slot);
	mutex_unlock(&window->slots_lock);
}

static void unregister_window(void *data)
{
	struct mb_window *window = data;

	kill_slots(window);
	device_unregister(&window->dev);
}

int devm_mb_add_window(struct mb_port *port, u64 base, u64 size)
{
	struct mb_window *window;
	int rc;

	window = kzalloc(sizeof(*window), GFP_KERNEL);
	if (!window)
		return -ENOMEM;

	window->base = base;
	window->size = size;
	mutex_init(&window->slots_lock);
	xa_init(&window->slots);
	device_initialize(&window->dev);
	window->dev.parent = &port->dev;
	window->dev.bus = &minibus_type;
	window->dev.type = &mb_window_type;

	rc = dev_set_name(&window->dev, "window0");
	if (rc)
		goto err;

	rc = device_add(&window->dev);
	if (rc)
		goto err;

	return devm_add_action_or_reset(port->host_dev, unregister_window,
					window);

err:
	put_device(&window->dev);
	return rc;
}

static int match_slot_by_base(struct device *dev, void *data)
{
	struct mb_slot *slot = to_mb_slot(dev);
	u64 *base = data;
	int rc;

	down_read(&mb_slot_rwsem);
	rc = slot->state == MB_SLOT_ACTIVE && slot->base == *base;
	up_read(&mb_slot_rwsem);

	return rc;
}

/* Publishes a slot, then settles what firmware had configured */
static struct mb_slot *construct_slot(struct mb_window *window,
				      struct mb_client *client)
{
	struct mb_slot *slot;

	slot = mb_add_slot(window, client->base);
	if (IS_ERR(slot))
		return slot;

	down_write(&mb_slot_rwsem);
	if (client->ways < 1 || client->ways > MB_SLOT_WAYS_MAX) {
		up_write(&mb_slot_rwsem);
		slot_unregister(slot);
		return ERR_PTR(-EINVAL);
	}

	slot->ways = client->ways;
	slot->state = MB_SLOT_ACTIVE;

	/* matches the reference that a lookup takes */
	get_device(&slot->dev);
	up_write(&mb_slot_rwsem);

	return slot;
}

static int attach_client(struct mb_slot *slot, struct mb_client *client)
{
	int rc = 0;

	down_write(&mb_slot_rwsem);
	if (client->pos >= slot->ways) {
		rc = -ERANGE;
	} else if (!slot->targets[client->pos]) {
		get_device(&client->dev);
		slot->targets[client->pos] = client;
	} else if (slot->targets[client->pos] != client) {
		rc = -EBUSY;
	}
	up_write(&mb_slot_rwsem);

	return rc;
}

int mb_window_discover(struct mb_window *window, struct mb_client *client)
{
	struct device *slot_dev;
	struct mb_slot *slot;
	int rc;

	mutex_lock(&window->slots_lock);
	slot_dev = device_find_child(&window->dev, &client->base,
				     match_slot_by_base);
	if (slot_dev)
		slot = to_mb_slot(slot_dev);
	else
		slot = construct_slot(window, client);

	if (IS_ERR(slot)) {
		rc = PTR_ERR(slot);
		goto out;
	}

	rc = attach_client(slot, client);
	put_device(&slot->dev);
out:
	mutex_unlock(&window->slots_lock);
	return rc;
}
