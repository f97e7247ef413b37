import type { EffectCode, Machine, NativeCode } from '../machine';
import { RUNNING } from '../state';
import type { Step } from '../steps';
import { ERR, ONE, TOP, ZERO } from '../values';
import { addEntry, groupsRelease } from './devres-list';

/**
 * Groups and files that a driver makes by a call, on a device of its own or another's (fs/sysfs/group.c, file.c). They are known by the
 * variables that list them; those on an object of the subject belong to it, of others there is one instance.
 */
const madeName = (m: Machine, key: string, on: number) => `made ${key}${suffix(m, on)}`;
const unmadeName = (m: Machine, key: string, on: number) => `unmade ${key}${suffix(m, on)}`;

function suffix(m: Machine, on: number): string {
  return on >= 0 && m.values.objectById(on).kind === 'tracked' ? `@${on}` : '';
}

/** Keys of the groups that a call names. */
function namedGroups(m: Machine, step: Extract<Step, { k: 'call' }>): string[] {
  const frame = m.thread.frames.at(-1);
  return frame && typeof frame.code !== 'string' ? m.slicer.relevance.groupsNamed(step.args, frame.code.fn) : [];
}

/** Handlers may run from here on, unless it fails. Null: the call names no group that a handler of the lifetime is in. */
export function makeGroups(m: Machine, step: Extract<Step, { k: 'call' }>, device: number, managed: boolean): number | null {
  const keys = namedGroups(m, step);
  if (keys.length === 0) return null;
  if (m.choose(2) === 1) return ERR;
  m.touch(null);
  for (const key of keys) {
    const on = m.values.objectOf(device)?.id ?? -1;
    m.set(madeName(m, key, on), ONE);
    m.clear(unmadeName(m, key, on));
    if (managed && device !== TOP) addEntry(m, device, { fn: groupsRelease(m), data: m.values.sym(key) });
  }
  m.event('configure', null);
  return ZERO;
}

/** Whether a handler of these groups can be entered: they are there, and were not made by a thread that has not come so far. */
export function groupsPresent(m: Machine, keys: readonly string[], on: number): boolean {
  if (keys.length === 0 || keys.some((key) => m.get(madeName(m, key, on)) !== undefined)) return true;
  const removed = keys.some((key) => m.get(unmadeName(m, key, on)) !== undefined);
  return !removed && ![...m.scene.makers.values()].some((made) => keys.some((key) => made.has(key)));
}

/** The device stays. */
export const removeGroups: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const value = effect?.op === 'remove-groups' ? (args[effect.dev] ?? TOP) : TOP;
  const object = m.values.objectOf(value);
  const keys = namedGroups(m, step);
  const device = object ? m.values.ptr(object.id, '') : TOP;
  if (keys.length > 0) m.pushNative('remove-groups', [device, m.values.tuple(keys.map((key) => m.values.sym(key)))], step.dst);
  // Only handlers of the one device that all threads mean are started on a device that is no tracked object.
  else if (object?.kind === 'deref' || object?.kind === 'instance') m.pushNative('remove-groups', [device, m.values.emptyTuple], step.dst);
  return TOP;
};

/** Nobody enters the handlers any more, then the running ones are waited for, with no timeout (kernfs_drain). No groups: all of the device. */
export const removeGroupsNative: NativeCode = (m, frame) => {
  const object = m.values.objectOf(frame.vars[0] ?? TOP);
  const keys = m.values.items(frame.vars[1] ?? m.values.emptyTuple).map((key) => m.values.show(key));
  const on = object?.id ?? -1;
  if (frame.pc === 0) {
    m.touch(null);
    if (keys.length === 0) m.set(`removed ${on}`, ONE);
    for (const key of keys) {
      m.clear(madeName(m, key, on));
      m.set(unmadeName(m, key, on), ONE);
    }
    m.event('remove-groups', null, 'sysfs_remove_groups(): attributes removed');
    return m.stage(frame, 1);
  }
  const isTheirs = (i: number) =>
    keys.length === 0 ? m.threadAt(i)?.on === on : (m.scene.groups.get(i) ?? []).some((key) => keys.includes(key)) && isOn(m, i, on);
  const running = (i: number) => i !== m.t && m.threadAt(i)?.status === RUNNING && isTheirs(i) && m.get(`unprotected ${i}`) === undefined;
  const waited = Array.from({ length: m.threadCount }, (_, i) => i).filter(running);
  m.touch(null);
  if (waited.length > 0) m.block({ kind: 'drain', on: waited, what: `the running handlers of ${object?.name ?? 'the group'}` });
  m.pop(TOP);
};

/** The handler runs for this object, or for the one instance that all threads mean. */
function isOn(m: Machine, thread: number, on: number): boolean {
  const own = m.threadAt(thread)?.on ?? -1;
  return suffix(m, own) === suffix(m, on);
}
