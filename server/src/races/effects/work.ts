import { RCU } from '../../kernel/locks';
import type { EffectCode, Machine, NativeCode } from '../machine';
import { RUNNING } from '../state';
import { ONE, TOP, ZERO } from '../values';

const disabledName = (work: number) => `disabled ${work}`;

/** The item is run by RCU, not by a work queue. */
const afterReaders = (grace: string, work: number) => `after ${grace} ${work}`;

/** It waits for the readers of this lock; null for one of a work queue. */
function graceOf(m: Machine, work: number): string | null {
  return m.get(afterReaders(RCU, work)) === undefined ? null : RCU;
}

/** Nobody whom the item waits for is still reading. Who begins to read later finds it running, or done. */
export function mayStart(m: Machine, work: number): boolean {
  const grace = graceOf(m, work);
  return grace === null || m.isFree(`lock ${grace}`, 'write');
}

/** kernel/workqueue.c. A pending item is a slot that the thread of the work function consumes. */
export const queueWork: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'queue-work') return TOP;
  const work = args[effect.work] ?? TOP;
  if (m.values.get(work).k !== 'ptr') return TOP;
  m.use(work, false);
  const object = m.tracked(work);
  if (object) m.publish(object);
  const name = `pending ${work}`;
  m.touch(null);
  if (m.get(name) !== undefined || m.get(disabledName(work)) !== undefined) return ZERO;
  m.set(name, ONE);
  if (effect.grace) m.set(afterReaders(effect.grace, work), ONE);
  m.event('queue-work', null);
  return ONE;
};

export const waitWork: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'wait-work') return TOP;
  const work = args[effect.work] ?? TOP;
  if (m.values.get(work).k !== 'ptr') return TOP;
  m.use(work, false);
  m.touch(null);
  const pending = m.get(`pending ${work}`) !== undefined;
  if (effect.cancel && pending) {
    m.clear(`pending ${work}`);
    m.event('cancel-work', null);
  }
  if (effect.disable) m.set(disabledName(work), ONE);
  if (effect.wait) m.pushNative('wait-work', [work, pending ? ONE : ZERO], step.dst);
  return pending ? ONE : ZERO;
};

/** kernel/workqueue.c enable_work(). That it may have been disabled more than once is not counted. */
export const enableWork: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'enable-work') return TOP;
  const work = args[effect.work] ?? TOP;
  if (m.values.get(work).k !== 'ptr') return TOP;
  m.use(work, false);
  m.touch(null);
  m.clear(disabledName(work));
  return TOP;
};

/** kernel/workqueue.c current_work(). */
export const currentWork: EffectCode = (m) => m.get(`running ${m.t}`) ?? ZERO;

export const drainQueue: EffectCode = (m, step) => {
  m.pushNative('wait-work', [ZERO, TOP, step.effect?.op === 'drain-queue' && step.effect.grace ? ONE : ZERO], step.dst);
  return TOP;
};

/** Waits until the item (or, with no item, every one of the queues, or of RCU) neither runs nor is pending. */
export const waitWorkNative: NativeCode = (m, frame) => {
  const [work = ZERO, result = TOP, ofReaders = ZERO] = frame.vars;
  const isMeant = (item: number) => (work === ZERO ? (graceOf(m, item) !== null) === (ofReaders === ONE) : item === work);
  const on = m.workThreads().filter((t) => {
    const running = m.get(`running ${t}`);
    return m.threadAt(t)?.status === RUNNING && t !== m.t && running !== undefined && isMeant(running);
  });
  m.touch(null);
  const pending = m.pendingWork().some((name) => isMeant(Number(name.slice('pending '.length))));
  if (on.length > 0 || (pending && m.workThreads().length > 0))
    m.block({ kind: 'work', on: on.length > 0 ? on : m.workThreads(), what: 'the work item' });
  m.pop(result);
};
