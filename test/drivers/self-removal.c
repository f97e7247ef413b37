//: variant bug: handler unregisters while probe still configures
//: variant fix: the handler that removed itself is not drained and holds no reference
#include <linux/platform_device.h>
#include <linux/cleanup.h>
#include <linux/mutex.h>

struct pipe {
	struct device dev;
	struct mutex lock;
	bool ready;
	bool down;
	int cfg;
};

static struct pipe *to_pipe(struct device *dev)
{
	return container_of(dev, struct pipe, dev);
}

static void pipe_release(struct device *dev)
{
	kfree(to_pipe(dev));
}

static void pipe_kill(struct pipe *p)
{
	scoped_guard(mutex, &p->lock) { // want(bug) "use-after-free"
		if (p->down)
			return; // want(fix) "use-after-free"
		p->down = true;
	}
	device_del(&p->dev);
}

static ssize_t shutdown_store(struct device *dev, struct device_attribute *a, const char *buf, size_t n)
{
	struct pipe *p = to_pipe(dev);

//: in fix
	scoped_guard(mutex, &p->lock)
		if (!p->ready)
			return -EAGAIN;
//: end
	if (!device_remove_file_self(dev, a))
		return n;
	pipe_kill(p);
	return n;
}
static DEVICE_ATTR_WO(shutdown);
static struct attribute *pipe_attrs[] = { &dev_attr_shutdown.attr, NULL };
ATTRIBUTE_GROUPS(pipe);

static const struct attribute_group late_group = { };

static const struct device_type pipe_type = {
	.name = "pipe",
	.groups = pipe_groups,
	.release = pipe_release,
};

static void pipe_drop(void *data)
{
	struct pipe *p = data;

	pipe_kill(p);
	put_device(&p->dev); // want(bug fix) "use-after-free"
}

static int pipe_probe(struct platform_device *pdev)
{
	struct pipe *p;
	int rc;

	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	mutex_init(&p->lock);
	device_initialize(&p->dev);
	p->dev.type = &pipe_type;
	p->dev.parent = &pdev->dev;
	rc = dev_set_name(&p->dev, "pipe0");
	if (rc) {
		put_device(&p->dev);
		return rc;
	}
	rc = device_add(&p->dev);
	if (rc) {
		put_device(&p->dev);
		return rc;
	}
	rc = devm_add_action_or_reset(&pdev->dev, pipe_drop, p);
	if (rc)
		return rc;
	rc = sysfs_create_link(&p->dev.kobj, &pdev->dev.kobj, "host"); // want(bug) "use-after-unregister"
	if (rc)
		return rc;
	p->cfg = 1;
	scoped_guard(mutex, &p->lock)
		p->ready = true;
	return 0;
}

static struct platform_driver pipe_driver = {
	.probe = pipe_probe,
	.driver = { .name = "pipe" },
};
module_platform_driver(pipe_driver);
