//: variant fix: clean (flush_work waits for the pending item)
//: variant bug: flush_work under the lock that the work takes
#include <linux/platform_device.h>
#include <linux/workqueue.h>

struct meter {
	struct device dev;
	struct work_struct upd;
	struct mutex lock;
	int v;
};

static void meter_release(struct device *d) { kfree(container_of(d, struct meter, dev)); }

static void meter_upd(struct work_struct *work)
{
	struct meter *m = container_of(work, struct meter, upd);

	mutex_lock(&m->lock); // want(bug) "drain-deadlock"
	m->v++;
	mutex_unlock(&m->lock);
}

static void meter_stop(void *data)
{
	struct meter *m = data;

//: in bug
	mutex_lock(&m->lock);
	flush_work(&m->upd);
	mutex_unlock(&m->lock);
//: else
	flush_work(&m->upd);
//: end
	device_unregister(&m->dev);
}

static int meter_probe(struct platform_device *pdev)
{
	struct meter *m = kzalloc(sizeof(*m), GFP_KERNEL);
	int ret;

	if (!m)
		return -ENOMEM;
	mutex_init(&m->lock);
	INIT_WORK(&m->upd, meter_upd);
	device_initialize(&m->dev);
	m->dev.release = meter_release;
	ret = device_add(&m->dev);
	if (ret) {
		put_device(&m->dev);
		return ret;
	}
	queue_work(system_wq, &m->upd);
	return devm_add_action_or_reset(&pdev->dev, meter_stop, m);
}

static struct platform_driver meter_driver = {
	.probe = meter_probe,
	.driver = { .name = "meter" },
};
module_platform_driver(meter_driver);
