import type { RuleId } from '../../server/src/findings/types';

/**
 * What a reader of the source decided about the findings of 6.12.117. A row is a root cause as the report counts them: one rule
 * in one function of one lifetime.
 */
export interface Reading {
  folder: string;
  /** The lifetime: its teardown function. */
  action: string;
  rule: RuleId;
  /** Where the trace ends. */
  function: string;
  verdict: 'true' | 'partly' | 'false';
  why: string;
}

/** Folders of 6.12.117 that are read in full. Those without a row have no finding. */
export const READ_FOLDERS = [
  'drivers/cxl',
  'drivers/dax',
  'drivers/nvdimm',
  'drivers/spi',
  'drivers/i2c',
  'drivers/hwmon',
  'drivers/iio',
  'drivers/gpio',
] as const;

export const READINGS: readonly Reading[] = [
  {
    folder: 'drivers/cxl',
    action: 'cxld_unregister',
    rule: 'use-after-free',
    function: 'cxl_add_to_region',
    verdict: 'true',
    why: 'cxl_add_to_region() looks the root decoder up, takes its regions_lock with guard() and drops the reference of the lookup before the scope ends. When the root decoder was unregistered while the lock was waited for, that reference is the last, and the implicit mutex_unlock() is one of freed memory. The region that was found or made keeps its root decoder only until its own put, which comes first.',
  },
  {
    folder: 'drivers/cxl',
    action: 'cxld_unregister',
    rule: 'use-after-free',
    function: 'show_targetN',
    verdict: 'true',
    why: 'cxl_region_attach_auto() puts the endpoint decoder into the targets of a region that waits for more of them; its own pointer to the region is set only when all have come. Until then cxl_region_detach() finds no region and leaves the slot as it is, the decoder is freed, and whoever reads the slot (targetN, commit, the detach of the region) uses it. No race is needed.',
  },
  {
    folder: 'drivers/dax',
    action: 'unregister_dev_dax',
    rule: 'drain-deadlock',
    function: 'size_store',
    verdict: 'true',
    why: 'unregister_dev_dax() holds dax_region_rwsem around device_del(), which drains size_store(), mapping_store() and align_store(); these take the same rwsem. It is killable, so a signal ends the wait.',
  },
  {
    folder: 'drivers/dax',
    action: 'unregister_dev_dax',
    rule: 'drain-deadlock',
    function: 'delete_store',
    verdict: 'true',
    why: 'The unbind of the region holds the device lock while dax_region_unregister() removes the group that delete_store() belongs to; delete_store() waits for that device lock.',
  },
  {
    folder: 'drivers/dax',
    action: 'unregister_dev_dax',
    rule: 'drain-deadlock',
    function: 'unregister_dev_dax',
    verdict: 'true',
    why: 'With no memory for the action, devm_add_action_or_reset() runs unregister_dev_dax() inside create_store(), which holds dax_region_rwsem already: the handler waits for itself, and the unbind for the handler.',
  },
  {
    folder: 'drivers/dax',
    action: 'unregister_dax_mapping',
    rule: 'drain-deadlock',
    function: 'get_dax_range',
    verdict: 'true',
    why: 'With no memory for the action, devm_add_action_or_reset() in devm_register_dax_mapping() unregisters the mapping with dax_region_rwsem held for writing, and waits for its start_show(), which waits for the rwsem in get_dax_range(). It is killable, so a signal ends the wait.',
  },
  {
    folder: 'drivers/dax',
    action: 'unregister_dax_mapping',
    rule: 'drain-deadlock',
    function: 'size_store',
    verdict: 'true',
    why: 'The first row, seen from the mappings of the device.',
  },
  {
    folder: 'drivers/dax',
    action: 'unregister_dax_mapping',
    rule: 'drain-deadlock',
    function: 'mapping_store',
    verdict: 'true',
    why: 'The first row, seen from the mappings of the device.',
  },
  {
    folder: 'drivers/dax',
    action: 'unregister_dev_dax',
    rule: 'release-before-add',
    function: 'delete_store',
    verdict: 'true',
    why: 'create_store() holds the rwsem, delete_store() the device lock: nothing keeps delete_store() from finding the device between device_add() and devm_add_action_or_reset().',
  },
  {
    folder: 'drivers/dax',
    action: 'unregister_dev_dax',
    rule: 'late-add',
    function: '__devm_create_dev_dax',
    verdict: 'true',
    why: 'create_store() does not take the device lock: unbind may take the list while it runs, and drains it only when it removes the group, near the end of that list.',
  },
  {
    folder: 'drivers/dax',
    action: 'unregister_dax_mapping',
    rule: 'late-add',
    function: 'devm_register_dax_mapping',
    verdict: 'partly',
    why: 'create_store() asks for a device of size 0, which gets no mapping: numbers are not followed. size_store() and mapping_store() register mappings in the same window.',
  },
  {
    folder: 'drivers/i2c',
    action: 'put_i2c_dev',
    rule: 'double-teardown',
    function: 'put_i2c_dev',
    verdict: 'true',
    why: 'i2c_dev_init() attaches the adapters that it finds on the bus; an adapter that is being removed is there still when the notifier of its removal runs. i2cdev_detach_adapter() finds the entry as soon as get_free_i2c_dev() has listed it, and tears it down; where the attaching then fails, it does so a second time.',
  },
  {
    folder: 'drivers/i2c',
    action: 'put_i2c_dev',
    rule: 'use-after-free',
    function: 'put_i2c_dev',
    verdict: 'true',
    why: 'The first row, where the loser drops its reference before the other takes the entry off the list.',
  },
  {
    folder: 'drivers/i2c',
    action: 'put_i2c_dev',
    rule: 'use-after-free',
    function: 'i2cdev_attach_adapter',
    verdict: 'true',
    why: 'The entry is on i2c_dev_list before its device is initialised: i2cdev_detach_adapter() may free it while i2cdev_attach_adapter() still fills it in. In the kernel device_del() of a device that was never added already stops at its missing private data: the race is the same.',
  },
  {
    folder: 'drivers/i2c',
    action: 'put_i2c_dev',
    rule: 'use-after-unregister',
    function: 'i2cdev_attach_adapter',
    verdict: 'true',
    why: 'The third row, before the memory is gone.',
  },
  {
    folder: 'drivers/hwmon',
    action: 'i8k_exit_procfs',
    rule: 'unchecked-add-action',
    function: 'i8k_init_procfs',
    verdict: 'partly',
    why: 'The result is ignored as the rule says. Nothing breaks: the procfs entry is optional, and with no memory for the action it is removed at once.',
  },
  {
    folder: 'drivers/iio',
    action: 'bno055_debugfs_remove',
    rule: 'unchecked-add-action',
    function: 'bno055_debugfs_init',
    verdict: 'partly',
    why: 'As in dell-smm-hwmon: with no memory for the action the debugfs file is removed at once, and the driver goes on without.',
  },
  {
    folder: 'drivers/iio',
    action: '__iio_backend_disable',
    rule: 'drain-deadlock',
    function: 'iio_update_buffers',
    verdict: 'false',
    why: 'stm32_dfsdm_read_raw() holds the mlock of its own device while it updates the buffers of the device that it takes its samples from: two struct iio_dev, which are one instance here, so the handler seems to wait for itself.',
  },
  {
    folder: 'drivers/gpio',
    action: 'gpiolib_cdev_unregister',
    rule: 'use-after-free',
    function: 'gpio_device_put',
    verdict: 'false',
    why: 'gpiolib_cdev_register() leaves a registered device behind when gdev->chip is NULL, but its only caller has set it to a chip that it has dereferenced before. That a pointer which was dereferenced is not NULL is not concluded.',
  },
];
