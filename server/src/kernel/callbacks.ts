import type { EntryKind } from './driver-structs';

/** A kernel function that calls a function it was given before it returns. */
export interface SynchronousCallback {
  /** Argument that names the function. */
  fn: number;
  /** Parameter i of that function is argument `params[i]` of the call; -1 is something the kernel supplies. */
  params: readonly number[];
}

const CHILD: SynchronousCallback = { fn: 2, params: [-1, 1] };
const BUS_ITER: SynchronousCallback = { fn: 3, params: [-1, 2] };
const KREF: SynchronousCallback = { fn: 1, params: [0] };

/** Iterators, match functions and cross calls. The parameter order is that of the kernel's prototypes. */
export const SYNCHRONOUS_CALLBACKS: Readonly<Record<string, SynchronousCallback>> = {
  device_for_each_child: CHILD,
  device_for_each_child_reverse: CHILD,
  device_for_each_child_reverse_from: { fn: 3, params: [-1, 2] },
  device_find_child: CHILD,
  bus_for_each_dev: BUS_ITER,
  bus_for_each_drv: BUS_ITER,
  bus_find_device: BUS_ITER,
  driver_for_each_device: BUS_ITER,
  driver_find_device: BUS_ITER,
  class_for_each_device: BUS_ITER,
  class_find_device: BUS_ITER,
  acpi_bus_for_each_dev: { fn: 0, params: [-1, 1] },
  acpi_dev_for_each_child: { fn: 1, params: [-1, 2] },
  acpi_table_parse: { fn: 1, params: [-1] },
  acpi_table_parse_cedt: { fn: 1, params: [-1, 2, -1] },
  acpi_walk_resources: { fn: 2, params: [-1, 3] },
  acpi_get_devices: { fn: 1, params: [-1, -1, 2, 3] },
  pci_walk_bus: { fn: 1, params: [-1, 2] },
  pci_walk_bus_locked: { fn: 1, params: [-1, 2] },
  pci_for_each_dma_alias: { fn: 1, params: [-1, -1, 2] },
  usb_for_each_dev: { fn: 1, params: [-1, 0] },
  usb_for_each_port: { fn: 1, params: [-1, 0] },
  idr_for_each: { fn: 1, params: [-1, -1, 2] },
  walk_iomem_res_desc: { fn: 5, params: [-1, 4] },
  walk_system_ram_res: { fn: 3, params: [-1, 2] },
  walk_system_ram_res_rev: { fn: 3, params: [-1, 2] },
  walk_mem_res: { fn: 3, params: [-1, 2] },
  walk_system_ram_range: { fn: 3, params: [-1, -1, 2] },
  walk_memory_blocks: { fn: 3, params: [-1, 2] },
  walk_dynamic_memory_groups: { fn: 1, params: [-1, 3] },
  for_each_memory_block: { fn: 1, params: [-1, 0] },
  devres_find: { fn: 2, params: [0, -1, 3] },
  devres_for_each_res: { fn: 4, params: [0, -1, 5] },
  sort: { fn: 3, params: [-1, -1] },
  sort_r: { fn: 3, params: [-1, -1, 5] },
  list_sort: { fn: 2, params: [0, -1, -1] },
  bsearch: { fn: 4, params: [0, -1] },
  call_once: { fn: 1, params: [0] },
  smp_call_function_single: { fn: 1, params: [2] },
  on_each_cpu: { fn: 0, params: [1] },
  work_on_cpu: { fn: 1, params: [2] },
  work_on_cpu_safe: { fn: 1, params: [2] },
  stop_machine: { fn: 0, params: [1] },
  // At zero only; the reference is then gone.
  kref_put: KREF,
  kref_put_mutex: KREF,
  kref_put_lock: KREF,
};

/** A kernel function that keeps a function to be called later, on its own. */
export interface DeferredCallback {
  kind: EntryKind;
  /** Arguments that name functions; a NULL there is no function. */
  fns: readonly number[];
  /** Argument that is handed to the function, and the parameter in which it arrives; -1: nothing we can follow. */
  data: number;
  param: number;
  /** Member of what `data` points to that the function is really given the address of. */
  member?: string;
}

const WORK: DeferredCallback = { kind: 'work', fns: [1], data: 0, param: 0 };
const DELAYED_WORK: DeferredCallback = { ...WORK, member: 'work' };
const THREAD: DeferredCallback = { kind: 'work', fns: [0], data: 1, param: 0 };

export const DEFERRED_CALLBACKS: Readonly<Record<string, DeferredCallback>> = {
  INIT_WORK: WORK,
  INIT_WORK_ONSTACK: WORK,
  INIT_DELAYED_WORK: DELAYED_WORK,
  INIT_DELAYED_WORK_ONSTACK: DELAYED_WORK,
  INIT_DEFERRABLE_WORK: DELAYED_WORK,
  INIT_RCU_WORK: DELAYED_WORK,
  devm_work_autocancel: { kind: 'work', fns: [2], data: 1, param: 0 },
  devm_delayed_work_autocancel: { kind: 'work', fns: [2], data: 1, param: 0, member: 'work' },
  kthread_init_work: WORK,
  kthread_run: THREAD,
  kthread_create: THREAD,
  async_schedule: THREAD,
  async_schedule_domain: THREAD,
  async_schedule_dev: THREAD,
  call_rcu: WORK,
  tasklet_setup: WORK,
  timer_setup: { kind: 'timer', fns: [1], data: 0, param: 0 },
  timer_setup_on_stack: { kind: 'timer', fns: [1], data: 0, param: 0 },
  hrtimer_setup: { kind: 'timer', fns: [1], data: 0, param: 0 },
  request_irq: { kind: 'irq', fns: [1], data: 4, param: 1 },
  request_any_context_irq: { kind: 'irq', fns: [1], data: 4, param: 1 },
  pci_request_irq: { kind: 'irq', fns: [2, 3], data: 4, param: 1 },
  request_threaded_irq: { kind: 'irq', fns: [1, 2], data: 5, param: 1 },
  devm_request_irq: { kind: 'irq', fns: [2], data: 5, param: 1 },
  devm_request_any_context_irq: { kind: 'irq', fns: [2], data: 5, param: 1 },
  devm_request_threaded_irq: { kind: 'irq', fns: [2, 3], data: 6, param: 1 },
  debugfs_create_devm_seqfile: { kind: 'debugfs', fns: [3], data: -1, param: 0 },
};

/** Work items and timers defined at file scope: argument 0 is the object, argument 1 the function. */
export const DEFERRED_DEFINITIONS: Readonly<Record<string, EntryKind>> = {
  DECLARE_WORK: 'work',
  DECLARE_DELAYED_WORK: 'work',
  DECLARE_DEFERRABLE_WORK: 'work',
  DEFINE_TIMER: 'timer',
};

/** debugfs_create_file(name, mode, parent, data, fops): its file operations are debugfs entries. */
export const DEBUGFS_CREATE: Readonly<Record<string, { data: number; fops: number }>> = {
  debugfs_create_file: { data: 3, fops: 4 },
  debugfs_create_file_unsafe: { data: 3, fops: 4 },
  debugfs_create_file_size: { data: 3, fops: 4 },
};

/** devm_add_action and its like (drivers/base/devres.c, include/linux/device/devres.h): the arguments' roles. */
export const DEVM_ADD_ACTION: Readonly<Record<string, { host: number; action: number; data: number }>> = {
  devm_add_action: { host: 0, action: 1, data: 2 },
  __devm_add_action: { host: 0, action: 1, data: 2 },
  devm_add_action_or_reset: { host: 0, action: 1, data: 2 },
  __devm_add_action_or_reset: { host: 0, action: 1, data: 2 },
};
