/**
 * Abstract thread programs: what a generated driver does, as a tree of operations. `render.ts` writes one down as C for
 * the engine, `interpret.ts` runs it with nothing of the engine.
 */

/** Two mutexes of the owner, and the device lock of the host. */
export type Lock = 'first' | 'second' | 'host';

/** A handler's operation. The innermost `find`, `load` or `erase` around an operation says through which pointer it acts. */
export type Op =
  /** `scoped`: written as scoped_guard() instead of a pair of calls. */
  | { op: 'locked'; lock: Lock; scoped: boolean; body: Op[] }
  /** device_find_child_by_name(), and put_device() after the body. */
  | { op: 'find'; body: Op[] }
  /** xa_load(): no reference. */
  | { op: 'load'; body: Op[] }
  /** xa_erase(), whose result decides whether the body runs. */
  | { op: 'erase'; body: Op[] }
  /** The body runs where a bit was clear; `atomic`: test_and_set_bit(), else test_bit() and then set_bit(). */
  | { op: 'unless-claimed'; atomic: boolean; body: Op[] }
  /** The body runs where a boolean member was false; it is set first. */
  | { op: 'unless-gone'; body: Op[] }
  /** The body runs where the owner's boolean member is false; the body or somebody else may set it. */
  | { op: 'unless-dead'; set: boolean; body: Op[] }
  /** devm_release_action(). */
  | { op: 'release' }
  /** devm_remove_action_nowarn(), then the teardown by who removed it; `ignored`: by everybody. */
  | { op: 'remove'; ignored: boolean }
  /** The teardown, called directly. */
  | { op: 'teardown' }
  /** Reads a member of the object. */
  | { op: 'use' }
  | { op: 'get' }
  | { op: 'put' };

/** The devm action. */
export interface Teardown {
  /** Taken around the whole body. */
  lock: Exclude<Lock, 'host'> | null;
  /** At the top, under the lock: who finds the bit set returns. */
  guard: 'none' | 'test-and-set' | 'test-then-set';
  /** xa_erase() before the device goes. */
  erases: boolean;
  /** Reads the object between device_del() and put_device(). */
  usesAfterDelete: boolean;
}

export interface DriverModel {
  teardown: Teardown;
  /** The constructor also stores the object in the owner's xarray. */
  stored: boolean;
  /** Two store handlers of the owner. */
  handlers: readonly [Op[], Op[]];
}

/** Name of the rendered store handler. */
export const HANDLERS = ['first_store', 'second_store'] as const;
