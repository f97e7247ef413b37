//: variant bug: cancel_delayed_work (no sync) in the teardown
//: variant bug2: no cancel at all
//: variant fix: clean (cancel_delayed_work_sync)
/* polled gpio expander; the object dies with its devm action, a delayed work polls it */
#include <linux/platform_device.h>
#include <linux/workqueue.h>
#include <linux/slab.h>

struct poller {
	struct device dev;
	struct delayed_work dwork;
	unsigned int state;
	unsigned int interval;
};

static void poller_release(struct device *d)
{
	struct poller *p = container_of(d, struct poller, dev);

	kfree(p);
}

static void poller_work(struct work_struct *work)
{
	struct poller *p = container_of(to_delayed_work(work), struct poller, dwork);

	p->state++; // want(bug bug2) "use-after-free"
	schedule_delayed_work(&p->dwork, msecs_to_jiffies(p->interval));
}

static void poller_stop(void *data)
{
	struct poller *p = data;

//: in fix
	cancel_delayed_work_sync(&p->dwork);
//: end
//: in bug
	cancel_delayed_work(&p->dwork);
//: end
	device_unregister(&p->dev);
}

static int poller_probe(struct platform_device *pdev)
{
	struct poller *p;
	int ret;

	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;

	INIT_DELAYED_WORK(&p->dwork, poller_work);
	device_initialize(&p->dev);
	p->dev.parent = &pdev->dev;
	p->dev.release = poller_release;
	dev_set_name(&p->dev, "poller");
	ret = device_add(&p->dev);
	if (ret) {
		put_device(&p->dev);
		return ret;
	}

	schedule_delayed_work(&p->dwork, 0);
	return devm_add_action_or_reset(&pdev->dev, poller_stop, p);
}

static struct platform_driver poller_driver = {
	.driver = {
		.name = "poller",
	},
	.probe = poller_probe,
};
module_platform_driver(poller_driver);
