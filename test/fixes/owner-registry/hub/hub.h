/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HUB_H
#define HUB_H

#include <linux/device.h>
#include <linux/types.h>

/**
 * struct hub - what lines hang off
 * @speed: of all its lines
 * @dev: device of this hub
 */
struct hub {
	u32 speed;
	struct device dev;
};

struct hub_line {
	unsigned int nr;
	struct device dev;
	u32 speed;
};

#define to_hub(d) container_of(d, struct hub, dev)
#define to_hub_line(d) container_of(d, struct hub_line, dev)

int hub_create(struct device *host, u32 speed);
void hub_lines_quiesce(struct hub *hub);

#endif /* HUB_H */
