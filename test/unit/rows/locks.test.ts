import { describe, expect, it } from 'vitest';
import { driver, endUnder, handler, PUBLISH, report, rulesOf, UNBIND } from './shelf';

/** Two enders of one jar, each between `enter` and `leave`. */
const enders = (enter: string, leave: string, globals = '') =>
  rulesOf(
    {
      publish: PUBLISH,
      end: endUnder(enter, leave),
      globals,
      shelf: 'raw_spinlock_t raw; rwlock_t rw; struct semaphore count; struct percpu_rw_semaphore percpu;',
    },
    'end_store',
    'end_store',
  );

const pair = (lock: string, unlock: string, at: string, flags = '') =>
  [`${lock}(&shelf->${at}${flags});`, `${unlock}(&shelf->${at}${flags});`] as const;
const orReturn = (lock: string, at: string) => `if (${lock}(&shelf->${at})) return -EINTR;`;
const orBusy = (lock: string, at: string) => `if (!${lock}(&shelf->${at})) return -EBUSY;`;

describe('what excludes another holder (kernel/locking)', () => {
  it.each([
    ['mutex_lock', ...pair('mutex_lock', 'mutex_unlock', 'lock')],
    ['mutex_lock_nested', 'mutex_lock_nested(&shelf->lock, 1);', 'mutex_unlock(&shelf->lock);'],
    ['mutex_lock_interruptible', orReturn('mutex_lock_interruptible', 'lock'), 'mutex_unlock(&shelf->lock);'],
    ['mutex_lock_killable', orReturn('mutex_lock_killable', 'lock'), 'mutex_unlock(&shelf->lock);'],
    ['mutex_trylock', orBusy('mutex_trylock', 'lock'), 'mutex_unlock(&shelf->lock);'],
    ['down_write', ...pair('down_write', 'up_write', 'sem')],
    ['down_write_killable', orReturn('down_write_killable', 'sem'), 'up_write(&shelf->sem);'],
    ['down_write_trylock', orBusy('down_write_trylock', 'sem'), 'up_write(&shelf->sem);'],
    ['spin_lock', ...pair('spin_lock', 'spin_unlock', 'spin')],
    ['spin_lock_bh', ...pair('spin_lock_bh', 'spin_unlock_bh', 'spin')],
    ['spin_lock_irq', ...pair('spin_lock_irq', 'spin_unlock_irq', 'spin')],
    ['spin_lock_irqsave', ...pair('spin_lock_irqsave', 'spin_unlock_irqrestore', 'spin', ', irqflags')],
    ['spin_trylock', orBusy('spin_trylock', 'spin'), 'spin_unlock(&shelf->spin);'],
    ['raw_spin_lock_irq', ...pair('raw_spin_lock_irq', 'raw_spin_unlock_irq', 'raw')],
    ['raw_spin_lock_irqsave', ...pair('raw_spin_lock_irqsave', 'raw_spin_unlock_irqrestore', 'raw', ', irqflags')],
    ['write_lock', ...pair('write_lock', 'write_unlock', 'rw')],
    ['write_lock_irqsave', ...pair('write_lock_irqsave', 'write_unlock_irqrestore', 'rw', ', irqflags')],
    ['down', ...pair('down', 'up', 'count')],
    ['down_interruptible', orReturn('down_interruptible', 'count'), 'up(&shelf->count);'],
    ['down_trylock', orReturn('down_trylock', 'count'), 'up(&shelf->count);'],
    ['percpu_down_write', ...pair('percpu_down_write', 'percpu_up_write', 'percpu')],
    ['device_lock', 'device_lock(&shelf->dev);', 'device_unlock(&shelf->dev);'],
    ['device_lock_interruptible', 'if (device_lock_interruptible(&shelf->dev)) return -EINTR;', 'device_unlock(&shelf->dev);'],
    ['device_trylock', 'if (!device_trylock(&shelf->dev)) return -EBUSY;', 'device_unlock(&shelf->dev);'],
    ['guard(mutex)', 'guard(mutex)(&shelf->lock);', ''],
    ['guard(rwsem_write)', 'guard(rwsem_write)(&shelf->sem);', ''],
    ['guard(device)', 'guard(device)(&shelf->dev);', ''],
    ['guard(spinlock_irqsave)', 'guard(spinlock_irqsave)(&shelf->spin);', ''],
    ['guard(write_lock_irq)', 'guard(write_lock_irq)(&shelf->rw);', ''],
    ['scoped_guard(mutex)', 'scoped_guard(mutex, &shelf->lock) {', '}'],
    ['scoped_cond_guard(mutex_intr)', 'scoped_cond_guard(mutex_intr, return -EINTR, &shelf->lock) {', '}'],
    ['ACQUIRE', 'ACQUIRE(mutex_intr, held)(&shelf->lock);\n\tif (ACQUIRE_ERR(mutex_intr, &held)) return -EINTR;', ''],
  ])('%s', (_, enter, leave) => expect(enders(enter, leave)).toEqual([]));
});

describe('what does not', () => {
  it.each([
    ['no lock', '', ''],
    ['two readers', ...pair('down_read', 'up_read', 'sem')],
    ['two readers of a rwlock', ...pair('read_lock_irqsave', 'read_unlock_irqrestore', 'rw', ', irqflags')],
    ['two readers of a percpu rwsem', ...pair('percpu_down_read', 'percpu_up_read', 'percpu')],
    ['guard(rwsem_read)', 'guard(rwsem_read)(&shelf->sem);', ''],
    ['guard(read_lock)', 'guard(read_lock)(&shelf->rw);', ''],
    ['a lock that is dropped too early', 'mutex_lock(&shelf->lock); mutex_unlock(&shelf->lock);', ''],
    ['a read section of RCU', 'rcu_read_lock();', 'rcu_read_unlock();'],
    ['a scoped_guard that ends before', 'scoped_guard(mutex, &shelf->lock) { shelf->host = shelf->host; }', ''],
    ['ACQUIRE whose error is not asked for', 'ACQUIRE(mutex_intr, held)(&shelf->lock);', ''],
  ])('%s', (_, enter, leave) => expect(enders(enter, leave)).toContain('double-release'));

  it('the same member of two objects', () => {
    const drop = (side: string) => ({
      shelf: 'struct side front; struct side back;',
      publish: PUBLISH,
      end: endUnder('mutex_lock(&shelf->front.lock);', 'mutex_unlock(&shelf->front.lock);'),
      attributes: ['drop'],
      more: handler('drop', endUnder(`struct side *side = &shelf->${side};\n\tmutex_lock(&side->lock);`, 'mutex_unlock(&side->lock);')),
    });
    expect(rulesOf(drop('back'), 'end_store', 'drop_store')).toContain('double-release');
    expect(rulesOf(drop('front'), 'end_store', 'drop_store')).toEqual([]);
  });
  it('the device locks of the shelf and of its host', () => {
    const other = endUnder('device_lock(shelf->host);', 'device_unlock(shelf->host);');
    const more = handler('drop', other);
    const parts = { publish: PUBLISH, attributes: ['drop'], more };
    expect(
      rulesOf({ ...parts, end: endUnder('device_lock(&shelf->dev);', 'device_unlock(&shelf->dev);') }, 'end_store', 'drop_store'),
    ).toContain('double-release');
    expect(rulesOf({ ...parts, end: other }, 'end_store', 'drop_store')).toEqual([]);
  });
});

describe('what is asked of a function only so often', () => {
  it('locks that wrappers leave held, however many ways lead to them', () => {
    const level = (n: number) => `
static void enter${n}(struct shelf *shelf)
{
	${n === 0 ? 'mutex_lock(&shelf->lock);' : `if (shelf->host)\n\t\tenter${n - 1}(shelf);\n\telse\n\t\tenter${n - 1}(shelf);`}
}`;
    const globals = Array.from({ length: 30 }, (_, n) => level(n)).join('\n');
    expect(enders('enter29(shelf);', 'mutex_unlock(&shelf->lock);', globals)).toEqual([]);
  });
  it('pointers that are set from each other', () => {
    const end = `
	struct jar *first = shelf->front, *second = NULL;

	while (first) {
		second = first;
		first = second;
		put_device(&first->dev);
	}`;
    const { verdicts } = report(driver({ shelf: 'struct jar *front;', end, publish: PUBLISH }));
    expect(verdicts.map(({ pair }) => pair)).toContainEqual(['add_store', UNBIND]);
  });
});
