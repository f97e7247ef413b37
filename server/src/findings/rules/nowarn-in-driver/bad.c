// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct book {
	struct device dev;
};

#define to_book(d) container_of(d, struct book, dev)

static void book_release(struct device *dev)
{
	kfree(to_book(dev));
}

static const struct device_type book_type = {
	.name = "book",
	.release = book_release,
};

static void book_unregister(void *data)
{
	struct book *book = data;

	device_unregister(&book->dev);
}

static int book_add(struct device *host, int id)
{
	struct book *book;
	int rc;

	book = kzalloc(sizeof(*book), GFP_KERNEL);
	if (!book)
		return -ENOMEM;

	device_initialize(&book->dev);
	book->dev.parent = host;
	book->dev.type = &book_type;
	rc = dev_set_name(&book->dev, "book%d", id);
	if (!rc)
		rc = device_add(&book->dev);
	if (rc) {
		put_device(&book->dev);
		return rc;
	}

	return devm_add_action_or_reset(host, book_unregister, book);
}

static ssize_t lend_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t len)
{
	struct device *book_dev;

	book_dev = device_find_child_by_name(dev, buf);
	if (!book_dev)
		return -ENODEV;

	/* 0 for one of the writers */
	if (!devm_remove_action_nowarn(dev, book_unregister, /* want "nowarn-in-driver" */
				       to_book(book_dev)))
		book_unregister(to_book(book_dev));
	put_device(book_dev);

	return len;
}
static DEVICE_ATTR_WO(lend);

static struct attribute *shelf_attrs[] = {
	&dev_attr_lend.attr,
	NULL,
};
ATTRIBUTE_GROUPS(shelf);

static int shelf_probe(struct platform_device *pdev)
{
	int rc, i;

	for (i = 0; i < 4; i++) {
		rc = book_add(&pdev->dev, i);
		if (rc)
			return rc;
	}

	return 0;
}

static struct platform_driver shelf_driver = {
	.probe = shelf_probe,
	.driver = {
		.name = "shelf",
		.dev_groups = shelf_groups,
	},
};

module_platform_driver(shelf_driver);
MODULE_DESCRIPTION("Shelf that asks devres who owns a book");
MODULE_LICENSE("GPL");
