//: variant FN_bug: the generated deleters test a flag of the slot without its lock
//: variant fix: clean (a slot's flag is tested and cleared in one locked section)
//: file slots.h
/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLOTS_H
#define SLOTS_H
#define SLOT_LIST(X) \
	X(0) \
	X(1)

struct slot_board;

void board_lock(struct slot_board *b);
void board_unlock(struct slot_board *b);
#endif
//: file lock.c
// SPDX-License-Identifier: GPL-2.0
#include "board.h"

void board_lock(struct slot_board *b)
{
	mutex_lock(&b->lock);
	b->lock_count++;
}

void board_unlock(struct slot_board *b)
{
	mutex_unlock(&b->lock);
}
//: file board.h
/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BOARD_H
#define BOARD_H
#include <linux/device.h>
#include <linux/mutex.h>
#include "slots.h"

struct slot_card {
	struct device dev;
	int slot;
};

struct slot_board {
	struct device *dev;
	struct mutex lock;
	unsigned int lock_count;
	struct slot_card *cards[2];
};
#endif
//: file board.c
// SPDX-License-Identifier: GPL-2.0
#include <linux/platform_device.h>
#include <linux/slab.h>
#include "board.h"

static void card_release(struct device *dev)
{
	kfree(container_of(dev, struct slot_card, dev));
}

static int card_plug(struct slot_board *b, int slot)
{
	struct slot_card *c;
	int err;

	c = kzalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return -ENOMEM;
	c->slot = slot;
	c->dev.parent = b->dev;
	c->dev.release = card_release;
	dev_set_name(&c->dev, "card%d", slot);
	err = device_register(&c->dev);
	if (err) {
		put_device(&c->dev);
		return err;
	}
	b->cards[slot] = c;
	return 0;
}

static void card_unplug(struct slot_board *b, int slot)
{
	struct slot_card *c = b->cards[slot];

	b->cards[slot] = NULL;
	device_unregister(&c->dev); // want(FN_bug) "double-teardown" "use-after-free"
}

#define SLOT_ATTR(n)								\
static ssize_t power##n##_store(struct device *dev,				\
				struct device_attribute *attr,			\
				const char *buf, size_t len)			\
{										\
	struct slot_board *b = dev_get_drvdata(dev);				\
	bool on;								\
	int err = kstrtobool(buf, &on);						\
										\
	if (err)								\
		return err;							\
	return board_power(b, n, on) ?: len;					\
}										\
static DEVICE_ATTR_WO(power##n);

static int board_power(struct slot_board *b, int slot, bool on)
{
	int err = 0;

//: in FN_bug
	if (!on) {
		if (b->cards[slot])
			card_unplug(b, slot);
		return 0;
	}
	board_lock(b);
	if (!b->cards[slot])
		err = card_plug(b, slot);
	board_unlock(b);
//: else
	board_lock(b);
	if (on && !b->cards[slot])
		err = card_plug(b, slot);
	else if (!on && b->cards[slot])
		card_unplug(b, slot);
	board_unlock(b);
//: end
	return err;
}

SLOT_LIST(SLOT_ATTR)

#define SLOT_ENTRY(n) &dev_attr_power##n.attr,
static struct attribute *board_attrs[] = {
	SLOT_LIST(SLOT_ENTRY)
	NULL
};
ATTRIBUTE_GROUPS(board);

static int board_probe(struct platform_device *pdev)
{
	struct slot_board *b = devm_kzalloc(&pdev->dev, sizeof(*b), GFP_KERNEL);

	if (!b)
		return -ENOMEM;
	b->dev = &pdev->dev;
	mutex_init(&b->lock);
	platform_set_drvdata(pdev, b);
	return 0;
}

static void board_remove(struct platform_device *pdev)
{
	struct slot_board *b = platform_get_drvdata(pdev);
	int i;

	for (i = 0; i < 2; i++)
		if (b->cards[i])
			card_unplug(b, i);
}

static struct platform_driver board_driver = {
	.driver = { .name = "slot-board", .dev_groups = board_groups },
	.probe = board_probe,
	.remove = board_remove,
};
module_platform_driver(board_driver);
MODULE_LICENSE("GPL");
