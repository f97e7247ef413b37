//: variant bug: an action released outside the lock under which it was looked up
//: variant own: clean (list under lock picks winner, dead flag)
//: variant late: looked up under the lock but released outside
// SPDX-License-Identifier: GPL-2.0
/* Fan hub: channels can be added and removed from user space */
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>

struct fanhub {
	struct device *dev;
	struct mutex lock;
	struct list_head channels;
	bool dead;
};

struct fan_chan {
	struct device dev;
	struct list_head node;
	struct fanhub *hub;
	u32 reg;
	int rpm;
};

#define dev_to_chan(d)	container_of((d), struct fan_chan, dev)

static ssize_t rpm_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", dev_to_chan(dev)->rpm);
}
static DEVICE_ATTR_RO(rpm);

static struct attribute *fan_chan_attrs[] = {
	&dev_attr_rpm.attr,
	NULL,
};
ATTRIBUTE_GROUPS(fan_chan);

static void fan_chan_release(struct device *dev)
{
	struct fan_chan *c = dev_to_chan(dev);

	kfree(c);
}

static void fan_chan_destroy(void *arg)
{
	struct fan_chan *c = arg;

//: in bug late
	mutex_lock(&c->hub->lock);
	list_del(&c->node);
	mutex_unlock(&c->hub->lock);
//: end
	device_unregister(&c->dev);
}

static struct fan_chan *fanhub_find(struct fanhub *hub, u32 reg)
{
	struct fan_chan *c;

	list_for_each_entry(c, &hub->channels, node)
		if (c->reg == reg)
			return c;
	return NULL;
}

static ssize_t new_channel_store(struct device *dev, struct device_attribute *attr,
				 const char *buf, size_t count)
{
	struct fanhub *hub = dev_get_drvdata(dev);
	struct fan_chan *c;
	u32 reg;
	int ret;

	ret = kstrtou32(buf, 0, &reg);
	if (ret)
		return ret;

	c = kzalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return -ENOMEM;

	c->hub = hub;
	c->reg = reg;
	c->dev.parent = dev;
	c->dev.groups = fan_chan_groups;
	c->dev.release = fan_chan_release;
	device_initialize(&c->dev);
	ret = dev_set_name(&c->dev, "fan%u", reg);
	if (ret)
		goto out_put;

//: in own
	mutex_lock(&hub->lock);
	if (hub->dead || fanhub_find(hub, reg)) {
		mutex_unlock(&hub->lock);
		ret = -EBUSY;
		goto out_put;
	}
	ret = device_add(&c->dev);
	if (ret) {
		mutex_unlock(&hub->lock);
		goto out_put;
	}
	list_add_tail(&c->node, &hub->channels);
	mutex_unlock(&hub->lock);
	return count;
//: else
	ret = device_add(&c->dev);
	if (ret)
		goto out_put;
	mutex_lock(&hub->lock);
	list_add_tail(&c->node, &hub->channels);
	mutex_unlock(&hub->lock);

	ret = devm_add_action_or_reset(hub->dev, fan_chan_destroy, c);
	if (ret)
		return ret;
	return count;
//: end

out_put:
	put_device(&c->dev);
	return ret;
}
static DEVICE_ATTR_WO(new_channel);

static ssize_t delete_channel_store(struct device *dev, struct device_attribute *attr,
				    const char *buf, size_t count)
{
	struct fanhub *hub = dev_get_drvdata(dev);
	struct fan_chan *c;
	u32 reg;
	int ret;

	ret = kstrtou32(buf, 0, &reg);
	if (ret)
		return ret;

	mutex_lock(&hub->lock);
	c = fanhub_find(hub, reg);
//: in own
	if (c)
		list_del(&c->node);
	mutex_unlock(&hub->lock);
	if (!c)
		return -ENOENT;
	fan_chan_destroy(c);
//: end
//: in bug
	mutex_unlock(&hub->lock);
	if (!c)
		return -ENOENT;
	devm_release_action(hub->dev, fan_chan_destroy, c); // want(bug) "double-release" "release-before-add"
//: end
//: in late
	if (c)
		get_device(&c->dev);
	mutex_unlock(&hub->lock);
	if (!c)
		return -ENOENT;
	devm_release_action(hub->dev, fan_chan_destroy, c); // want(late) "double-release" "release-before-add"
	put_device(&c->dev);
//: end
	return count;
}
static DEVICE_ATTR_WO(delete_channel);

static struct attribute *fanhub_attrs[] = {
	&dev_attr_new_channel.attr,
	&dev_attr_delete_channel.attr,
	NULL,
};
ATTRIBUTE_GROUPS(fanhub);

//: in own
static void fanhub_kill(void *arg)
{
	struct fanhub *hub = arg;
	struct fan_chan *c, *tmp;
	LIST_HEAD(victims);

	mutex_lock(&hub->lock);
	hub->dead = true;
	list_splice_init(&hub->channels, &victims);
	mutex_unlock(&hub->lock);

	list_for_each_entry_safe(c, tmp, &victims, node) {
		list_del(&c->node);
		fan_chan_destroy(c);
	}
}
//: end

static int fanhub_probe(struct platform_device *pdev)
{
	struct fanhub *hub;

	hub = devm_kzalloc(&pdev->dev, sizeof(*hub), GFP_KERNEL);
	if (!hub)
		return -ENOMEM;
	hub->dev = &pdev->dev;
	mutex_init(&hub->lock);
	INIT_LIST_HEAD(&hub->channels);
	platform_set_drvdata(pdev, hub);

//: in own
	return devm_add_action_or_reset(&pdev->dev, fanhub_kill, hub);
//: else
	return 0;
//: end
}

static const struct of_device_id fanhub_of_match[] = {
	{ .compatible = "acme,fanhub" },
	{ }
};
MODULE_DEVICE_TABLE(of, fanhub_of_match);

static struct platform_driver fanhub_driver = {
	.probe = fanhub_probe,
	.driver = {
		.name = "fanhub",
		.of_match_table = fanhub_of_match,
		.dev_groups = fanhub_groups,
	},
};
module_platform_driver(fanhub_driver);
MODULE_LICENSE("GPL");
