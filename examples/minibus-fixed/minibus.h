/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MINIBUS_H
#define MINIBUS_H

#include <linux/container_of.h>
#include <linux/device.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/xarray.h>

#define MB_SLOT_WAYS_MAX 4

/**
 * struct mb_port - upstream end of the bus
 * @dev: device of this port, parent of windows and clients
 * @host_dev: platform device whose devres stack owns everything below
 */
struct mb_port {
	struct device dev;
	struct device *host_dev;
};

/**
 * struct mb_window - address window of a port, owner of slots
 * @dev: device of this window, carries create_slot and delete_slot
 * @base: first address that the window decodes
 * @size: bytes decoded
 * @slots_lock: serializes discovery, creation and deletion of slots
 * @slots: slots to remove before the window goes, by number
 * @dead: no slot may be created any more
 */
struct mb_window {
	struct device dev;
	u64 base;
	u64 size;
	struct mutex slots_lock; /* slots and dead */
	struct xarray slots;
	bool dead;
};

enum mb_slot_state {
	MB_SLOT_IDLE,
	MB_SLOT_ACTIVE,
};

struct mb_client;

/**
 * struct mb_slot - a range of a window, spread over clients
 * @dev: device of this slot, child of the window
 * @id: number of the slot, unique on the bus
 * @base: first address
 * @ways: clients that share the range
 * @targets: those clients, by position
 * @state: whether the parameters above are settled
 */
struct mb_slot {
	struct device dev;
	int id;
	u64 base;
	int ways;
	struct mb_client *targets[MB_SLOT_WAYS_MAX];
	enum mb_slot_state state;
};

/**
 * struct mb_client - a device that firmware may have mapped already
 * @dev: device of this client, child of the port
 * @port: port below which the windows are
 * @base: address at which firmware mapped it
 * @ways: clients that share the mapping
 * @pos: position of this client among them
 */
struct mb_client {
	struct device dev;
	struct mb_port *port;
	u64 base;
	int ways;
	int pos;
};

struct mb_driver {
	int (*probe)(struct device *dev);
	void (*remove)(struct device *dev);
	struct device_driver drv;
};

#define to_mb_port(d) container_of(d, struct mb_port, dev)
#define to_mb_window(d) container_of(d, struct mb_window, dev)
#define to_mb_slot(d) container_of(d, struct mb_slot, dev)
#define to_mb_client(d) container_of(d, struct mb_client, dev)

extern const struct bus_type minibus_type;

bool is_mb_window(struct device *dev);
bool is_mb_client(struct device *dev);
int mb_driver_register(struct mb_driver *mbdrv);
void mb_driver_unregister(struct mb_driver *mbdrv);
int mb_client_driver_init(void);
void mb_client_driver_exit(void);
int devm_mb_add_window(struct mb_port *port, u64 base, u64 size);
int devm_mb_add_client(struct mb_port *port, u64 base, int ways, int pos);
int mb_window_discover(struct mb_window *window, struct mb_client *client);

#endif /* MINIBUS_H */
