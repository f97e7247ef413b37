import type { EffectCode, Machine, NativeCode } from '../machine';
import { type Frame, RUNNING } from '../state';
import type { Step } from '../steps';
import { ERR, type HeapObject, ONE, OWN_DEVICE, TOP, ZERO } from '../values';
import { callbackOf, callFn } from './calls';
import { runNewest, takeAll } from './devres';
import { addFile } from './files';
import { makeGroups } from './groups';
import { dropReference, refName, releaseMemory, takeReference } from './references';

/** Registration and lookup of devices: drivers/base/core.c, fs/kernfs/dir.c. */

/** The attributes of an object exist and can be opened. */
export function attributesPresent(m: Machine, object: HeapObject): boolean {
  return object.kind === 'tracked' ? m.get(`attributes ${object.id}`) !== undefined : m.get(`removed ${object.id}`) === undefined;
}

const ADD_ATTRIBUTES = 0;
const ADD_TO_BUS = 1;
const ADD_TO_PARENT = 2;

export const deviceAdd: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'device-add') return TOP;
  const value = args[effect.dev] ?? TOP;
  if (!m.tracked(value)) return TOP;
  m.use(value, false);
  if (effect.initialize) {
    const name = refName(m, value);
    if (name && m.count(name) === undefined) m.setCount(name, 1);
  }
  if (m.choose(2) === 1) return ERR;
  if (effect.file !== undefined) addFile(m, args[effect.file] ?? TOP, value);
  m.pushNative('device-add', [value, ZERO, effect.kobject ? ONE : ZERO], step.dst);
  return TOP;
};

/** device_create(): the device is registered when it is returned; its own memory is nobody's concern here. */
export const deviceCreate: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const value = effect?.op === 'device-create' ? (args[effect.data] ?? TOP) : TOP;
  const object = m.tracked(value);
  if (!object) return TOP;
  m.use(value, false);
  if (m.choose(2) === 1) return ERR;
  const device = m.values.ptr(object.id, OWN_DEVICE);
  m.pushNative('device-add', [device, device, ZERO], step.dst);
  return TOP;
};

/** device_add(): attributes first, then the bus's list, the probe, which is a thread of its own, and the parent's list: where lookups find it. */
export const deviceAddNative: NativeCode = (m, frame) => {
  const [value = TOP, result = ZERO, kobject = ZERO] = frame.vars;
  const object = m.tracked(value) as HeapObject;
  m.use(value, false);
  if (frame.pc === ADD_ATTRIBUTES) {
    m.publish(object);
    m.set(`attributes ${object.id}`, ONE);
    m.set(`registered ${object.id}`, ONE);
    m.event('device-add', object, `${kobject === ONE ? 'kobject_add' : 'device_add'}(): attributes exist and can be written`);
    if (kobject === ONE) return m.pop(result);
    return m.stage(frame, ADD_TO_BUS);
  }
  if (frame.pc === ADD_TO_BUS && m.slicer.searchesBus()) {
    m.set(`on bus ${object.id}`, value);
    m.event('device-add', object, 'device_add(): on its bus, lookups there find it');
    return m.stage(frame, ADD_TO_PARENT);
  }
  m.set(`findable ${object.id}`, value);
  m.event('device-add', object, "device_add(): on its bus and its parent's list, lookups find it");
  m.pop(result);
};

export const deviceDel: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'device-del') return TOP;
  const value = args[effect.dev] ?? TOP;
  const object = m.values.objectOf(value);
  if (object?.kind === 'tracked' || (object?.kind === 'instance' && m.view.subject.owners.has(object.tag ?? ''))) {
    const file = effect.file === undefined ? TOP : (args[effect.file] ?? TOP);
    if (m.tracked(file)) m.pushNative('cdev-del', [file]);
    m.pushNative('device-del', deletion(m, value, effect.put === true, effect.kobject === true), step.dst);
  }
  return TOP;
};

/** device_destroy() names the device by its number: it is that of an object which the thread has, where one of those has such a device. */
export const deviceDestroy: EffectCode = (m, step) => {
  const devices = m.trackedObjects().flatMap((object) => {
    const device = m.values.ptr(object.id, OWN_DEVICE);
    return m.get(`findable ${object.id}`) === device && !m.isFreed(object) && m.hasPointer(object) ? [device] : [];
  });
  m.touch(null);
  const device = devices[devices.length > 1 ? m.choose(devices.length) : 0];
  if (device !== undefined) m.pushNative('device-del', deletion(m, device, true, false), step.dst);
  return TOP;
};

/** What the native `device-del` is given: the device, whether its own reference is dropped as well, a list for what its devres hold, and its name. */
function deletion(m: Machine, value: number, put: boolean, kobject: boolean): number[] {
  return [value, put ? ONE : ZERO, m.values.emptyTuple, m.values.sym(kobject ? 'kobject_del()' : 'device_del()')];
}

/** The last kobject_put() of what is still in sysfs: lib/kobject.c kobject_cleanup. */
export const kobjectCleanupNative: NativeCode = (m, frame) => {
  const value = frame.vars[0] ?? TOP;
  if (frame.pc === 0) {
    m.stage(frame, 1);
    return m.pushNative('device-del', deletion(m, value, false, true));
  }
  const object = m.tracked(value);
  if (object) releaseMemory(m, object);
  m.pop(ONE);
};

const DEL_UNLINK = 0;
const DEL_ATTRIBUTES = 1;
const DEL_DRAIN = 2;
const DEL_DEVRES = 3;
const DEL_DONE = 4;

/**
 * device_del(): off the parent's list; attributes removed, draining their running handlers with no timeout
 * (kernfs_drain); off the bus and its driver unbound; its own devres released. Twice on one device is a bug: klist_del() of a dead node.
 */
export const deviceDelNative: NativeCode = (m, frame) => {
  const [value = TOP, put = ZERO, list = TOP, api = TOP] = frame.vars;
  const name = (m.values.get(api) as { name: string }).name;
  const object = m.values.objectOf(value) as HeapObject;
  m.use(value, false);
  switch (frame.pc) {
    case DEL_UNLINK:
      // A thread that removes several owners removes another of them: one stands for all.
      if (object.kind === 'instance' && m.count(`deleting ${object.id}`) === m.t) return m.pop(TOP);
      if (m.get(`deleting ${object.id}`) !== undefined) {
        m.event('device-del', m.tracked(value));
        m.stop('double-teardown', `${name} runs a second time on ${m.typeName(object)}`);
      }
      m.setCount(`deleting ${object.id}`, m.t);
      if (object.kind === 'tracked') m.set(`killed ${object.id}`, ONE);
      m.clear(`findable ${object.id}`);
      m.event('device-del', m.tracked(value));
      return m.stage(frame, DEL_ATTRIBUTES);
    case DEL_ATTRIBUTES:
      if (object.kind === 'tracked') m.clear(`attributes ${object.id}`);
      else m.set(`removed ${object.id}`, ONE);
      m.event('device-del', m.tracked(value), `${name}: attributes removed`);
      return m.stage(frame, DEL_DRAIN);
    case DEL_DRAIN:
      drain(m, object, name);
      return unwindOwn(m, frame, value);
    case DEL_DEVRES:
      if (!runNewest(m, list, (rest) => m.stage(frame, DEL_DEVRES, [value, put, rest, api]))) m.stage(frame, DEL_DONE);
      return;
    default:
      m.set(`deleted ${object.id}`, m.values.int(m.t));
      m.clear(`registered ${object.id}`);
      m.touch(m.tracked(value));
      if (put === ONE) dropReference(m, value, { text: 'put_device(): its own reference dropped' });
      m.pop(TOP);
  }
};

/** It leaves its bus's list; what was registered on the device itself goes with it (devres_release_all() in device_del()). */
function unwindOwn(m: Machine, frame: Frame, value: number): void {
  const list = takeAll(m, value);
  if (m.slicer.searchesBus()) {
    m.touch(m.tracked(value));
    m.clear(`on bus ${m.tracked(value)?.id ?? -1}`);
  } else if (list === m.values.emptyTuple) m.moveRight('other');
  const [, put = ZERO, , api = TOP] = frame.vars;
  m.stage(frame, list === m.values.emptyTuple ? DEL_DONE : DEL_DEVRES, [value, put, list, api]);
}

/** Waits for the running handlers of an object's attributes and, for an owner, of the objects below it. */
function drain(m: Machine, object: HeapObject, name: string): void {
  const concerns = (on: number) => on === object.id || (object.kind !== 'tracked' && on >= 0 && m.values.objectById(on).kind === 'tracked');
  if (concerns(m.thread.on) && m.get(`unprotected ${m.t}`) === undefined) {
    m.event('device-del', null, `${name} waits for the handler that called it`);
    m.stop('self-removal', `the handler removes ${m.typeName(object)}, whose removal waits for the handler`);
  }
  const on: number[] = [];
  for (let i = 0; i < m.threadCount; i++) {
    const other = m.threadAt(i);
    if (i !== m.t && other?.status === RUNNING && concerns(other.on) && m.get(`unprotected ${i}`) === undefined) on.push(i);
  }
  m.touch(object.kind === 'tracked' ? object : null);
  if (on.length > 0) m.block({ kind: 'drain', on, what: `the running handlers of ${m.typeName(object)}` });
}

/** Tracked devices that a lookup may return now, and whether another device may be returned instead. */
function candidates(m: Machine, parent: number | null, list: 'bus' | 'children' = 'children'): { devices: number[]; other: boolean } {
  const devices: number[] = [];
  let known = false;
  for (const object of m.trackedObjects()) {
    const device = m.get(`${list === 'bus' ? 'on bus' : 'findable'} ${object.id}`);
    const at = m.devicePath(object);
    const cell = m.values.ptr(object.id, at ? `${at}.parent` : 'parent');
    const own = m.get(`cell ${object.id}:${(m.values.get(cell) as { path: string }).path}`);
    const matches = parent === null || own === undefined ? null : m.values.equal(own, parent);
    if (parent !== null && matches === true) known = true;
    if (device !== undefined && matches !== false) devices.push(device);
  }
  return { devices, other: m.view.subject.cells !== undefined || (!known && !m.ownsChildren(parent)) };
}

function opaqueDevice(m: Machine, step: Step): number {
  return m.values.ptr(m.values.object(`device found at ${m.stepName(step)}`, 'opaque', null).id, '');
}

/** device_find_child() and its like: NULL, or a device with a new reference. */
export const find: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const parent = effect?.op === 'find-child' ? (args[effect.parent] ?? TOP) : null;
  const { devices, other } = candidates(m, parent, effect?.op === 'find-device' ? effect.list : undefined);
  const match = effect && 'match' in effect && effect.match !== undefined ? callbackOf(m, step, args[effect.match]) : undefined;
  const ways = [ZERO, ...devices, ...(other ? [opaqueDevice(m, step)] : [])];
  m.touch(null);
  const found = ways[m.choose(ways.length)] as number;
  if (found === ZERO) return ZERO;
  const object = m.tracked(found);
  if (object) {
    m.event('find', null);
    takeReference(m, found);
  }
  if (!match) return found;
  m.pushNative('find-match', [found, m.values.fn(match.fn.id), callbackArgs(m, match.argMap, args, found), TOP], step.dst);
  return TOP;
};

function callbackArgs(m: Machine, argMap: number[], args: number[], child: number): number {
  return m.values.tuple(argMap.map((i) => (i < 0 ? child : (args[i] ?? TOP))));
}

/** The match function is called on each child with a reference held by the iterator. */
export const findMatchNative: NativeCode = (m, frame) => {
  const [found = TOP, fn = TOP, args = TOP, result = TOP] = frame.vars;
  if (frame.pc === 0) {
    m.stage(frame, 1);
    return callFn(m, fn, m.values.items(args), 3);
  }
  const truth = m.values.truth(result);
  if (truth ?? m.choose(2) === 0) return m.pop(found);
  if (m.tracked(found)) dropReference(m, found);
  m.pop(ZERO);
};

/** device_for_each_child() and its like: each child that is there when the iterator reaches it. */
export const forEach: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'for-each-child' && effect?.op !== 'for-each-device') return TOP;
  const callback = callbackOf(m, step, args[effect.fn]);
  if (!callback) return TOP;
  const parent = effect.op === 'for-each-child' ? (args[effect.parent] ?? TOP) : TOP;
  const marker = opaqueDevice(m, step);
  const list = m.values.tuple(callback.argMap.map((i) => (i < 0 ? marker : (args[i] ?? TOP))));
  m.pushNative(
    'for-each-child',
    [
      effect.op === 'for-each-child' ? parent : effect.list ? ONE : ZERO,
      m.values.fn(callback.fn.id),
      list,
      m.values.emptyTuple,
      ZERO,
      ZERO,
      marker,
    ],
    step.dst,
  );
  return TOP;
};

export const forEachChildNative: NativeCode = (m, frame) => {
  const [parent = TOP, fn = TOP, args = TOP, visited = TOP, result = TOP, current = ZERO, marker = TOP] = frame.vars;
  if (frame.pc === 1) {
    if (m.tracked(current)) dropReference(m, current);
    const stop = m.values.truth(result) ?? m.choose(2) === 0;
    if (stop) return m.pop(result);
    return m.stage(frame, 0, [parent, fn, args, visited, ZERO, ZERO, marker]);
  }
  const seen = m.values.items(visited);
  const anywhere = parent === ZERO || parent === ONE;
  const { devices, other } = candidates(m, anywhere ? null : parent, parent === ONE ? 'bus' : undefined);
  const ways = [...devices.filter((d) => !seen.includes(d)), ...(other && !seen.includes(marker) ? [marker] : [])];
  m.touch(null);
  const pick = m.choose(ways.length + 1);
  const next = ways[pick];
  if (next === undefined) return m.pop(ZERO);
  if (m.tracked(next)) {
    m.event('find', null);
    takeReference(m, next);
  }
  m.stage(frame, 1, [parent, fn, args, m.values.tuple([...seen, next]), ZERO, next, marker]);
  callFn(
    m,
    fn,
    m.values.items(args).map((a) => (a === marker ? next : a)),
    4,
  );
};

export const configure: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const value = args[effect?.op === 'configure' ? effect.dev : 0] ?? TOP;
  m.use(value, false);
  const object = m.tracked(value);
  if (object) m.configure(object);
  return makeGroups(m, step, value, effect?.op === 'configure' && effect.managed === true) ?? TOP;
};

/** device_is_registered(): kobj.state_in_sysfs, set by device_add() and cleared at the end of device_del(). */
export const isRegistered: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const object = effect?.op === 'is-registered' ? m.tracked(args[effect.dev] ?? TOP) : null;
  if (effect?.op !== 'is-registered' || !object) return TOP;
  m.use(args[effect.dev] ?? TOP, false);
  m.touch(object);
  return m.get(`registered ${object.id}`) !== undefined ? ONE : ZERO;
};

/** kernfs_remove_self(): one caller wins; the others wait for the winner's whole handler and get false. No removal waits for any of them: the file is gone. */
export const removeSelf: EffectCode = (m, step) => {
  const name = `self ${m.thread.on}:${m.stepName(step)}`;
  const winner = m.count(name);
  m.touch(null);
  m.set(`unprotected ${m.t}`, ONE);
  if (winner === undefined) {
    m.setCount(name, m.t);
    m.event('remove-self', null);
    return ONE;
  }
  m.pushNative('lost-removal', [m.values.int(winner)], step.dst);
  return ZERO;
};

export const lostRemovalNative: NativeCode = (m, frame) => {
  const winner = m.countOf(frame.vars[0] ?? TOP);
  m.touch(null);
  if (winner !== m.t && m.threadAt(winner)?.status === RUNNING)
    m.block({ kind: 'drain', on: [winner], what: 'the handler that removed the attribute' });
  m.pop(ZERO);
};

/** kill_device(): under the device's lock, so one caller wins. */
export const killDevice: EffectCode = (m, step, args) => {
  const value = step.effect?.op === 'kill-device' ? (args[step.effect.dev] ?? TOP) : TOP;
  const object = m.tracked(value);
  if (!object) return TOP;
  m.use(value, false);
  m.touch(null);
  if (m.get(`killed ${object.id}`) !== undefined) return ZERO;
  m.set(`killed ${object.id}`, ONE);
  return ONE;
};

export const breakProtection: EffectCode = (m, step) => {
  if (step.effect?.op === 'break-protection' && step.effect.undo) m.clear(`unprotected ${m.t}`);
  else m.set(`unprotected ${m.t}`, ONE);
  m.touch(null);
  return TOP;
};
