import type { EntryKind } from './driver-structs';

/**
 * Macros that define an attribute and bind it to its handlers
 * (include/linux/device.h, sysfs.h, configfs.h, debugfs.h, hwmon-sysfs.h,
 * iio/sysfs.h). `$n` stands for argument n; a handler that comes out as NULL
 * or empty does not exist.
 */
export interface AttributeMacro {
  /** Global that the macro defines; '' where the macro initialises one (`= __ATTR(...)`). */
  variable: string;
  /** Name of the file in sysfs. */
  subject: string;
  show?: string;
  store?: string;
  kinds: readonly [show: EntryKind, store: EntryKind];
  /** Parameter of the handlers that identifies the device or object. */
  param: number;
}

const SYSFS = ['sysfs-show', 'sysfs-store'] as const;
const CONFIGFS = ['configfs', 'configfs'] as const;
const DEBUGFS = ['debugfs', 'debugfs'] as const;

interface Shape {
  variable: string;
  kinds?: readonly [EntryKind, EntryKind];
  param?: number;
  subject?: string;
}

function row(shape: Shape, show?: string, store?: string): AttributeMacro {
  return {
    variable: shape.variable,
    subject: shape.subject ?? '$0',
    kinds: shape.kinds ?? SYSFS,
    param: shape.param ?? 0,
    ...(show === undefined ? {} : { show }),
    ...(store === undefined ? {} : { store }),
  };
}

/** The RW, RO and WO forms whose handlers are named after the attribute. */
function named(prefix: string, shape: Shape, show: string, store: string): Record<string, AttributeMacro> {
  return {
    [`${prefix}_RW`]: row(shape, show, store),
    [`${prefix}_RO`]: row(shape, show),
    [`${prefix}_WO`]: row(shape, undefined, store),
  };
}

const DEV: Shape = { variable: 'dev_attr_$0' };
const BIN: Shape = { variable: 'bin_attr_$0', param: 1 };
const SENSOR: Shape = { variable: 'sensor_dev_attr_$0' };
const IIO: Shape = { variable: 'iio_dev_attr_$0' };
const INIT: Shape = { variable: '' };
const CFG: Shape = { variable: '$0attr_$1', subject: '$1', kinds: CONFIGFS };
const FOPS: Shape = { variable: '$0', kinds: DEBUGFS };

export const ATTRIBUTE_MACROS: Readonly<Record<string, AttributeMacro>> = {
  DEVICE_ATTR: row(DEV, '$2', '$3'),
  DEVICE_ATTR_PREALLOC: row(DEV, '$2', '$3'),
  DEVICE_ATTR_IGNORE_LOCKDEP: row(DEV, '$2', '$3'),
  DEVICE_ATTR_RW_MODE: row(DEV, '$0_show', '$0_store'),
  DEVICE_ATTR_RO_MODE: row(DEV, '$0_show'),
  ...named('DEVICE_ATTR', DEV, '$0_show', '$0_store'),
  ...named('DEVICE_ATTR_ADMIN', DEV, '$0_show', '$0_store'),
  // Their handlers are the driver core's; the rows tell that the variable is an attribute.
  DEVICE_ULONG_ATTR: row(DEV),
  DEVICE_INT_ATTR: row(DEV),
  DEVICE_BOOL_ATTR: row(DEV),
  DEVICE_STRING_ATTR_RO: row(DEV),
  ...named('BUS_ATTR', { variable: 'bus_attr_$0' }, '$0_show', '$0_store'),
  ...named('DRIVER_ATTR', { variable: 'driver_attr_$0' }, '$0_show', '$0_store'),
  ...named('CLASS_ATTR', { variable: 'class_attr_$0' }, '$0_show', '$0_store'),
  BIN_ATTR: row(BIN, '$2', '$3'),
  BIN_ATTR_IGNORE_LOCKDEP: row(BIN, '$2', '$3'),
  ...named('BIN_ATTR', BIN, '$0_read', '$0_write'),
  ...named('BIN_ATTR_ADMIN', BIN, '$0_read', '$0_write'),
  SENSOR_DEVICE_ATTR: row(SENSOR, '$2', '$3'),
  SENSOR_DEVICE_ATTR_2: row(SENSOR, '$2', '$3'),
  ...named('SENSOR_DEVICE_ATTR', SENSOR, '$1_show', '$1_store'),
  ...named('SENSOR_DEVICE_ATTR_2', SENSOR, '$1_show', '$1_store'),
  IIO_DEVICE_ATTR: row(IIO, '$2', '$3'),
  IIO_DEVICE_ATTR_NAMED: row({ variable: 'iio_dev_attr_$0', subject: '$1' }, '$3', '$4'),
  ...named('IIO_DEVICE_ATTR', IIO, '$0_show', '$0_store'),
  __ATTR: row(INIT, '$2', '$3'),
  __ATTR_PREALLOC: row(INIT, '$2', '$3'),
  __ATTR_IGNORE_LOCKDEP: row(INIT, '$2', '$3'),
  __ATTR_RO_MODE: row(INIT, '$0_show'),
  __ATTR_RW_MODE: row(INIT, '$0_show', '$0_store'),
  ...named('__ATTR', INIT, '$0_show', '$0_store'),
  __BIN_ATTR: row({ variable: '', param: 1 }, '$2', '$3'),
  SENSOR_ATTR: row(INIT, '$2', '$3'),
  SENSOR_ATTR_2: row(INIT, '$2', '$3'),
  IIO_ATTR: row(INIT, '$2', '$3'),
  ...named('CONFIGFS_ATTR', CFG, '$0$1_show', '$0$1_store'),
  CONFIGFS_ATTR: row(CFG, '$0$1_show', '$0$1_store'),
  CONFIGFS_BIN_ATTR: row(CFG, '$0$1_read', '$0$1_write'),
  CONFIGFS_BIN_ATTR_RO: row(CFG, '$0$1_read'),
  CONFIGFS_BIN_ATTR_WO: row(CFG, undefined, '$0$1_write'),
  DEFINE_DEBUGFS_ATTRIBUTE: row(FOPS, '$1', '$2'),
  DEFINE_DEBUGFS_ATTRIBUTE_SIGNED: row(FOPS, '$1', '$2'),
  DEFINE_SIMPLE_ATTRIBUTE: row(FOPS, '$1', '$2'),
  DEFINE_SIMPLE_ATTRIBUTE_SIGNED: row(FOPS, '$1', '$2'),
  DEFINE_SHOW_ATTRIBUTE: row({ variable: '$0_fops', kinds: DEBUGFS }, '$0_show'),
  DEFINE_SHOW_STORE_ATTRIBUTE: row({ variable: '$0_fops', kinds: DEBUGFS }, '$0_show', '$0_write'),
};

/** Attribute structs with typed handlers; any struct that embeds `struct attribute` beside show or store is one too. */
export const ATTRIBUTE_STRUCTS: Readonly<
  Record<string, { show: string; store: string; param: number; kinds: readonly [EntryKind, EntryKind] }>
> = {
  device_attribute: { show: 'show', store: 'store', param: 0, kinds: SYSFS },
  kobj_attribute: { show: 'show', store: 'store', param: 0, kinds: SYSFS },
  bus_attribute: { show: 'show', store: 'store', param: 0, kinds: SYSFS },
  driver_attribute: { show: 'show', store: 'store', param: 0, kinds: SYSFS },
  class_attribute: { show: 'show', store: 'store', param: 0, kinds: SYSFS },
  bin_attribute: { show: 'read', store: 'write', param: 1, kinds: SYSFS },
  configfs_attribute: { show: 'show', store: 'store', param: 0, kinds: CONFIGFS },
  configfs_bin_attribute: { show: 'read', store: 'write', param: 0, kinds: CONFIGFS },
};

/** ATTRIBUTE_GROUPS(x) and its like: the globals they define and what those list. */
export const GROUP_MACROS: Readonly<Record<string, readonly { defines: string; lists: string }[]>> = {
  ATTRIBUTE_GROUPS: [
    { defines: '$0_group', lists: '$0_attrs' },
    { defines: '$0_groups', lists: '$0_group' },
  ],
  __ATTRIBUTE_GROUPS: [{ defines: '$0_groups', lists: '$0_group' }],
  BIN_ATTRIBUTE_GROUPS: [
    { defines: '$0_group', lists: '$0_attrs' },
    { defines: '$0_groups', lists: '$0_group' },
  ],
};

/** Objects whose registration makes the groups they list, by the object's type: `device_type.groups`, `class.dev_groups`, … */
export const GROUP_HOLDERS: Readonly<Record<string, string>> = {
  device_type: 'device-type',
  class: 'class',
  bus_type: 'bus',
};

/** Functions that make a group, a list of groups or one file at run time. */
export const GROUP_CALLS: ReadonlySet<string> = new Set([
  'sysfs_create_group',
  'sysfs_create_groups',
  'sysfs_merge_group',
  'sysfs_create_file',
  'sysfs_create_files',
  'sysfs_create_bin_file',
  'device_create_file',
  'device_create_bin_file',
  'driver_create_file',
  'bus_create_file',
  'class_create_file',
  'device_add_group',
  'device_add_groups',
  'devm_device_add_group',
  'devm_device_add_groups',
]);

/** Removals of one attribute, which wait for its running handlers (fs/kernfs/dir.c kernfs_drain): argument of the attribute. */
export const ATTRIBUTE_REMOVALS: Readonly<Record<string, number>> = {
  device_remove_file: 1,
  driver_remove_file: 1,
  bus_remove_file: 1,
  sysfs_remove_file: 1,
  sysfs_remove_file_ns: 1,
};
