import { describe, expect, it } from 'vitest';
import { type Parts, rulesOf, UNBIND } from './shelf';

/** A handler reads the jars on a list between `enter` and `leave`; the action takes the jar off, and `wait` and `drop` end it. */
function rules(enter: string, leave: string, wait: string, drop = 'put_device(&jar->dev);', more: Parts = {}) {
  return rulesOf(
    {
      shelf: 'struct srcu_struct srcu;',
      jar: 'struct rcu_head rcu; struct srcu_struct own;',
      end: `struct jar *at;\n\tint i = 0;\n\t${enter}\n\tlist_for_each_entry_rcu(at, &shelf->list, link)\n\t\ti += at->level;\n\t${leave}`,
      teardown: `struct shelf *shelf = jar->home;\n\n\tmutex_lock(&shelf->lock);\n\tlist_del_rcu(&jar->link);\n\tmutex_unlock(&shelf->lock);\n\tdevice_del(&jar->dev);\n\t${wait}\n\t${drop}`,
      publish: 'mutex_lock(&shelf->lock);\n\tlist_add_tail_rcu(&jar->link, &shelf->list);\n\tmutex_unlock(&shelf->lock);',
      ...more,
    },
    'end_store',
    UNBIND,
  );
}
const FREE =
  '\nstatic void jar_free_rcu(struct rcu_head *head)\n{\n\tstruct jar *jar = container_of(head, struct jar, rcu);\n\n\tkfree(jar);\n}\n';
const RCU = ['rcu_read_lock();', 'rcu_read_unlock();'] as const;
const SRCU = ['i = srcu_read_lock(&shelf->srcu);', 'srcu_read_unlock(&shelf->srcu, i);'] as const;

describe('readers of RCU (kernel/rcu/tree.c)', () => {
  it('call_rcu() lets those that have begun end', () => {
    expect(rules(...RCU, '', 'call_rcu(&jar->rcu, jar_free_rcu);', { globals: FREE })).toEqual([]);
  });
  it('but not those in no section', () => {
    expect(rules('', '', '', 'call_rcu(&jar->rcu, jar_free_rcu);', { globals: FREE })).toContain('use-after-free');
  });
  it('rcu_barrier() waits for what was handed to call_rcu()', () => {
    const used = (wait: string) => rules(...RCU, '', `call_rcu(&jar->rcu, jar_free_rcu);\n\t${wait}\n\tjar->level = 0;`, { globals: FREE });
    expect(used('rcu_barrier();')).toEqual(['use-after-free']);
    const reads =
      '\nstatic void jar_free_rcu(struct rcu_head *head)\n{\n\tstruct jar *jar = container_of(head, struct jar, rcu);\n\n\tpr_debug("%d", jar->level);\n}\n';
    const freed = (wait: string) =>
      rules(...RCU, '', `call_rcu(&jar->rcu, jar_free_rcu);\n\t${wait}\n\tput_device(&jar->dev);`, { globals: reads });
    expect(freed('rcu_barrier();')).toEqual([]);
    expect(freed('flush_scheduled_work();')).toContain('use-after-free');
  });
});

describe('readers of an SRCU domain (kernel/rcu/srcutree.c)', () => {
  it('synchronize_srcu() lets those that have begun end', () => {
    expect(rules(...SRCU, 'synchronize_srcu(&shelf->srcu);')).toEqual([]);
    expect(rules('guard(srcu)(&shelf->srcu);', '', 'synchronize_srcu(&shelf->srcu);')).toEqual([]);
  });
  it.each([
    ['nobody waits', SRCU, ''],
    ['RCU is waited for', SRCU, 'synchronize_rcu();'],
    ['the readers are of RCU', RCU, 'synchronize_srcu(&shelf->srcu);'],
    ['the domain is the object’s own', ['', ''], 'synchronize_srcu(&jar->own);'],
  ] as const)('not where %s', (_, [enter, leave], wait) => expect(rules(enter, leave, wait)).toEqual(['use-after-free']));
});
