import { shortestPath } from '../address';
import type { EffectCode, Machine } from '../machine';
import { type HeapObject, ONE, TOP, ZERO } from '../values';
import { callbackOf } from './calls';
import { managed } from './memory';

/** References: drivers/base/core.c get_device, lib/kobject.c, include/linux/kref.h. */

/** The counted member: a device's count is its kobject's. */
export function refName(m: Machine, value: number): string | null {
  const place = m.values.get(value);
  if (place.k !== 'ptr') return null;
  const { tag } = m.values.objectById(place.obj);
  return `ref ${place.obj}:${shortestPath(m.view.program, tag, place.path.replace(/(^|\.)kobj$/, ''))}`;
}

export function takeReference(m: Machine, value: number): void {
  const name = refName(m, value);
  const count = name ? m.count(name) : undefined;
  if (!name || count === undefined) return;
  if (count >= 8) {
    m.limits.add('more than 8 references to one object');
    m.prune();
  }
  m.setCount(name, count + 1);
  m.enable();
}

export const get: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'get') return TOP;
  const value = args[effect.obj] ?? TOP;
  if (value === ZERO) return ZERO;
  const object = m.tracked(value);
  if (!object) return value;
  m.use(value, false);
  if (m.isPublished(object)) m.note('get');
  takeReference(m, value);
  return effect.unlessZero ? ONE : value;
};

/** Drops a reference of a tracked object; frees it at zero. True when this was the last. `free`: unless somebody else does. `text`: said of it instead of the source. `kobject`: it leaves sysfs before. */
export function dropReference(
  m: Machine,
  value: number,
  { free = true, text = null, kobject = false }: { free?: boolean; text?: string | null; kobject?: boolean } = {},
): boolean {
  const object = m.tracked(value);
  if (!object) return false;
  m.use(value, false);
  const name = refName(m, value);
  const count = name ? m.count(name) : undefined;
  if (!name || count === undefined) return false;
  if (m.isPublished(object)) m.event('put', object, text);
  if (count > 1) {
    m.setCount(name, count - 1);
    return false;
  }
  m.clear(name);
  if (!free) return true;
  if (kobject && m.get(`registered ${object.id}`) !== undefined && m.get(`deleting ${object.id}`) === undefined) {
    m.pushNative('kobject-cleanup', [value]);
    return true;
  }
  // klists keep the memory of a registered device a while, until whoever finds it there drops a reference that is not there.
  if (m.get(`registered ${object.id}`) !== undefined && m.get(`deleting ${object.id}`) === undefined)
    m.violate('use-after-free', `the last reference of ${m.typeName(object)} is dropped while its device is registered`);
  releaseMemory(m, object);
  return true;
}

/** The last reference is gone. Managed memory stays until its host is unbound, whatever is counted in it. */
export function releaseMemory(m: Machine, object: HeapObject): void {
  if (m.get(managed(object)) === undefined && isReleased(m, object)) m.free(object);
}

/** Without a release function, or with one that does nothing, memory outlives its last reference (drivers/base/core.c device_release). */
function isReleased(m: Machine, object: HeapObject): boolean {
  const { isEmpty, isSetLate } = m.view.release;
  return !isEmpty && (!isSetLate || m.slotsWith(`cell ${object.id}:`).some((path) => path === 'release' || path.endsWith('.release')));
}

export const put: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'put') return TOP;
  const value = args[effect.obj] ?? TOP;
  if (value === ZERO) return ZERO;
  const release = callbackOf(m, step, args[1]);
  const last = dropReference(m, value, { free: release === undefined, kobject: effect.kobject === true });
  if (last && release) {
    m.pushCall(release.fn, [value]);
    return ONE;
  }
  return effect.result ? (m.tracked(value) ? (last ? ONE : ZERO) : TOP) : TOP;
};

export const refInit: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const value = args[effect?.op === 'ref-init' ? effect.obj : effect?.op === 'device-initialize' ? effect.dev : 0] ?? TOP;
  const object = m.tracked(value);
  if (!object) return TOP;
  m.use(value, false);
  const name = refName(m, value);
  if (name) m.setCount(name, 1);
  return TOP;
};
