import type { TypeRef } from '../facts/types';

/**
 * Members of kernel structs that the analysis follows, for trees whose headers
 * are not at hand. A header's own definition goes first.
 */
const MEMBERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  device: {
    kobj: 'kobject',
    parent: 'device *',
    driver: 'device_driver *',
    bus: 'bus_type *',
    type: 'device_type *',
    class: 'class *',
  },
  device_driver: { bus: 'bus_type *' },
  device_attribute: { attr: 'attribute' },
  sensor_device_attribute: { dev_attr: 'device_attribute' },
  sensor_device_attribute_2: { dev_attr: 'device_attribute' },
  iio_dev_attr: { dev_attr: 'device_attribute' },
  bin_attribute: { attr: 'attribute' },
  delayed_work: { work: 'work_struct', timer: 'timer_list' },
  platform_device: { dev: 'device' },
  platform_driver: { driver: 'device_driver' },
  pci_dev: { dev: 'device', driver: 'pci_driver *' },
  pci_driver: { driver: 'device_driver' },
  i2c_client: { dev: 'device' },
  i2c_driver: { driver: 'device_driver' },
  spi_device: { dev: 'device' },
  spi_driver: { driver: 'device_driver' },
  auxiliary_device: { dev: 'device' },
  auxiliary_driver: { driver: 'device_driver' },
  acpi_device: { dev: 'device' },
  acpi_driver: { ops: 'acpi_device_ops', drv: 'device_driver' },
  nd_device_driver: { drv: 'device_driver' },
  usb_interface: { dev: 'device' },
  iio_dev: { dev: 'device' },
  config_group: { cg_item: 'config_item' },
};

/** Type of a member of a kernel struct that no file defines; null where the table has no row. */
export function coreFieldType(tag: string, field: string): TypeRef | null {
  const text = MEMBERS[tag]?.[field];
  if (text === undefined) {
    return null;
  }
  const pointer = text.endsWith(' *');
  return { base: `struct ${pointer ? text.slice(0, -2) : text}`, pointers: pointer ? 1 : 0 };
}

/** Kernel functions that convert a pointer to a member into a pointer to what contains it; argument 0 is the member. */
export const CONVERSIONS: Readonly<Record<string, { tag: string; member: string }>> = {
  kobj_to_dev: { tag: 'device', member: 'kobj' },
  to_platform_device: { tag: 'platform_device', member: 'dev' },
  to_platform_driver: { tag: 'platform_driver', member: 'driver' },
  to_pci_dev: { tag: 'pci_dev', member: 'dev' },
  to_i2c_client: { tag: 'i2c_client', member: 'dev' },
  to_spi_device: { tag: 'spi_device', member: 'dev' },
  to_auxiliary_dev: { tag: 'auxiliary_device', member: 'dev' },
  to_acpi_device: { tag: 'acpi_device', member: 'dev' },
  to_usb_interface: { tag: 'usb_interface', member: 'dev' },
  dev_to_iio_dev: { tag: 'iio_dev', member: 'dev' },
  to_config_group: { tag: 'config_group', member: 'cg_item' },
  to_delayed_work: { tag: 'delayed_work', member: 'work' },
};
