//: variant bug: the state is tested under the spinlock and changed after it
//: variant fix: clean (tested and changed in one section)
//: variant early: clean (unlinked with the change of state)
// SPDX-License-Identifier: GPL-2.0+
/* LED strips behind a USB bridge; strips come and go by request */
#include <linux/usb.h>
#include <linux/spinlock.h>
#include <linux/slab.h>

enum strip_state {
	STRIP_NEW,
	STRIP_LIVE,
	STRIP_DYING,
};

struct strip_bridge {
	struct usb_interface *intf;
	spinlock_t lock; /* protects strips and their state */
	struct list_head strips;
};

struct strip {
	struct device dev;
	struct list_head entry;
	enum strip_state state;
	unsigned int nr;
	u8 level;
};

static ssize_t level_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	struct strip *s = container_of(dev, struct strip, dev);
	int err = kstrtou8(buf, 0, &s->level);

	return err < 0 ? err : count;
}
static DEVICE_ATTR_WO(level);

static struct attribute *strip_attrs[] = { &dev_attr_level.attr, NULL };
ATTRIBUTE_GROUPS(strip);

static void strip_release(struct device *dev)
{
	kfree(container_of(dev, struct strip, dev));
}

static struct strip *strip_lookup(struct strip_bridge *br, unsigned int nr)
{
	struct strip *s;

	list_for_each_entry(s, &br->strips, entry) {
		if (s->nr == nr)
			return s;
	}
	return NULL;
}

static ssize_t attach_strip_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	struct usb_interface *intf = to_usb_interface(dev);
	struct strip_bridge *br = usb_get_intfdata(intf);
	unsigned long flags;
	unsigned int nr;
	struct strip *s;
	int err;

	err = kstrtouint(buf, 0, &nr);
	if (err)
		return err;

	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	s->nr = nr;
	s->state = STRIP_NEW;
	INIT_LIST_HEAD(&s->entry);
	s->dev.parent = &intf->dev;
	s->dev.release = strip_release;
	s->dev.groups = strip_groups;
	dev_set_name(&s->dev, "%s-strip%u", dev_name(dev), nr);

	err = device_register(&s->dev);
	if (err) {
		put_device(&s->dev);
		return err;
	}

	spin_lock_irqsave(&br->lock, flags);
	s->state = STRIP_LIVE;
	list_add_tail(&s->entry, &br->strips);
	spin_unlock_irqrestore(&br->lock, flags);
	return count;
}
static DEVICE_ATTR_WO(attach_strip);

static ssize_t detach_strip_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	struct strip_bridge *br = usb_get_intfdata(to_usb_interface(dev));
	enum strip_state state;
	unsigned long flags;
	unsigned int nr;
	struct strip *s;

	if (kstrtouint(buf, 0, &nr) < 0)
		return -EINVAL;

//: in bug
	spin_lock_irqsave(&br->lock, flags);
	s = strip_lookup(br, nr);
	state = s ? s->state : STRIP_DYING;
	spin_unlock_irqrestore(&br->lock, flags);
	if (state != STRIP_LIVE)
		return -EBUSY;
	s->state = STRIP_DYING; // want(bug) "use-after-free"
	device_del(&s->dev); // want(bug) "double-teardown"
	spin_lock_irqsave(&br->lock, flags);
	list_del(&s->entry);
	spin_unlock_irqrestore(&br->lock, flags);
	put_device(&s->dev);
//: end
//: in fix
	spin_lock_irqsave(&br->lock, flags);
	s = strip_lookup(br, nr);
	state = s ? s->state : STRIP_DYING;
	if (state == STRIP_LIVE)
		s->state = STRIP_DYING;
	spin_unlock_irqrestore(&br->lock, flags);
	if (state != STRIP_LIVE)
		return -EBUSY;
	device_del(&s->dev);
	spin_lock_irqsave(&br->lock, flags);
	list_del(&s->entry);
	spin_unlock_irqrestore(&br->lock, flags);
	put_device(&s->dev);
//: end
//: in early
	spin_lock_irqsave(&br->lock, flags);
	s = strip_lookup(br, nr);
	if (!s || s->state != STRIP_LIVE) {
		spin_unlock_irqrestore(&br->lock, flags);
		return -EBUSY;
	}
	s->state = STRIP_DYING;
	list_del_init(&s->entry);
	spin_unlock_irqrestore(&br->lock, flags);
	device_unregister(&s->dev);
//: end
	return count;
}
static DEVICE_ATTR_WO(detach_strip);

static struct attribute *bridge_attrs[] = {
	&dev_attr_attach_strip.attr,
	&dev_attr_detach_strip.attr,
	NULL,
};
ATTRIBUTE_GROUPS(bridge);

static int bridge_probe(struct usb_interface *intf, const struct usb_device_id *id)
{
	struct strip_bridge *br;

	br = devm_kzalloc(&intf->dev, sizeof(*br), GFP_KERNEL);
	if (!br)
		return -ENOMEM;
	br->intf = intf;
	spin_lock_init(&br->lock);
	INIT_LIST_HEAD(&br->strips);
	usb_set_intfdata(intf, br);
	return 0;
}

static void bridge_disconnect(struct usb_interface *intf)
{
	struct strip_bridge *br = usb_get_intfdata(intf);
	struct strip *s;

	while (!list_empty(&br->strips)) {
		s = list_first_entry(&br->strips, struct strip, entry);
		list_del(&s->entry);
		device_unregister(&s->dev);
	}
}

static const struct usb_device_id bridge_ids[] = { { USB_DEVICE(0x1209, 0x0001) }, { } };
MODULE_DEVICE_TABLE(usb, bridge_ids);

static struct usb_driver bridge_driver = {
	.name = "strip-bridge",
	.probe = bridge_probe,
	.disconnect = bridge_disconnect,
	.id_table = bridge_ids,
	.dev_groups = bridge_groups,
};
module_usb_driver(bridge_driver);
MODULE_LICENSE("GPL");
