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
const rcu = { lock: keyed(shared('read'), RCU), unlock: keyed(unlock('read'), RCU) };

export const lockApi = table({
  mutex_lock: exclusive(),
  mutex_lock_nested: exclusive(),
  mutex_lock_nest_lock: exclusive(),
  mutex_lock_io: exclusive(),
  mutex_lock_interruptible: exclusive('errno'),
  mutex_lock_interruptible_nested: exclusive('errno'),
  mutex_lock_killable: exclusive('errno'),
  mutex_lock_killable_nested: exclusive('errno'),
  mutex_trylock: exclusive('false'),
  mutex_unlock: unlock(),
  spin_lock: exclusive(),
  spin_lock_nested: exclusive(),
  spin_lock_bh: exclusive(),
  spin_lock_irq: exclusive(),
  spin_lock_irqsave: exclusive(),
  spin_trylock: exclusive('false'),
  spin_unlock: unlock(),
  spin_unlock_bh: unlock(),
  spin_unlock_irq: unlock(),
  spin_unlock_irqrestore: unlock(),
  raw_spin_lock: exclusive(),
  raw_spin_lock_irqsave: exclusive(),
  raw_spin_unlock: unlock(),
  raw_spin_unlock_irqrestore: unlock(),
  down: exclusive(),
  down_interruptible: exclusive('errno'),
  down_killable: exclusive('errno'),
  up: unlock(),
  down_read: shared('read'),
  down_read_nested: shared('read'),
  down_read_interruptible: shared('read', 'errno'),
  down_read_killable: shared('read', 'errno'),
  down_read_trylock: shared('read', 'false'),
  up_read: unlock('read'),
  down_write: shared('write'),
  down_write_nested: shared('write'),
  down_write_killable: shared('write', 'errno'),
  down_write_trylock: shared('write', 'false'),
  up_write: unlock('write'),
  read_lock: shared('read'),
  read_unlock: unlock('read'),
  write_lock: shared('write'),
  write_unlock: unlock('write'),
  device_lock: deviceLock(),
  device_lock_interruptible: deviceLock('errno'),
  device_trylock: deviceLock('false'),
  device_unlock: deviceUnlock,
  lockdep_assert_held: { op: 'assert-held', lock: 0, mode: 'exclusive' },
  lockdep_assert_held_write: { op: 'assert-held', lock: 0, mode: 'write' },
  lockdep_assert_held_read: { op: 'assert-held', lock: 0, mode: 'read' },
  device_lock_assert: { op: 'assert-held', lock: 0, mode: 'exclusive', device: true },
  rcu_read_lock: rcu.lock,
  rcu_read_unlock: rcu.unlock,
  synchronize_rcu: { op: 'grace', lock: 0, key: RCU },
  synchronize_rcu_expedited: { op: 'grace', lock: 0, key: RCU },
  synchronize_net: { op: 'grace', lock: 0, key: RCU },
});

/**
 * Lock classes of guard(), scoped_guard(), ACQUIRE() (DEFINE_GUARD and
 * DEFINE_LOCK_GUARD_* of include/linux: mutex.h, rwsem.h, spinlock.h, device.h).
 * Conditional classes yield 0 or a negative errno.
 */
const classes: Record<string, { lock: Effect; unlock: Effect }> = {
  mutex: { lock: exclusive(), unlock: unlock() },
  mutex_init: { lock: exclusive(), unlock: unlock() },
  mutex_intr: { lock: exclusive('errno'), unlock: unlock() },
  mutex_kill: { lock: exclusive('errno'), unlock: unlock() },
  mutex_try: { lock: exclusive('errno'), unlock: unlock() },
  spinlock: { lock: exclusive(), unlock: unlock() },
  spinlock_bh: { lock: exclusive(), unlock: unlock() },
  spinlock_irq: { lock: exclusive(), unlock: unlock() },
  spinlock_irqsave: { lock: exclusive(), unlock: unlock() },
  raw_spinlock: { lock: exclusive(), unlock: unlock() },
  raw_spinlock_irq: { lock: exclusive(), unlock: unlock() },
  raw_spinlock_irqsave: { lock: exclusive(), unlock: unlock() },
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
  srcu: { lock: { op: 'none', result: 'zero' }, unlock: { op: 'none', result: 'zero' } },
  preempt: { lock: { op: 'none', result: 'zero' }, unlock: { op: 'none', result: 'zero' } },
  irqsave: { lock: { op: 'none', result: 'zero' }, unlock: { op: 'none', result: 'zero' } },
  cpus_read_lock: { lock: keyed(shared('read'), 'cpu_hotplug_lock'), unlock: keyed(unlock('read'), 'cpu_hotplug_lock') },
};

export const guardClasses = new Map<string, Effect>(
  Object.entries(classes).flatMap(([name, { lock, unlock }]) => [[`guard:${name}`, lock] as const, [`unguard:${name}`, unlock] as const]),
);
