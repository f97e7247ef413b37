import { type Effect, table } from './effects';
import { RCU } from './locks';

/**
 * kernel/workqueue.c: a queued work item runs later in a thread of its own that
 * holds no locks and never overlaps itself. flush_work and cancel_work_sync wait
 * for it, cancel_work does not. Tasklets (kernel/softirq.c) and the work items of kthread workers (kernel/kthread.c) are like that too.
 * disable_work and disable_work_sync cancel like those and let no queueing succeed until enable_work (__cancel_work,
 * clear_pending_if_disabled, enable_work). current_work is the item that the caller runs.
 */
const queue = (work: number, grace?: string): Effect => ({ op: 'queue-work', work, ...(grace === undefined ? {} : { grace }) });
const flush = (work: number): Effect => ({ op: 'wait-work', work, cancel: false, wait: true });
const cancel = (work: number, wait: boolean): Effect => ({ op: 'wait-work', work, cancel: true, wait });
const disable = (work: number, wait: boolean): Effect => ({ op: 'wait-work', work, cancel: true, wait, disable: true });
const drain: Effect = { op: 'drain-queue' };

export const workApi = table({
  queue_work: queue(1),
  queue_work_on: queue(2),
  queue_work_node: queue(2),
  queue_delayed_work: queue(1),
  queue_delayed_work_on: queue(2),
  mod_delayed_work: queue(1),
  mod_delayed_work_on: queue(2),
  schedule_work: queue(0),
  schedule_work_on: queue(1),
  schedule_delayed_work: queue(0),
  schedule_delayed_work_on: queue(1),
  kthread_queue_work: queue(1),
  kthread_queue_delayed_work: queue(1),
  kthread_mod_delayed_work: queue(1),
  tasklet_schedule: queue(0),
  tasklet_hi_schedule: queue(0),
  flush_work: flush(0),
  flush_delayed_work: flush(0),
  kthread_flush_work: flush(0),
  tasklet_unlock_wait: flush(0),
  tasklet_kill: flush(0),
  cancel_work: cancel(0, false),
  cancel_delayed_work: cancel(0, false),
  cancel_work_sync: cancel(0, true),
  cancel_delayed_work_sync: cancel(0, true),
  disable_work: disable(0, false),
  disable_delayed_work: disable(0, false),
  disable_work_sync: disable(0, true),
  disable_delayed_work_sync: disable(0, true),
  enable_work: { op: 'enable-work', work: 0 },
  enable_delayed_work: { op: 'enable-work', work: 0 },
  current_work: { op: 'current-work' },
  kthread_cancel_work_sync: cancel(0, true),
  kthread_cancel_delayed_work_sync: cancel(0, true),
  flush_workqueue: drain,
  drain_workqueue: drain,
  destroy_workqueue: drain,
  flush_scheduled_work: drain,
  kthread_flush_worker: drain,
  kthread_destroy_worker: drain,
  // kernel/rcu/tree.c: called once the readers that have begun have ended; rcu_barrier() waits for all that were handed over.
  call_rcu: queue(0, RCU),
  call_rcu_hurry: queue(0, RCU),
  queue_rcu_work: queue(1, RCU),
  flush_rcu_work: flush(0),
  rcu_barrier: { op: 'drain-queue', grace: RCU },
});
