import { table } from './effects';

/**
 * kernel/workqueue.c: a queued work item runs later in a thread of its own that
 * holds no locks and never overlaps itself. flush_work and cancel_work_sync wait
 * for it, cancel_work does not.
 */
export const workApi = table({
  queue_work: { op: 'queue-work', work: 1 },
  queue_work_on: { op: 'queue-work', work: 2 },
  queue_delayed_work: { op: 'queue-work', work: 1 },
  mod_delayed_work: { op: 'queue-work', work: 1 },
  schedule_work: { op: 'queue-work', work: 0 },
  schedule_delayed_work: { op: 'queue-work', work: 0 },
  flush_work: { op: 'wait-work', work: 0, cancel: false, wait: true },
  flush_delayed_work: { op: 'wait-work', work: 0, cancel: false, wait: true },
  cancel_work: { op: 'wait-work', work: 0, cancel: true, wait: false },
  cancel_delayed_work: { op: 'wait-work', work: 0, cancel: true, wait: false },
  cancel_work_sync: { op: 'wait-work', work: 0, cancel: true, wait: true },
  cancel_delayed_work_sync: { op: 'wait-work', work: 0, cancel: true, wait: true },
  disable_work_sync: { op: 'wait-work', work: 0, cancel: true, wait: true },
  flush_workqueue: { op: 'drain-queue' },
  drain_workqueue: { op: 'drain-queue' },
  destroy_workqueue: { op: 'drain-queue' },
});
