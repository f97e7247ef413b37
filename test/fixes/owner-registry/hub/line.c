// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "hub.h"

static void hub_line_release(struct device *dev)
{
	struct hub_line *line = to_hub_line(dev);

	kfree(line);
}

static const struct device_type hub_line_type = {
	.name = "hub_line",
	.release = hub_line_release,
};

static void line_down(void *data)
{
	struct hub_line *line = data;

	device_unregister(&line->dev);
}

/* Stops what flows through the lines, which stay */
void hub_lines_quiesce(struct hub *hub)
{
	dev_dbg(&hub->dev, "quiesced\n");
}

static struct hub_line *line_up(struct hub *hub, unsigned int nr)
{
	struct hub_line *line;
	int ret;

	line = kzalloc(sizeof(*line), GFP_KERNEL);
	if (!line)
		return ERR_PTR(-ENOMEM);

	line->nr = nr;
	line->speed = hub->speed;
	device_initialize(&line->dev);
	line->dev.parent = &hub->dev;
	line->dev.type = &hub_line_type;

	ret = dev_set_name(&line->dev, "line%u", line->nr);
	if (ret)
		goto put;

	ret = device_add(&line->dev);
	if (ret)
		goto put;

	ret = devm_add_action_or_reset(hub->dev.parent, line_down, line);
	if (ret)
		return ERR_PTR(ret);

	return line;

put:
	put_device(&line->dev);
	return ERR_PTR(ret);
}

static ssize_t new_line_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	struct hub *hub = to_hub(dev);
	struct hub_line *line;
	unsigned int nr;
	int ret;

	ret = kstrtouint(buf, 0, &nr);
	if (ret)
		return ret;

	line = line_up(hub, nr);
	if (IS_ERR(line))
		return PTR_ERR(line);

	dev_info(&line->dev, "up at %u\n", line->speed);
	return count;
}
static DEVICE_ATTR_WO(new_line);

static ssize_t drop_line_store(struct device *dev,
			       struct device_attribute *attr, const char *buf,
			       size_t count)
{
	struct device *found = device_find_child_by_name(dev, buf);

	if (!found)
		return -ENOENT;

	devm_release_action(dev->parent, line_down, to_hub_line(found));
	put_device(found);

	return count;
}
static DEVICE_ATTR_WO(drop_line);

static struct attribute *hub_attrs[] = {
	&dev_attr_new_line.attr,
	&dev_attr_drop_line.attr,
	NULL,
};

static const struct attribute_group hub_group = {
	.attrs = hub_attrs,
};

const struct attribute_group *hub_groups[] = {
	&hub_group,
	NULL,
};
