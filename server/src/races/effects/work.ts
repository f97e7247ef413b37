import type { EffectCode, NativeCode } from '../machine';
import { RUNNING } from '../state';
import { ONE, TOP, ZERO } from '../values';

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
  if (m.get(name) !== undefined) return ZERO;
  m.set(name, ONE);
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
  if (effect.wait) m.pushNative('wait-work', [work, pending ? ONE : ZERO], step.dst);
  return pending ? ONE : ZERO;
};

export const drainQueue: EffectCode = (m, step) => {
  m.pushNative('wait-work', [ZERO, TOP], step.dst);
  return TOP;
};

/** Waits until the item (or, with no item, every item) neither runs nor is pending. */
export const waitWorkNative: NativeCode = (m, frame) => {
  const [work = ZERO, result = TOP] = frame.vars;
  const on = m.workThreads().filter((t) => {
    const thread = m.threadAt(t);
    return thread?.status === RUNNING && t !== m.t && (work === ZERO || m.get(`running ${t}`) === work);
  });
  m.touch(null);
  const pending = work === ZERO ? m.pendingWork().length > 0 : m.get(`pending ${work}`) !== undefined;
  if (on.length > 0 || (pending && m.workThreads().length > 0))
    m.block({ kind: 'work', on: on.length > 0 ? on : m.workThreads(), what: 'the work item' });
  m.pop(result);
};
