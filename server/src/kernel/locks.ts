import { type Effect, type LockMode, table } from './effects';

/**
 * Locks, by the arguments they take. The interruptible, killable and trylock
 * forms may fail without the lock (kernel/locking/mutex.c, rwsem.c;
 * include/linux/device.h for device_lock, which is dev->mutex).
 */
const exclusive = (fail: 'never' | 'errno' | 'false' = 'never'): Effect => ({ op: 'lock', lock: 0, mode: 'exclusive', fail });
const shared = (mode: LockMode, fail: 'never' | 'errno' | 'false' = 'never'): Effect => ({ op: 'lock', lock: 0, mode, fail });
const unlock = (mode: LockMode = 'exclusive'): Effect => ({ op: 'unlock', lock: 0, mode });
const deviceLock = (fail: 'never' | 'errno' | 'false' = 'never'): Effect => ({
  op: 'lock',
  lock: 0,
  mode: 'exclusive',
  fail,
  device: true,
});
const deviceUnlock: Effect = { op: 'unlock', lock: 0, mode: 'exclusive', device: true };
const keyed = (effect: Effect, key: string): Effect => (effect.op === 'lock' || effect.op === 'unlock' ? { ...effect, key } : effect);

/**
 * Read sections of RCU (kernel/rcu/tree.c): they exclude nobody, but synchronize_rcu() and kfree_rcu() let those that have begun end first. As one writer at a time waits here, that is what a reader's lock is to it.
 */
export const RCU = 'rcu';
const srcu: { lock: Effect; unlock: Effect } = {
  lock: { op: 'lock', lock: 0, mode: 'read', fail: 'never', readers: true },
  unlock: { op: 'unlock', lock: 0, mode: 'read', readers: true },
};
const rcu = { lock: keyed(shared('read'), RCU), unlock: keyed(unlock('read'), RCU) };

/** What changes nothing for who else may take the lock: interrupts, bottom halves, lockdep's subclasses. */
const LOCKING = ['', '_nested', '_nest_lock', '_bh', '_irq', '_irqsave', '_irqsave_nested', '_bh_nested', '_irq_nested'];
const UNLOCKING = ['', '_bh', '_irq', '_irqrestore'];

function each(name: string, suffixes: readonly string[], effect: Effect): Record<string, Effect> {
  return Object.fromEntries(suffixes.map((suffix) => [`${name}${suffix}`, effect]));
}

/** include/linux/spinlock.h; xa_lock() of include/linux/xarray.h takes the lock of the array, which its address stands for. */
function spinning(name: string): Record<string, Effect> {
  return {
    ...each(`${name}_lock`, LOCKING, exclusive()),
    ...each(`${name}_trylock`, ['', '_bh', '_irq', '_irqsave'], exclusive('false')),
    ...each(`${name}_unlock`, UNLOCKING, unlock()),
  };
}

/** include/linux/rwlock.h */
function readOrWrite(mode: LockMode): Record<string, Effect> {
  return {
    ...each(`${mode}_lock`, LOCKING, shared(mode)),
    ...each(`${mode}_trylock`, ['', '_irqsave'], shared(mode, 'false')),
    ...each(`${mode}_unlock`, UNLOCKING, unlock(mode)),
  };
}

const held = (mode: LockMode): Effect => ({ op: 'assert-held', lock: 0, mode });
const global = (key: string, mode: LockMode) => ({ lock: keyed(shared(mode), key), unlock: keyed(unlock(mode), key) });
const rtnl = global('rtnl_mutex', 'exclusive');
const hotplug = { read: global('cpu_hotplug_lock', 'read'), write: global('cpu_hotplug_lock', 'write') };

export const lockApi = table({
  mutex_lock: exclusive(),
  mutex_lock_nested: exclusive(),
  mutex_lock_nest_lock: exclusive(),
  mutex_lock_io: exclusive(),
  mutex_lock_io_nested: exclusive(),
  mutex_lock_interruptible: exclusive('errno'),
  mutex_lock_interruptible_nested: exclusive('errno'),
  mutex_lock_killable: exclusive('errno'),
  mutex_lock_killable_nested: exclusive('errno'),
  mutex_trylock: exclusive('false'),
  mutex_unlock: unlock(),
  ...spinning('spin'),
  ...spinning('raw_spin'),
  ...spinning('xa'),
  ...readOrWrite('read'),
  ...readOrWrite('write'),
  // kernel/locking/semaphore.c: what they return is 0 with the semaphore and something else without it.
  down: exclusive(),
  down_interruptible: exclusive('errno'),
  down_killable: exclusive('errno'),
  down_timeout: exclusive('errno'),
  down_trylock: exclusive('errno'),
  up: unlock(),
  down_read: shared('read'),
  down_read_nested: shared('read'),
  down_read_non_owner: shared('read'),
  down_read_interruptible: shared('read', 'errno'),
  down_read_killable: shared('read', 'errno'),
  down_read_trylock: shared('read', 'false'),
  up_read: unlock('read'),
  up_read_non_owner: unlock('read'),
  down_write: shared('write'),
  down_write_nested: shared('write'),
  down_write_nest_lock: shared('write'),
  down_write_killable: shared('write', 'errno'),
  down_write_killable_nested: shared('write', 'errno'),
  down_write_trylock: shared('write', 'false'),
  up_write: unlock('write'),
  // kernel/locking/rwsem.c: no writer comes in between.
  downgrade_write: { op: 'unlock', lock: 0, mode: 'write', downgrade: true },
  percpu_down_read: shared('read'),
  percpu_down_read_trylock: shared('read', 'false'),
  percpu_up_read: unlock('read'),
  percpu_down_write: shared('write'),
  percpu_up_write: unlock('write'),
  rtnl_lock: rtnl.lock,
  rtnl_unlock: rtnl.unlock,
  cpus_read_lock: hotplug.read.lock,
  cpus_read_unlock: hotplug.read.unlock,
  cpus_write_lock: hotplug.write.lock,
  cpus_write_unlock: hotplug.write.unlock,
  device_lock: deviceLock(),
  device_lock_interruptible: deviceLock('errno'),
  device_trylock: deviceLock('false'),
  device_unlock: deviceUnlock,
  lockdep_assert_held: held('exclusive'),
  lockdep_assert_held_once: held('exclusive'),
  lockdep_assert_held_write: held('write'),
  lockdep_assert_held_read: held('read'),
  // Annotations of include/linux/compiler_types.h, as the dialect leaves them: what the caller holds.
  _must_hold: held('exclusive'),
  _must_hold_shared: held('read'),
  _releases: held('exclusive'),
  _releases_shared: held('read'),
  device_lock_assert: { op: 'assert-held', lock: 0, mode: 'exclusive', device: true },
  rcu_read_lock: rcu.lock,
  rcu_read_unlock: rcu.unlock,
  synchronize_rcu: { op: 'grace', lock: 0, key: RCU },
  synchronize_rcu_expedited: { op: 'grace', lock: 0, key: RCU },
  synchronize_net: { op: 'grace', lock: 0, key: RCU },
  rcu_read_lock_bh: rcu.lock,
  rcu_read_unlock_bh: rcu.unlock,
  // kernel/rcu/srcutree.c: each srcu_struct has readers of its own.
  srcu_read_lock: srcu.lock,
  srcu_read_lock_nmisafe: srcu.lock,
  srcu_read_unlock: srcu.unlock,
  srcu_read_unlock_nmisafe: srcu.unlock,
  synchronize_srcu: { op: 'grace', lock: 0, readers: true },
  synchronize_srcu_expedited: { op: 'grace', lock: 0, readers: true },
});

/**
 * Lock classes of guard(), scoped_guard(), ACQUIRE() (DEFINE_GUARD and
 * DEFINE_LOCK_GUARD_* of include/linux: mutex.h, rwsem.h, spinlock.h, device.h).
 * Conditional classes yield 0 or a negative errno.
 */
interface LockClass {
  lock: Effect;
  unlock: Effect;
}

function spinningClasses(name: string): Record<string, LockClass> {
  const variants = ['', '_nested', '_bh', '_irq', '_irqsave'].flatMap((suffix): [string, LockClass][] => [
    [`${name}${suffix}`, { lock: exclusive(), unlock: unlock() }],
    [`${name}${suffix}_try`, { lock: exclusive('errno'), unlock: unlock() }],
  ]);
  return Object.fromEntries(variants);
}

function sharedClasses(mode: LockMode): Record<string, LockClass> {
  return Object.fromEntries(
    ['', '_irq', '_irqsave'].map((suffix) => [`${mode}_lock${suffix}`, { lock: shared(mode), unlock: unlock(mode) }]),
  );
}

const classes: Record<string, LockClass> = {
  mutex: { lock: exclusive(), unlock: unlock() },
  mutex_intr: { lock: exclusive('errno'), unlock: unlock() },
  mutex_kill: { lock: exclusive('errno'), unlock: unlock() },
  mutex_try: { lock: exclusive('errno'), unlock: unlock() },
  ...spinningClasses('spinlock'),
  ...spinningClasses('raw_spinlock'),
  ...sharedClasses('read'),
  ...sharedClasses('write'),
  rwsem_read: { lock: shared('read'), unlock: unlock('read') },
  rwsem_read_try: { lock: shared('read', 'errno'), unlock: unlock('read') },
  rwsem_read_intr: { lock: shared('read', 'errno'), unlock: unlock('read') },
  rwsem_read_kill: { lock: shared('read', 'errno'), unlock: unlock('read') },
  rwsem_write: { lock: shared('write'), unlock: unlock('write') },
  rwsem_write_try: { lock: shared('write', 'errno'), unlock: unlock('write') },
  rwsem_write_kill: { lock: shared('write', 'errno'), unlock: unlock('write') },
  device: { lock: deviceLock(), unlock: deviceUnlock },
  device_intr: { lock: deviceLock('errno'), unlock: deviceUnlock },
  device_try: { lock: deviceLock('errno'), unlock: deviceUnlock },
  rcu,
  srcu,
  preempt: { lock: { op: 'none', result: 'zero' }, unlock: { op: 'none', result: 'zero' } },
  irqsave: { lock: { op: 'none', result: 'zero' }, unlock: { op: 'none', result: 'zero' } },
  rtnl,
  cpus_read_lock: hotplug.read,
};

export const guardClasses = new Map<string, Effect>(
  Object.entries(classes).flatMap(([name, { lock, unlock }]) => [[`guard:${name}`, lock] as const, [`unguard:${name}`, unlock] as const]),
);
