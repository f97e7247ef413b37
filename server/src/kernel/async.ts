import { type CallbackSource, type Effect, table } from './effects';

/**
 * Callbacks that a driver makes possible and that the kernel then calls in a thread of its own: timers (kernel/time/timer.c, hrtimer.c),
 * interrupts (kernel/irq/manage.c, devres.c) and notifiers (kernel/notifier.c). free_irq(), del_timer_sync(), timer_shutdown_sync(),
 * synchronize_irq(), disable_irq(), hrtimer_cancel() and the removal from a blocking, atomic or SRCU chain wait for a running callback; del_timer(), timer_shutdown() and the removal
 * from a raw chain do not. After a shutdown a timer cannot be started again.
 * Files of debugfs (fs/debugfs/inode.c, file.c) are handlers of their data from when they are made; debugfs_remove() of a file, or of a
 * folder above it, waits for those that run (debugfs_file_get).
 * Files of character devices can be opened from cdev_add() or misc_register() on. Neither cdev_del() nor misc_deregister() waits for those that
 * are open (fs/char_dev.c cdev_del); misc_deregister() waits for a running ->open, which both call under misc_mtx (drivers/char/misc.c).
 * What cdev_set_parent() names stays as long as a file is open.
 */
const arm = (source: CallbackSource, cell: number, result: 'none' | 'errno' = 'none'): Effect => ({ op: 'arm', source, cell, result });
const requestIrq = (irq: number, cell: number): Effect => ({ op: 'arm', source: 'irq', cell, result: 'errno', irq });
const managedIrq = (cell: number): Effect => ({ op: 'arm', source: 'irq', cell, result: 'errno', host: 0, irq: 1 });
const quiet = (wait: boolean, mask: boolean): Effect => ({ op: 'quiet-irq', irq: 0, wait, mask });
const file: Effect = { op: 'arm', source: 'debugfs', cell: 3, result: 'unknown' };
const disarm = (source: CallbackSource, cell: number, wait = true): Effect => ({ op: 'disarm', source, cell, wait });
const shutdown = (wait: boolean): Effect => ({ op: 'disarm', source: 'timer', cell: 0, wait, final: true });

export const asyncApi = table({
  mod_timer: arm('timer', 0),
  mod_timer_pending: arm('timer', 0),
  timer_reduce: arm('timer', 0),
  add_timer: arm('timer', 0),
  add_timer_on: arm('timer', 0),
  hrtimer_start: arm('timer', 0),
  hrtimer_start_range_ns: arm('timer', 0),
  hrtimer_restart: arm('timer', 0),
  del_timer: disarm('timer', 0, false),
  timer_delete: disarm('timer', 0, false),
  hrtimer_try_to_cancel: disarm('timer', 0, false),
  del_timer_sync: disarm('timer', 0),
  timer_delete_sync: disarm('timer', 0),
  hrtimer_cancel: disarm('timer', 0),
  timer_shutdown: shutdown(false),
  timer_shutdown_sync: shutdown(true),

  request_irq: requestIrq(0, 4),
  request_any_context_irq: requestIrq(0, 4),
  request_threaded_irq: requestIrq(0, 5),
  pci_request_irq: requestIrq(1, 4),
  devm_request_irq: managedIrq(5),
  devm_request_any_context_irq: managedIrq(5),
  devm_request_threaded_irq: managedIrq(6),
  free_irq: disarm('irq', 1),
  devm_free_irq: disarm('irq', 2),
  pci_free_irq: disarm('irq', 2),
  // kernel/irq/manage.c: by line, whoever's handlers are on it.
  synchronize_irq: quiet(true, false),
  synchronize_hardirq: quiet(true, false),
  disable_irq: quiet(true, true),
  disable_hardirq: quiet(true, true),
  disable_irq_nosync: quiet(false, true),
  enable_irq: { op: 'unmask-irq', irq: 0 },

  blocking_notifier_chain_register: arm('notifier', 1),
  blocking_notifier_chain_unregister: disarm('notifier', 1),
  atomic_notifier_chain_register: arm('notifier', 1),
  atomic_notifier_chain_unregister: disarm('notifier', 1),
  srcu_notifier_chain_register: arm('notifier', 1),
  srcu_notifier_chain_unregister: disarm('notifier', 1),
  raw_notifier_chain_register: arm('notifier', 1),
  raw_notifier_chain_unregister: disarm('notifier', 1, false),
  bus_register_notifier: arm('notifier', 1),
  bus_unregister_notifier: disarm('notifier', 1),
  clk_notifier_register: arm('notifier', 1),
  clk_notifier_unregister: disarm('notifier', 1),
  regulator_register_notifier: arm('notifier', 1),
  regulator_unregister_notifier: disarm('notifier', 1),
  register_memory_notifier: arm('notifier', 0),
  unregister_memory_notifier: disarm('notifier', 0),
  register_reboot_notifier: arm('notifier', 0),
  unregister_reboot_notifier: disarm('notifier', 0),
  register_pm_notifier: arm('notifier', 0),
  unregister_pm_notifier: disarm('notifier', 0),
  register_netdevice_notifier: arm('notifier', 0),
  unregister_netdevice_notifier: disarm('notifier', 0),
  register_die_notifier: arm('notifier', 0),
  unregister_die_notifier: disarm('notifier', 0),
  register_mt_adistance_algorithm: arm('notifier', 0),
  unregister_mt_adistance_algorithm: disarm('notifier', 0),
  cpufreq_register_notifier: arm('notifier', 0),
  cpufreq_unregister_notifier: disarm('notifier', 0),
  power_supply_reg_notifier: arm('notifier', 0),
  power_supply_unreg_notifier: disarm('notifier', 0),
  usb_register_notify: arm('notifier', 0),
  usb_unregister_notify: disarm('notifier', 0),

  cdev_add: arm('file', 0, 'errno'),
  cdev_del: disarm('file', 0, false),
  cdev_set_parent: { op: 'pin-file', file: 0, kobj: 1 },
  // No minor number is 0 (include/linux/miscdevice.h).
  misc_register: { op: 'arm', source: 'file', cell: 0, result: 'errno', number: 'minor' },
  misc_deregister: disarm('file', 0),
  debugfs_create_file: file,
  debugfs_create_file_unsafe: file,
  debugfs_create_file_size: file,
  debugfs_remove: disarm('debugfs', 0),
  debugfs_remove_recursive: disarm('debugfs', 0),
  // Which file is a matter of its name.
  debugfs_lookup_and_remove: disarm('debugfs', -1),
});
