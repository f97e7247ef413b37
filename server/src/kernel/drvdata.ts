/**
 * Private data that a driver hangs at a device or a bus's device struct (include/linux/device.h dev_set_drvdata and the buses'
 * wrappers of it, iio_priv of include/linux/iio/iio.h).
 */
const GETTER = /^(?:(?:dev|platform|pci|spi|auxiliary)_get_drvdata|[a-z0-9]+_get_(?:client|intf)data|i2c_get_clientdata|iio_priv)$/;
const SETTER = /^(?:(?:dev|platform|pci|spi|auxiliary)_set_drvdata|[a-z0-9]+_set_(?:client|intf)data)$/;

/** `dev_get_drvdata(dev)`: the data of its first argument. */
export function isDataGetter(callee: string): boolean {
  return GETTER.test(callee);
}

/** `dev_set_drvdata(dev, data)`. */
export function isDataSetter(callee: string): boolean {
  return SETTER.test(callee);
}

/**
 * Members of an open file that lead to its data (fs/debugfs/file.c, fs/seq_file.c single_open, fs/libfs.c simple_open, fs/char_dev.c chrdev_open,
 * drivers/char/misc.c misc_open), by struct.
 */
export const FILE_DATA: Readonly<Record<string, readonly string[]>> = {
  'struct file': ['private_data'],
  'struct seq_file': ['private'],
  'struct inode': ['i_private', 'i_cdev'],
};
