import { printExpr } from '../facts/print';
import type { CallbackSource } from '../kernel';
import { FILE_DATA } from '../kernel/drvdata';
import { callbackSource, isOfFile, ownerPath } from '../lifetimes/discover';
import { ownDeviceMember } from '../lifetimes/drvdata';
import { concreteTag } from '../lifetimes/roots';
import type { Lifetime } from '../lifetimes/types';
import type { EntryPoint, FnDef, Program } from '../program/types';
import { armedCells, consume, isMasked, isStopped } from './effects/callbacks';
import { callFn } from './effects/calls';
import { attributesPresent } from './effects/devices';
import { drainGroups, GROUPS_REMOVED, runNewest, takeOfDriver } from './effects/devres';
import { startFile } from './effects/files';
import { groupsPresent } from './effects/groups';
import { mayStart } from './effects/work';
import type { ThreadSpec } from './explore';
import type { Machine, NativeCode } from './machine';
import { localName } from './memory';
import { DONE, DRIVER_GROUPS, madeBy, RUNNING } from './state';
import type { UnbindSpec } from './step-state';
import { type HeapObject, ONE, TOP, ZERO } from './values';

/** In which context an entry point runs. */
export interface EntryContext {
  /** The device whose lock the driver core holds around it is the host of the lifetime. */
  locksHost?: boolean;
  /** The handler is called for the host. */
  onHost?: boolean;
  /**
   * The handler is in the groups of the host's driver, or of one whose ->remove is a thread (struct device_driver's dev_groups): the driver
   * core makes them after the probe and removes them before ->remove (drivers/base/dd.c really_probe, device_remove).
   */
  ofDriver?: boolean;
  /** The callback starts only when explored code has armed it. */
  armed?: boolean;
  /** Keys of the groups of handlers that the entry makes. */
  makes?: ReadonlySet<string>;
}

/** The thread of an entry point: on which object it starts, and which locks its caller holds. */
export function entryThread(point: EntryPoint, tag: string, context: EntryContext = {}): ThreadSpec {
  const { locksHost = false, onHost = false, ofDriver = false, armed = false, makes } = context;
  const source = armed ? callbackSource(point.kind) : null;
  const callback = armed || isOfFile(point) ? callbackSource(point.kind) : null;
  return {
    entry: point.name,
    kind: point.kind,
    point,
    context: `${locksHost} ${onHost} ${ofDriver} ${armed} ${[...(makes ?? [])].join()}`,
    ...(point.groups.length > 0 ? { groups: point.groups.map(({ key }) => key) } : {}),
    ...(makes && makes.size > 0 ? { makes } : {}),
    ...(callback ? { callback } : {}),
    start: (m) => {
      if (source) startCallback(m, point, source);
      else if (point.kind === 'work') startWork(m, point);
      else startEntry(m, point, tag, context);
    },
  };
}

/** The variable of file scope that the function of an entry belongs to. */
function variableOf(m: Machine, point: EntryPoint): number {
  return m.values.ptr(m.values.object(point.subject, 'global', null).id, '');
}

function startEntry(m: Machine, point: EntryPoint, tag: string, { locksHost, onHost, ofDriver }: EntryContext): void {
  const source = isOfFile(point) ? callbackSource(point.kind) : null;
  if (source && isStopped(m, source, variableOf(m, point))) m.prune();
  // A probe that begins after the unbind builds anew on a host that is bound anew.
  if (point.kind === 'probe' && isReleased(m)) m.prune();
  const isBound = !isReleased(m) && m.slotsWith(PROBE_FAILED).length === 0 && m.scene.probes.every((t) => m.threadAt(t)?.status === DONE);
  if (ofDriver && (!isBound || m.get(GROUPS_REMOVED) !== undefined)) m.prune();
  if (point.kind === 'remove' && !isBoundBy(m, point)) m.prune();
  const ownsObject = point.owner === tag;
  const keys = point.groups.map(({ key }) => key);
  let argument = TOP;
  let on = -1;
  const own = ownsObject ? null : ownDeviceMember(m.view.program, point);
  const attribute = point.kind === 'sysfs-store' || point.kind === 'sysfs-show';
  // A handler that finds the object as its device's data.
  const byData = ownsObject && point.param < 0 && attribute && !ofDriver && !onHost && keys.length === 0 && takesDevice(point);
  if (ownsObject && (point.param >= 0 || byData)) {
    const isHeld = (o: HeapObject) => point.kind === 'export' && isInHand(m, o);
    const objects = m.trackedObjects().filter((o) => attributesPresent(m, o) && !m.isFreed(o) && !isHeld(o));
    if (objects.length === 0) m.prune();
    const object = objects[m.choose(objects.length)];
    if (!object) return m.prune();
    argument = m.values.ptr(object.id, byData ? m.devicePath(object) : point.path);
    on = object.id;
  } else if (own && point.owner) {
    argument = m.pointerMember(m.values.instance(point.owner), own.member);
    const device = m.values.objectOf(argument);
    if (attribute && device && !attributesPresent(m, device)) m.prune();
    on = device?.id ?? -1;
  } else if (point.owner) {
    const owner = m.values.instance(point.owner);
    if (attribute && (!attributesPresent(m, owner) || isUnborn(m, point.owner))) m.prune();
    argument = m.values.ptr(owner.id, point.path);
    on = owner.id;
  }
  if (!groupsPresent(m, keys, on)) m.prune();
  if (ofDriver) on = DRIVER_GROUPS;
  if (onHost) argument = m.scene.hosts[0] ?? argument;
  m.setThread({ status: RUNNING, on: attribute ? on : -1, frames: [] });
  m.touch(null);
  // Nobody waits for the others to end.
  if (!attribute) m.moveRight('other');
  if (source) {
    argument = variableOf(m, point);
    m.set(`running ${m.t}`, argument);
  }
  const param = onHost || byData ? Math.max(point.param, 0) : (own?.param ?? point.param);
  const args = point.fn.fn.params.map((_, i) => (i === param ? argument : TOP));
  if (point.deviceLocked && (locksHost || argument !== TOP || point.kind === 'probe'))
    m.pushNative('locked-entry', [
      argument,
      m.values.fn(point.fn.id),
      m.values.tuple(args),
      locksHost ? ONE : ZERO,
      point.kind === 'remove' ? ONE : ZERO,
      TOP,
    ]);
  else if (point.kind === 'export') m.pushNative('exported-entry', [m.values.fn(point.fn.id), m.values.tuple(args)]);
  else m.pushCall(point.fn, args);
}

/** An exported function that returns a pointer to the object makes it and has not returned: no other caller of exported functions has it. */
function isInHand(m: Machine, object: HeapObject): boolean {
  return m.scene.exported.some((t) => {
    const type = m.scene.points[t]?.fn.fn.ret;
    const made = m.get(madeBy(t));
    const makes = made !== undefined && m.values.int(object.id) === made && type !== undefined;
    return makes && concreteTag(type) === object.tag && m.threadAt(t)?.status === RUNNING;
  });
}

function takesDevice(point: EntryPoint): boolean {
  return point.fn.fn.params[0]?.type.base === 'struct device';
}

/** A probe of this scenario makes the owner itself, and has not come so far: a parent is registered before its children. */
function isUnborn(m: Machine, owner: string): boolean {
  return m.scene.probes.length > 0 && m.slicer.allocatesOwner(owner) && !m.trackedObjects().some((object) => m.isPublished(object));
}

/** Set, with the driver's name, once a probe has returned an error: the driver is not bound, and has made none of its groups. */
const PROBE_FAILED = 'probe failed ';
const RESULT = 5;
/** Where the list that devres_release_all() runs stands. */
const DEVRES = 6;

/** ->remove of a driver follows a probe of it that has succeeded, with the lock of the device held around both (drivers/base/dd.c). */
function isBoundBy(m: Machine, { deviceLocked, subject }: EntryPoint): boolean {
  if (!deviceLocked) return true;
  const isProbing = m.scene.probes.some((t) => m.scene.points[t]?.subject === subject && m.threadAt(t)?.status === RUNNING);
  return !isProbing && m.get(PROBE_FAILED + subject) === undefined;
}

function isReleased(m: Machine): boolean {
  return m.scene.hosts.some((host) => m.get(`released ${host}`) !== undefined);
}

/**
 * probe, remove and their like run with the device lock of their device held (drivers/base/dd.c __device_attach,
 * device_release_driver_internal). A host that may be the same device under another name is locked with it.
 */
export const lockedEntryNative: NativeCode = (m, frame) => {
  const [device = TOP, fn = TOP, args = TOP, locksHost = ZERO, removes = ZERO, result = TOP] = frame.vars;
  const hosts = locksHost === ONE ? m.scene.hosts : device === TOP ? [] : m.sameKindHosts(device);
  const locks = [...new Set([...(device === TOP ? [] : [device]), ...hosts])].map((value) => `lock device ${value}`);
  if (frame.pc === 0) {
    m.touch(null);
    for (const lock of locks) m.acquire(lock, 'write', 'device_lock() of the probed device');
    if (locksHost === ONE && isReleased(m)) m.prune();
    if (removes === ONE) {
      m.set(GROUPS_REMOVED, ONE);
      return m.stage(frame, 2);
    }
    m.stage(frame, 1);
    return callFn(m, fn, m.values.items(args), RESULT);
  }
  if (frame.pc === 2) {
    drainGroups(m);
    m.stage(frame, 1);
    return callFn(m, fn, m.values.items(args), RESULT);
  }
  // __device_release_driver(): devres_release_all() after ->remove.
  const driver = m.scene.points[m.t];
  if (frame.pc === 1 && driver?.unbinds && m.view.subject.managed === 'remove') {
    m.touch(null);
    const taken = takeOfDriver(m, driver.subject);
    if (taken !== m.values.emptyTuple) {
      m.event('devres-release-all', null, 'devres_release_all(): takes the whole list');
      return m.stage(frame, 3, [...frame.vars.slice(0, DEVRES), taken]);
    }
  }
  if (frame.pc === 3 && runNewest(m, frame.vars[DEVRES] ?? TOP, (rest) => m.stage(frame, 3, [...frame.vars.slice(0, DEVRES), rest])))
    return;
  if (m.scene.probes.includes(m.t) && m.values.truth(result) === true) m.set(PROBE_FAILED + m.scene.points[m.t]?.subject, ONE);
  for (const lock of locks) m.release(lock);
  m.pop(TOP);
};

/** A delayed item is queued by its own name, and its function is given the work item in it. */
function isItem(queued: string, given: string): boolean {
  return given === '' || queued.endsWith(given) || given === `${queued}.work` || given.endsWith(`.${queued}.work`);
}

/** A work item starts when it is pending. */
function startWork(m: Machine, point: EntryPoint): void {
  const pending = m.pendingWork().map((name) => Number(name.slice('pending '.length)));
  const mine = pending.filter((work) => {
    const place = m.values.get(work);
    return place.k === 'ptr' && mayStart(m, work) && (isOfFile(point) ? work === variableOf(m, point) : isItem(place.path, point.path));
  });
  if (mine.length === 0) m.prune();
  const work = mine[m.choose(mine.length)] as number;
  m.clear(`pending ${work}`);
  m.set(`running ${m.t}`, work);
  m.setThread({ status: RUNNING, on: -1, frames: [] });
  m.event('work', null, 'the work item starts');
  const place = m.values.get(work);
  const given =
    place.k === 'ptr' && point.path !== '' && !place.path.endsWith(point.path) ? m.values.ptr(place.obj, `${place.path}.work`) : work;
  m.pushCall(
    point.fn,
    point.fn.fn.params.map((_, i) => (i === point.param ? given : TOP)),
  );
}

const STARTS: Record<CallbackSource, string> = {
  timer: 'the timer fires',
  irq: 'the interrupt comes',
  notifier: 'the notifier is called',
  debugfs: 'the debugfs file is opened',
  file: 'the file is opened',
};

/** A timer fires once for each time it was started; the others may be called for as long as they are registered. */
function startCallback(m: Machine, point: EntryPoint, source: CallbackSource): void {
  const mine = armedCells(m, source).filter((cell) => {
    const place = m.values.get(cell);
    const object = m.values.objectOf(cell);
    const isOwners = object?.tag == null || point.owner === null || object.tag === point.owner;
    return (
      place.k === 'ptr' &&
      isOwners &&
      !(source === 'irq' && isMasked(m, cell)) &&
      (source === 'file' || point.path === '' || place.path === point.path || place.path.endsWith(point.path))
    );
  });
  if (mine.length === 0) m.prune();
  const cell = mine[m.choose(mine.length)] as number;
  if (source === 'timer') consume(m, source, cell);
  m.set(`running ${m.t}`, cell);
  m.setThread({ status: RUNNING, on: -1, frames: [] });
  m.event('callback', null, STARTS[source]);
  if (source === 'file' && point.session) {
    const { open, run, release } = point.session;
    const functions = [open, run, release].map((fn) => (fn ? m.values.fn(fn.id) : TOP));
    const [inode, file] = ['struct inode', 'struct file'].map((type) => openFile(m, point.fn, type, cell)) as [number, number];
    return startFile(m, cell, functions, inode, file);
  }
  m.pushCall(
    point.fn,
    point.fn.fn.params.map(({ type }, i) => (i === point.param ? cell : openFile(m, point.fn, type.base, cell))),
  );
}

/** The open file that a handler is given for its data. */
function openFile(m: Machine, fn: FnDef, type: string, data: number): number {
  const members = FILE_DATA[type];
  if (members === undefined) return TOP;
  const file = m.values.object(localName(m.t, fn, type), 'local', null).id;
  for (const member of members) m.write(m.values.ptr(file, member), data, false);
  return m.values.ptr(file, '');
}

/** The unbind of a host: the `remove` of its driver, its devres list, and the owner teardowns registered on it before and after. */
export function unbindThread(
  program: Program,
  lifetime: Lifetime,
  m: Machine,
  host: number,
  text: string,
  remove: FnDef | null,
  epilogue = false,
): ThreadSpec {
  const unbind: UnbindSpec = { remove: remove && { fn: remove, args: remove.fn.params.map(() => TOP) }, newer: [], older: [] };
  const seen = new Set<string>();
  for (const registration of lifetime.ownerActions)
    for (const owner of lifetime.owners) {
      const path = ownerPath(program, registration, owner);
      if (path === null) continue;
      for (const fn of registration.action) {
        const data = m.values.ptr(m.values.instance(owner).id, path);
        const key = `${fn.id}:${data}`;
        if (seen.has(key)) continue;
        seen.add(key);
        (lifetime.newerActions.has(registration) ? unbind.newer : unbind.older).push({ fn, data });
      }
    }
  return {
    entry: `unbind(${text})`,
    kind: 'unbind',
    point: null,
    unbind,
    host,
    ...(epilogue ? { epilogue: true as const } : {}),
    start: (machine) => {
      machine.setThread({ status: RUNNING, on: -1, frames: [] });
      machine.touch(null);
      machine.moveRight('other');
      machine.pushNative('unbind', [host]);
    },
  };
}

/** How the host reads at the registration. */
export function hostText(lifetime: Lifetime): string | null {
  const registration = lifetime.registrations[0] ?? lifetime.ownerActions[0];
  return registration ? printExpr(registration.host) : null;
}
