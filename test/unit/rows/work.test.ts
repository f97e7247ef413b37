import { describe, expect, it } from 'vitest';
import { endUnder, type Parts, PUBLISH, rulesOf } from './shelf';

/** Two enders under one lock, then the unbind; `queue` stands where the jar is built. */
const rules = ({ publish = '', ...parts }: Parts) =>
  rulesOf(
    { ...parts, end: endUnder('mutex_lock(&shelf->lock);', 'mutex_unlock(&shelf->lock);'), publish: `${publish}\n\t${PUBLISH}` },
    'end_store',
    'end_store',
  );

/** A work item of the jar's, queued by who builds it. */
const work = (type: string, fn: string, body = 'jar->level++;'): Parts => ({
  jar: `${type} work; struct workqueue_struct *queue;`,
  globals: `
static void jar_work(${fn})
{
	${body}
}
`,
});
const PLAIN = work(
  'struct work_struct',
  'struct work_struct *item',
  'struct jar *jar = container_of(item, struct jar, work);\n\tjar->level++;',
);
const DELAYED = work(
  'struct delayed_work',
  'struct work_struct *item',
  'struct jar *jar = container_of(to_delayed_work(item), struct jar, work);\n\tjar->level++;',
);
const TASKLET = work('struct tasklet_struct', 'struct tasklet_struct *t', 'struct jar *jar = from_tasklet(jar, t, work);\n\tjar->level++;');
const KTHREAD = work(
  'struct kthread_work',
  'struct kthread_work *item',
  'struct jar *jar = container_of(item, struct jar, work);\n\tjar->level++;',
);

interface Row {
  parts: Parts;
  prepare: string;
  queue: string;
  wait: string;
  no: string;
}

const rows: [string, Row][] = [
  [
    'cancel_work_sync',
    {
      parts: PLAIN,
      prepare: 'INIT_WORK(&jar->work, jar_work);',
      queue: 'schedule_work(&jar->work);',
      wait: 'cancel_work_sync(&jar->work);',
      no: 'cancel_work(&jar->work);',
    },
  ],
  [
    'flush_work',
    {
      parts: PLAIN,
      prepare: 'INIT_WORK(&jar->work, jar_work);',
      queue: 'queue_work(jar->queue, &jar->work);',
      wait: 'flush_work(&jar->work);',
      no: '',
    },
  ],
  [
    'queue_work_on',
    {
      parts: PLAIN,
      prepare: 'INIT_WORK(&jar->work, jar_work);',
      queue: 'queue_work_on(0, jar->queue, &jar->work);',
      wait: 'disable_work_sync(&jar->work);',
      no: '',
    },
  ],
  [
    'destroy_workqueue',
    {
      parts: PLAIN,
      prepare: 'INIT_WORK(&jar->work, jar_work);',
      queue: 'queue_work(jar->queue, &jar->work);',
      wait: 'destroy_workqueue(jar->queue);',
      no: 'rcu_barrier();',
    },
  ],
  [
    'cancel_delayed_work_sync',
    {
      parts: DELAYED,
      prepare: 'INIT_DELAYED_WORK(&jar->work, jar_work);',
      queue: 'schedule_delayed_work(&jar->work, HZ);',
      wait: 'cancel_delayed_work_sync(&jar->work);',
      no: 'cancel_delayed_work(&jar->work);',
    },
  ],
  [
    'flush_delayed_work',
    {
      parts: DELAYED,
      prepare: 'INIT_DELAYED_WORK(&jar->work, jar_work);',
      queue: 'mod_delayed_work(jar->queue, &jar->work, HZ);',
      wait: 'flush_delayed_work(&jar->work);',
      no: '',
    },
  ],
  [
    'tasklet_kill',
    {
      parts: TASKLET,
      prepare: 'tasklet_setup(&jar->work, jar_work);',
      queue: 'tasklet_schedule(&jar->work);',
      wait: 'tasklet_kill(&jar->work);',
      no: '',
    },
  ],
  [
    'kthread_cancel_work_sync',
    {
      parts: KTHREAD,
      prepare: 'kthread_init_work(&jar->work, jar_work);',
      queue: 'kthread_queue_work(jar->queue, &jar->work);',
      wait: 'kthread_cancel_work_sync(&jar->work);',
      no: '',
    },
  ],
];

describe('a work item runs in a thread of its own (kernel/workqueue.c)', () => {
  it.each(rows)('%s waits for it', (_, { parts, prepare, queue, wait }) => {
    expect(rules({ ...parts, prepare, publish: queue, before: wait })).toEqual([]);
  });
  it.each(rows)('instead of %s, what does not wait', (_, { parts, prepare, queue, no }) => {
    expect(rules({ ...parts, prepare, publish: queue, before: no })).toContain('use-after-free');
  });
  it('one that was not queued does not run', () => {
    expect(rules({ ...PLAIN, prepare: 'INIT_WORK(&jar->work, jar_work);' })).toEqual([]);
  });
  it('waiting for it under a lock that it takes never ends', () => {
    const parts: Parts = {
      ...work(
        'struct work_struct',
        'struct work_struct *item',
        'struct jar *jar = container_of(item, struct jar, work);\n\tmutex_lock(&jar->lock);\n\tjar->level++;\n\tmutex_unlock(&jar->lock);',
      ),
      prepare: 'INIT_WORK(&jar->work, jar_work);',
      publish: 'schedule_work(&jar->work);',
    };
    const jar = `${parts.jar} struct mutex lock;`;
    expect(
      rules({ ...parts, jar, before: 'mutex_lock(&jar->lock);\n\tcancel_work_sync(&jar->work);\n\tmutex_unlock(&jar->lock);' }),
    ).toContain('drain-deadlock');
    expect(
      rules({ ...parts, jar, before: 'cancel_work_sync(&jar->work);\n\tmutex_lock(&jar->lock);\n\tmutex_unlock(&jar->lock);' }),
    ).toEqual([]);
  });
});
