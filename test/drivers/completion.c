//: variant bug: the deleter does not wait for the upload that works on the object
//: variant bug2: the upload completes before it is done with the object
//: variant fix: clean (completion as a barrier: whoever deletes waits for the upload)
// SPDX-License-Identifier: GPL-2.0
/* images of an SDIO radio, loaded by a work item */
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/mmc/sdio_func.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

struct radio {
	struct sdio_func *func;
	struct mutex lock;
	struct list_head images;
};

struct image {
	struct device dev;
	struct list_head node;
	struct work_struct upload;
	struct completion done;
	u32 version;
	int status;
};

static void image_release(struct device *dev)
{
	kfree(container_of(dev, struct image, dev));
}

static void image_upload(struct work_struct *work)
{
	struct image *im = container_of(work, struct image, upload);

//: in bug2
	complete_all(&im->done);
	im->status = 0; // want(bug2) "use-after-free"
//: else
	im->status = 0; // want(bug) "use-after-free"
	complete_all(&im->done);
//: end
}

static ssize_t load_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct radio *r = dev_get_drvdata(dev);
	struct image *im;
	int ret;

	im = kzalloc(sizeof(*im), GFP_KERNEL);
	if (!im)
		return -ENOMEM;
	if (kstrtou32(buf, 0, &im->version)) {
		kfree(im);
		return -EINVAL;
	}
	INIT_WORK(&im->upload, image_upload);
	init_completion(&im->done);
	im->dev.parent = dev;
	im->dev.release = image_release;
	dev_set_name(&im->dev, "image-%u", im->version);
	ret = device_register(&im->dev);
	if (ret) {
		put_device(&im->dev);
		return ret;
	}
	schedule_work(&im->upload);
	mutex_lock(&r->lock);
	list_add(&im->node, &r->images);
	mutex_unlock(&r->lock);
	return len;
}
static DEVICE_ATTR_WO(load);

static void image_drop(struct image *im)
{
//: in fix bug2
	wait_for_completion(&im->done);
//: end
	device_unregister(&im->dev);
}

static ssize_t unload_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct radio *r = dev_get_drvdata(dev);
	struct image *im, *hit = NULL;
	u32 version;

	if (kstrtou32(buf, 0, &version))
		return -EINVAL;
	mutex_lock(&r->lock);
	list_for_each_entry(im, &r->images, node)
		if (im->version == version) {
			list_del(&im->node);
			hit = im;
			break;
		}
	mutex_unlock(&r->lock);
	if (!hit)
		return -ENOENT;
	image_drop(hit);
	return len;
}
static DEVICE_ATTR_WO(unload);

static struct attribute *radio_attrs[] = { &dev_attr_load.attr, &dev_attr_unload.attr, NULL };
ATTRIBUTE_GROUPS(radio);

static int radio_probe(struct sdio_func *func, const struct sdio_device_id *id)
{
	struct radio *r = devm_kzalloc(&func->dev, sizeof(*r), GFP_KERNEL);

	if (!r)
		return -ENOMEM;
	r->func = func;
	mutex_init(&r->lock);
	INIT_LIST_HEAD(&r->images);
	sdio_set_drvdata(func, r);
	return 0;
}

static void radio_remove(struct sdio_func *func)
{
	struct radio *r = sdio_get_drvdata(func);
	struct image *im, *n;

	list_for_each_entry_safe(im, n, &r->images, node) {
		list_del(&im->node);
		image_drop(im);
	}
}

static const struct sdio_device_id radio_ids[] = { { SDIO_DEVICE(0x1, 0x2) }, { } };
static struct sdio_driver radio_driver = {
	.name = "acme-radio",
	.id_table = radio_ids,
	.probe = radio_probe,
	.remove = radio_remove,
	.drv = { .dev_groups = radio_groups },
};
module_sdio_driver(radio_driver);
MODULE_LICENSE("GPL");
