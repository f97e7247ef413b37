/**
 * What a kernel API does to the state that lifetimes depend on. One row per
 * function in the tables of this folder; numbers are argument indices.
 */
export type Effect =
  // --- driver core (drivers/base/core.c) ---
  | { op: 'device-initialize'; dev: number }
  /** `file`: a character device that open files then keep the device for. */
  /** `kobject`: a directory of sysfs alone, which no bus and no lookup knows. */
  | { op: 'device-add'; dev: number; initialize?: true; file?: number; kobject?: true }
  | { op: 'device-del'; dev: number; put?: true; file?: number; kobject?: true }
  /** Allocates and registers a device for an object, which is its driver's data: returns the device, or an error. */
  | { op: 'device-create'; data: number }
  /** Unregisters such a device of an object. */
  | { op: 'device-destroy' }
  /** Takes one reference; returns its argument (NULL stays NULL). */
  | { op: 'get'; obj: number; unlessZero?: true }
  /** Drops one reference; the object is freed at zero. `result`: returns whether this was the last. `kobject`: and taken out of sysfs before. */
  | { op: 'put'; obj: number; result?: true; kobject?: true }
  | { op: 'ref-init'; obj: number }
  /** A child of a device, found by name or match function, with a reference. */
  | { op: 'find-child'; parent: number; match?: number }
  /** A device of a bus, class or driver, with a reference. A device is on its bus's list before it probes, and leaves it only after its attributes. */
  | { op: 'find-device'; match?: number; list?: 'bus' }
  | { op: 'for-each-child'; parent: number; data: number; fn: number }
  | { op: 'for-each-device'; data: number; fn: number; list?: 'bus' }
  /** Changes what a registered device offers (groups, links, attach to a driver): a write to a live device. `managed`: its devres undo it. */
  | { op: 'configure'; dev: number; managed?: true }
  /** Whether a device is registered: from its device_add() to the end of its device_del(). */
  | { op: 'is-registered'; dev: number }
  /** A driver's own data of a device, and where it is set. */
  | { op: 'driver-data'; dev: number }
  | { op: 'set-driver-data'; dev: number; data: number }
  /** Removes attributes of a device that stays, waiting for their running handlers. */
  | { op: 'remove-groups'; dev: number }
  /** Removes the attribute that is being written; true for one caller only. */
  | { op: 'remove-self'; dev: number }
  /** Removals wait for this handler no more; `undo`: they do again. */
  | { op: 'break-protection'; undo?: true }
  /** Marks a device dead; true for one caller only. */
  | { op: 'kill-device'; dev: number }
  // --- devres (drivers/base/devres.c) ---
  | { op: 'add-action'; host: number; action: number; data: number; reset: boolean }
  | { op: 'remove-action'; host: number; action: number; data: number; warn: boolean }
  | { op: 'release-action'; host: number; action: number; data: number }
  /** What is added from here on belongs to a group, named by `id`. */
  | { op: 'open-group'; host: number; id: number }
  | { op: 'close-group'; host: number; id: number }
  /** Forgets the group, or releases what belongs to it, newest first. */
  | { op: 'end-group'; host: number; id: number; release: boolean }
  // --- locks ---
  /** `readers`: it keeps alive what is found below it, and excludes nobody. */
  | { op: 'lock'; lock: number; mode: LockMode; fail: 'never' | 'errno' | 'false'; device?: true; key?: string; readers?: true }
  /** `downgrade`: a writer goes on as a reader. */
  | { op: 'unlock'; lock: number; mode: LockMode; device?: true; key?: string; readers?: true; downgrade?: true }
  /** Waits until nobody is in a read section of the lock. */
  | { op: 'grace'; lock: number; key?: string; readers?: true }
  // --- memory ---
  | { op: 'alloc'; zeroed: boolean; devres?: number }
  /** `grace`: after the readers of that lock. `devres`: managed memory of that device. */
  | { op: 'free'; ptr: number; grace?: string; devres?: number }
  // --- containers ---
  /** `locks`: takes the container's own lock while it runs. Where no key is given it finds one: the result 'id', or written to `idAt`. */
  | { op: 'insert'; container: number; item: number; key?: number; idAt?: number; result: 'errno' | 'none' | 'old' | 'id'; locks?: true }
  | { op: 'insert-link'; link: number; container: number }
  | { op: 'erase'; container: number; key: number; item?: number; result: 'old' | 'none'; locks?: true }
  | { op: 'erase-link'; link: number; init: boolean }
  /** `first`: the entry at or after the key, in practice the first that is left. */
  | { op: 'load-container'; container: number; key: number; first?: true }
  | { op: 'container-empty'; container: number }
  | { op: 'for-each-item'; container: number; data: number; fn: number }
  // --- bits and atomics ---
  | { op: 'test-bit'; bit: number; word: number }
  | { op: 'change-bit'; bit: number; word: number; to: 0 | 1; result: boolean }
  | { op: 'atomic-read'; cell: number }
  | { op: 'atomic-set'; cell: number; value: number }
  | { op: 'atomic-xchg'; cell: number; value: number }
  | { op: 'atomic-cmpxchg'; cell: number; old: number; value: number; result: 'old' | 'bool'; oldByReference?: true }
  | { op: 'atomic-add'; cell: number; delta: 1 | -1; result: 'none' | 'new' | 'old' | 'zero' | 'unless-zero' }
  // --- deferred work ---
  /** `grace`: it runs only once nobody is in a read section of that lock any more. */
  | { op: 'queue-work'; work: number; grace?: string }
  /** `disable`: it cannot be queued any more. */
  | { op: 'wait-work'; work: number; cancel: boolean; wait: boolean; disable?: true }
  | { op: 'enable-work'; work: number }
  /** The item that this thread runs; NULL where it is none that runs work. */
  | { op: 'current-work' }
  /** Waits for all items that were queued so, with the same `grace` or with none. */
  | { op: 'drain-queue'; grace?: string }
  // --- waiting for others ---
  | { op: 'reset-completion'; completion: number }
  /** `all`: whoever waits, now or later, goes on. */
  | { op: 'complete'; completion: number; all: boolean }
  /** Waits for a completion; `fail`: what it returns where it ends before. */
  | { op: 'wait-completion'; completion: number; fail: 'never' | 'errno' | 'zero' }
  /** Goes on where the condition holds; `fail`: what it returns where it ends before. */
  | { op: 'wait-condition'; cond: number; fail: 'never' | 'errno' | 'zero' }
  // --- callbacks that the kernel calls on its own ---
  /** From here on the kernel may call the function behind `cell`; a timer's once. `host`: until the devres of that device are released. `number`: a member that is not 0 then. */
  | { op: 'arm'; source: CallbackSource; cell: number; result: 'errno' | 'none' | 'unknown'; host?: number; irq?: number; number?: string }
  /** It calls it no more; `wait`: and has returned from it. `final`: arming has no effect any more. */
  | { op: 'disarm'; source: CallbackSource; cell: number; wait: boolean; final?: true }
  /** Open files of a character device keep the object of `kobj`. */
  | { op: 'pin-file'; file: number; kobj: number }
  /** Waits for the running handler of an interrupt line; `mask`: and keeps it from being called until it is unmasked. */
  | { op: 'quiet-irq'; irq: number; wait: boolean; mask: boolean }
  | { op: 'unmask-irq'; irq: number }
  // --- values ---
  | { op: 'is-err'; value: number; orNull?: true }
  | { op: 'err-value'; value: number; orZero?: true }
  /** The caller holds the lock. */
  | { op: 'assert-held'; lock: number; mode: LockMode; device?: true }
  | { op: 'warn'; cond: number }
  /** `error`: what is not zero is an errno. */
  | { op: 'same'; value: number; error?: true }
  /** Known to touch nothing of interest. */
  | { op: 'none'; result: 'unknown' | 'errno' | 'zero' };

export type CallbackSource = 'timer' | 'irq' | 'notifier' | 'debugfs' | 'file';

/** Callbacks that a call makes possible; null where it makes none. */
export function armedBy(effect: Effect | null | undefined): CallbackSource | null {
  if (effect?.op === 'device-add') return effect.file === undefined ? null : 'file';
  return effect?.op === 'arm' ? effect.source : null;
}

/** The argument whose object a call may end although it has no device to unregister. */
export function endedBy(effect: Effect): number | null {
  if (effect.op === 'disarm') return effect.source === 'file' ? effect.cell : null;
  return effect.op === 'put' && effect.kobject ? effect.obj : null;
}

export type LockMode = 'exclusive' | 'read' | 'write';

export type EffectTable = ReadonlyMap<string, Effect>;

export function table(rows: Record<string, Effect>): EffectTable {
  return new Map(Object.entries(rows));
}
