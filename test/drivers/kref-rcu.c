//: variant FP_fix: clean (the device holds one of the references; kref_get_unless_zero(), kfree_rcu())
// SPDX-License-Identifier: GPL-2.0-only
/* sessions of a serdev modem, in an RCU list */
#include <linux/kref.h>
#include <linux/rculist.h>
#include <linux/serdev.h>
#include <linux/slab.h>

struct modem {
	struct serdev_device *serdev;
	spinlock_t lock;
	struct list_head sessions;
};

struct session {
	struct device dev;
	struct list_head node;
	struct kref refs;
	struct rcu_head rcu;
	struct modem *modem;
	u32 id;
	u64 bytes;
};

static void session_free(struct kref *refs)
{
	struct session *s = container_of(refs, struct session, refs);

	kfree_rcu(s, rcu);
}

static void session_dev_release(struct device *dev)
{
	struct session *s = container_of(dev, struct session, dev);

	kref_put(&s->refs, session_free);
}

static struct session *session_get(struct modem *m, u32 id)
{
	struct session *s;

	rcu_read_lock();
	list_for_each_entry_rcu(s, &m->sessions, node) {
		if (s->id != id)
			continue;
		if (!kref_get_unless_zero(&s->refs))
			continue;
		rcu_read_unlock();
		return s;
	}
	rcu_read_unlock();
	return NULL;
}

static ssize_t open_session_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct modem *m = dev_get_drvdata(dev);
	struct session *s;
	int ret;

	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	ret = kstrtou32(buf, 0, &s->id);
	if (ret) {
		kfree(s);
		return ret;
	}
	kref_init(&s->refs);
	s->modem = m;
	s->dev.parent = dev;
	s->dev.release = session_dev_release;
	dev_set_name(&s->dev, "session%u", s->id);
	ret = device_register(&s->dev);
	if (ret) {
		put_device(&s->dev);
		return ret;
	}
	spin_lock(&m->lock);
	list_add_rcu(&s->node, &m->sessions);
	spin_unlock(&m->lock);
	return len;
}
static DEVICE_ATTR_WO(open_session);

static ssize_t close_session_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct modem *m = dev_get_drvdata(dev);
	struct session *s, *hit = NULL;
	u32 id;
	int ret;

	ret = kstrtou32(buf, 0, &id);
	if (ret)
		return ret;
	spin_lock(&m->lock);
	list_for_each_entry(s, &m->sessions, node)
		if (s->id == id) {
			hit = s;
			list_del_rcu(&s->node);
			break;
		}
	spin_unlock(&m->lock);
	if (!hit)
		return -ENOENT;
	device_unregister(&hit->dev);
	return len;
}
static DEVICE_ATTR_WO(close_session);

static ssize_t bytes_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct modem *m = dev_get_drvdata(dev);
	struct session *s;
	u32 id;
	int ret = kstrtou32(buf, 0, &id);

	if (ret)
		return ret;
	s = session_get(m, id);
	if (!s)
		return -ENOENT;
	s->bytes = 0;
	kref_put(&s->refs, session_free);
	return len;
}
static DEVICE_ATTR_WO(bytes);

static struct attribute *modem_attrs[] = {
	&dev_attr_open_session.attr,
	&dev_attr_close_session.attr,
	&dev_attr_bytes.attr,
	NULL,
};
ATTRIBUTE_GROUPS(modem);

static int modem_probe(struct serdev_device *serdev)
{
	struct modem *m = devm_kzalloc(&serdev->dev, sizeof(*m), GFP_KERNEL);

	if (!m)
		return -ENOMEM;
	m->serdev = serdev;
	spin_lock_init(&m->lock);
	INIT_LIST_HEAD(&m->sessions);
	serdev_device_set_drvdata(serdev, m);
	return 0;
}

static void modem_remove(struct serdev_device *serdev)
{
	struct modem *m = serdev_device_get_drvdata(serdev);
	struct session *s, *next;

	list_for_each_entry_safe(s, next, &m->sessions, node) {
		spin_lock(&m->lock);
		list_del_rcu(&s->node);
		spin_unlock(&m->lock);
		device_unregister(&s->dev);
	}
}

static struct serdev_device_driver modem_driver = {
	.driver = {
		.name = "acme-modem",
		.dev_groups = modem_groups,
	},
	.probe = modem_probe,
	.remove = modem_remove,
};
module_serdev_device_driver(modem_driver);
MODULE_LICENSE("GPL");
