/**
 * Structs of function pointers through which the kernel enters a driver, and
 * what starts and ends a module. Data only: program/entry-points.ts reads it.
 */

/** What starts an entry point. The report's `kind` (findings/types.ts) is the same set. */
export type EntryKind =
  | 'sysfs-store'
  | 'sysfs-show'
  | 'unbind'
  | 'probe'
  | 'remove'
  | 'work'
  | 'notifier'
  | 'timer'
  | 'irq'
  | 'ioctl'
  | 'debugfs'
  | 'configfs'
  | 'export'
  | 'init'
  | 'exit';

/** How the kernel calls one member of a struct. */
export interface MemberRole {
  kind: EntryKind;
  /** Parameter that identifies the instance; -1 where none does. */
  param: number;
  /** Called with the device lock of that instance held (drivers/base/dd.c). */
  deviceLocked?: true;
  /** The driver is unbound with it: devres_release_all() follows (drivers/base/dd.c __device_release_driver). */
  unbinds?: true;
  /** Two tasks may be in it at once, for the same instance. */
  selfConcurrent?: true;
}

const PROBE: MemberRole = { kind: 'probe', param: 0, deviceLocked: true };
const SHUTDOWN: MemberRole = { kind: 'remove', param: 0, deviceLocked: true };
const REMOVE: MemberRole = { ...SHUTDOWN, unbinds: true };
const SHOW: MemberRole = { kind: 'sysfs-show', param: 0, selfConcurrent: true };
const STORE: MemberRole = { kind: 'sysfs-store', param: 0, selfConcurrent: true };
const FILE: MemberRole = { kind: 'ioctl', param: 0, selfConcurrent: true };
const OPEN: MemberRole = { kind: 'ioctl', param: 1, selfConcurrent: true };
const CONFIGFS: MemberRole = { kind: 'configfs', param: 0 };

/**
 * Members of any driver struct: really_probe(), device_remove() and
 * device_shutdown() call them, directly or through the bus, with the lock held.
 */
export const DRIVER_MEMBERS: Readonly<Record<string, MemberRole>> = {
  probe: PROBE,
  probe_new: PROBE,
  remove: REMOVE,
  remove_new: REMOVE,
  shutdown: SHUTDOWN,
  disconnect: REMOVE,
};

/** Driver structs of the kernel; one that embeds `struct device_driver` and has a probe or remove member is found without a row. */
export const DRIVER_STRUCTS: ReadonlySet<string> = new Set([
  'device_driver',
  'bus_type',
  'platform_driver',
  'pci_driver',
  'pcie_port_service_driver',
  'i2c_driver',
  'i3c_driver',
  'spi_driver',
  'auxiliary_driver',
  'usb_driver',
  'usb_device_driver',
  'nd_device_driver',
  'dax_device_driver',
  'hid_driver',
  'virtio_driver',
  'mdio_driver',
  'amba_driver',
  'pnp_driver',
  'serdev_device_driver',
  'sdio_driver',
  'mcb_driver',
  'slim_driver',
  'sdw_driver',
  'vio_driver',
  'rpmsg_driver',
  'wmi_driver',
]);

/** Other structs whose members are entry points. */
export const ENTRY_STRUCTS: Readonly<Record<string, Readonly<Record<string, MemberRole>>>> = {
  // drivers/acpi/bus.c calls these from its own bus's probe and remove.
  acpi_device_ops: { add: PROBE, remove: REMOVE },
  // drivers/base/component.c, under its own mutex, not the device's lock.
  component_ops: { bind: { kind: 'probe', param: 0 }, unbind: { kind: 'remove', param: 0 } },
  // A chain has one source of events, which does not overlap them for one block.
  notifier_block: { notifier_call: { kind: 'notifier', param: 0 } },
  hrtimer: { function: { kind: 'timer', param: 0 } },
  file_operations: {
    open: OPEN,
    release: OPEN,
    read: FILE,
    write: FILE,
    read_iter: FILE,
    write_iter: FILE,
    unlocked_ioctl: FILE,
    compat_ioctl: FILE,
    mmap: FILE,
    poll: FILE,
  },
  proc_ops: { proc_open: OPEN, proc_release: OPEN, proc_read: FILE, proc_write: FILE, proc_ioctl: FILE },
  block_device_operations: { open: FILE, release: FILE, ioctl: FILE, compat_ioctl: FILE },
  sysfs_ops: { show: SHOW, store: STORE },
  // The cores of IIO and hwmon own the attributes and forward to these.
  iio_info: { read_raw: SHOW, write_raw: STORE, read_event_config: SHOW, write_event_config: STORE, write_event_value: STORE },
  hwmon_ops: { read: SHOW, read_string: SHOW, write: STORE },
  configfs_item_operations: { release: CONFIGFS, allow_link: CONFIGFS, drop_link: CONFIGFS },
  configfs_group_operations: { make_item: CONFIGFS, make_group: CONFIGFS, drop_item: CONFIGFS, disconnect_notify: CONFIGFS },
  // drivers/base/firmware_loader/sysfs_upload.c runs these from a work item.
  fw_upload_ops: {
    prepare: { kind: 'work', param: 0 },
    write: { kind: 'work', param: 0 },
    poll_complete: { kind: 'work', param: 0 },
    cleanup: { kind: 'work', param: 0 },
  },
};

/** Invocations that make a function run when the module is loaded or unloaded. */
export const MODULE_MACROS: Readonly<Record<string, 'init' | 'exit'>> = {
  module_init: 'init',
  module_exit: 'exit',
  core_initcall: 'init',
  postcore_initcall: 'init',
  arch_initcall: 'init',
  subsys_initcall: 'init',
  fs_initcall: 'init',
  rootfs_initcall: 'init',
  device_initcall: 'init',
  device_initcall_sync: 'init',
  late_initcall: 'init',
  late_initcall_sync: 'init',
  builtin_init: 'init',
};

/** EXPORT_SYMBOL, EXPORT_SYMBOL_GPL, EXPORT_SYMBOL_NS(sym, ns), EXPORT_SYMBOL_FOR_MODULES(sym, list) … */
export const EXPORT_MACRO = /^EXPORT_(?:TRACEPOINT_|PER_CPU_|STATIC_)?SYMBOL(?:_|$)/;

/** Pointer types that say nothing about the instance: every bus and subsystem hands these out. */
export const GENERIC_TAGS: ReadonlySet<string> = new Set([
  'device',
  'kobject',
  'file',
  'inode',
  'seq_file',
  'work_struct',
  'delayed_work',
  'timer_list',
  'hrtimer',
  'notifier_block',
  'attribute',
  'device_driver',
  'bus_type',
  'class',
  'config_item',
  'config_group',
]);
