import type { EffectCode, Machine } from '../machine';
import { madeBy } from '../state';
import { type HeapObject, NONZERO, ONE, TOP, ZERO } from '../values';
import { addEntry, forgetMemory, memoryRelease } from './devres-list';

/** Set for memory that goes with the devres of its host. */
export const managed = (object: HeapObject) => `managed ${object.id}`;
/** The driver whose probe has made an object, where its ->remove ends it. */
export const madeByDriver = (object: HeapObject) => `driver ${object.id}`;

export const alloc: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'alloc') return TOP;
  if (!step.allocates) {
    if (m.choose(2) === 1) return ZERO;
    // All threads mean one instance of an owner: the one that is made here.
    return step.owner === null ? NONZERO : m.values.ptr(m.values.instance(step.owner).id, '');
  }
  // A retry after a failed attempt, or a loop that makes several objects, is followed for the first one only: part of the bounds. There is no memory for the next.
  const made = madeBy(m.t);
  if (m.get(made) !== undefined || m.choose(2) === 1) return ZERO;
  const object = m.newObject();
  // By its number: a pointer would keep the object from being forgotten.
  m.set(made, m.values.int(object.id));
  m.set(`allocated ${object.id}`, ONE);
  if (effect.zeroed) m.set(`zeroed ${object.id}`, ONE);
  const memory = m.values.ptr(object.id, '');
  const point = m.scene.points[m.t];
  if (m.view.subject.managed === 'remove' && point?.kind === 'probe') m.set(madeByDriver(object), m.values.sym(point.subject));
  if (effect.devres !== undefined && m.view.subject.endsObject) {
    m.touch(null);
    if (m.view.subject.managed) addEntry(m, args[effect.devres] ?? TOP, { fn: memoryRelease(m), data: memory });
    m.set(managed(object), ONE);
  }
  return memory;
};

export const free: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'free') return TOP;
  const value = args[effect.ptr] ?? TOP;
  if (value === ZERO) return TOP;
  const object = m.tracked(value);
  if (!object) return TOP;
  m.use(value, false);
  m.touch(object);
  if (effect.devres !== undefined) forgetMemory(m, args[effect.devres] ?? TOP, value);
  // Later readers cannot find it any more; those that have begun keep it.
  if (effect.grace && !m.isFree(`lock ${effect.grace}`, 'write')) m.set(`dying ${effect.grace} ${object.id}`, ONE);
  else m.free(object);
  return TOP;
};

/** The last reader has left: what waited for that is freed. */
export function freeDying(m: Machine, key: string): void {
  if (!m.isFree(`lock ${key}`, 'write')) return;
  for (const id of m.slotsWith(`dying ${key} `)) {
    m.clear(`dying ${key} ${id}`);
    m.free(m.values.objectById(Number(id)));
  }
}
