import type { RuleId } from '../../server/src/findings/types';

/**
 * What a reader of the source decided about the findings beyond drivers/cxl. A row is a root cause as the report counts them: one rule
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

/** Folders of 6.12.117 that are read in full. Those without a row have no finding of severity error or warning. */
export const READ_FOLDERS = ['drivers/dax', 'drivers/nvdimm', 'drivers/spi', 'drivers/i2c'] as const;

export const READINGS: readonly Reading[] = [
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
];
