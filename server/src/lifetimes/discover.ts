import type { CallbackSource } from '../kernel';
import type { DevmRegistration, EntryKind, EntryPoint, FnDef, Program } from '../program/types';
import { driverData } from './driver-data';
import { newerThan, unwindOrder } from './order';
import { namesOwnDevice } from './own-device';
import { type Reach, reachability } from './reach';
import type { Roots } from './roots';
import { collectSites, type Sites } from './sites';
import { entriesReaching, readersOf, storedIn } from './stored';
import type { Lifetime } from './types';

/** Kinds of entries that run once something armed them. */
export function callbackSource(kind: EntryKind): CallbackSource | null {
  if (kind === 'ioctl') return 'file';
  return kind === 'timer' || kind === 'irq' || kind === 'notifier' || kind === 'debugfs' ? kind : null;
}

/** The function of a work item, timer or notifier block that is a variable of file scope. */
export function isOfFile(point: EntryPoint): boolean {
  if (
    point.owner !== null ||
    point.kind === 'debugfs' ||
    point.kind === 'ioctl' ||
    (point.kind !== 'work' && callbackSource(point.kind) === null)
  )
    return false;
  const { globals, invocations } = point.fn.file;
  return globals.some(({ name }) => name === point.subject) || invocations.some(({ args }) => args[0]?.trim() === point.subject);
}

/** Handlers of files that stand for the owner. */
function isAttribute({ kind }: EntryPoint): boolean {
  return kind.startsWith('sysfs') || kind === 'configfs';
}

/** Kinds of entry points that user space or the kernel may run while others run. */
const CONCURRENT = new Set([
  'sysfs-store',
  'sysfs-show',
  'work',
  'notifier',
  'timer',
  'irq',
  'ioctl',
  'debugfs',
  'configfs',
  'remove',
  'export',
]);

/** Entries of one kind beyond which those that meet an object through the same functions stand for each other. */
const MANY = 8;

interface Context {
  program: Program;
  roots: Roots;
  reach: Reach;
  sites: Sites;
  /** What each entry point runs itself, other entries left out. */
  reached: ReadonlySet<number>[];
  /** Entry points, by index, that run a function. */
  reachedBy: ReadonlyMap<number, readonly number[]>;
  /** What the release functions of devices run. */
  released: ReadonlySet<number>;
}

interface Core {
  action: FnDef;
  tag: string;
  registrations: DevmRegistration[];
  /** The struct in the object that the action is given, where that is not the object. */
  part?: string;
}

/**
 * The lifetimes of a program: for each devm action the objects it tears down, and for each struct with a registered
 * device that other code unregisters, the function that does it.
 */
export function discoverLifetimes(program: Program, roots: Roots): Lifetime[] {
  const reach = reachability(program);
  const sites = collectSites(program, roots);
  const entries = new Set(program.entryPoints.map((point) => point.fn.id));
  // A bus's ->probe that dispatches to drivers does nothing that their own entries do not.
  const reached = program.entryPoints.map((point) => reach(point.fn, (id) => id !== point.fn.id && entries.has(id)));
  const released = new Set(releaseFunctions(program).flatMap((fn) => [...reach(fn)]));
  const context: Context = { program, roots, reach, sites, reached, reachedBy: inverse(reached), released };
  const out: Lifetime[] = [];
  const devm = new Map<string, { action: FnDef; tag: string; registrations: DevmRegistration[] }>();
  for (const registration of program.registrations) {
    const tag = registration.dataTag;
    if (!tag || !program.struct(tag) || !sites.constructing.has(tag)) continue;
    for (const action of registration.action) {
      const key = `${action.id}:${tag}`;
      const known = devm.get(key) ?? { action, tag, registrations: [] };
      if (!known.registrations.some((r) => r.fn === registration.fn && r.node === registration.node))
        known.registrations.push(registration);
      devm.set(key, known);
    }
  }
  const taken = new Set<string>();
  for (const { action, tag, registrations } of devm.values()) {
    if (tearsDown(context, reach(action), tag)) taken.add(tag);
    out.push(fill(context, { action, tag, registrations }));
  }
  for (const { action, tag } of teardownFunctions(program, sites))
    if (!taken.has(tag) && sites.constructing.has(tag)) out.push(fill(context, { action, tag, registrations: [] }));
  for (const core of embeddingLifetimes(context)) out.push(fill(context, core));
  return out.sort((a, b) => a.action.id - b.action.id || a.tag.localeCompare(b.tag));
}

function inverse(reached: readonly ReadonlySet<number>[]): Map<number, number[]> {
  const out = new Map<number, number[]>();
  reached.forEach((ids, i) => {
    for (const id of ids) {
      const list = out.get(id);
      if (list) list.push(i);
      else out.set(id, [i]);
    }
  });
  return out;
}

/** An action that is given a struct which others embed ends each of those that are built. */
function embeddingLifetimes({ program, sites, reach }: Context): Core[] {
  return program.registrations.flatMap((registration) => {
    const part = registration.dataTag;
    if (!part || sites.constructing.has(part)) return [];
    const wholes = program.embedders(part).filter(({ tag }) => sites.constructing.has(tag));
    return registration.action
      .filter((action) => [...reach(action)].some((id) => sites.deletes.get(id)?.has(part)))
      .flatMap((action) => wholes.map(({ tag }) => ({ action, tag, registrations: [registration], part })));
  });
}

/** Functions that unregister a device embedded in a struct of the program, for structs that are no devm action's data. */
function teardownFunctions(program: Program, sites: Sites): { action: FnDef; tag: string }[] {
  const out = new Map<string, { action: FnDef; tag: string }>();
  for (const [id, deleted] of sites.deletes) {
    const action = program.functions[id] as FnDef;
    const tags = [...deleted].filter((tag) => program.struct(tag));
    if (tags.length !== 1) continue;
    const tag = tags[0] as string;
    // One lifetime a struct: its smallest teardown function, the one that others call.
    const known = out.get(tag);
    if (!known || action.fn.nodes.length < known.action.fn.nodes.length) out.set(tag, { action, tag });
  }
  return [...out.values()];
}

function fill(context: Context, { part, ...core }: Core): Lifetime {
  const { program, roots, reach, sites } = context;
  const { action, tag } = core;
  const constructing = sites.constructing.get(tag) ?? NONE;
  const mentioning = sites.mentioning.get(tag) ?? NONE;
  const whole = part !== undefined || tearsDown(context, reach(action), tag);
  const releasing = releasers(context, action, tag, whole);
  const lifetime: Lifetime = {
    ...core,
    endsObject: whole,
    owners: new Set(),
    constructors: [],
    releasers: [],
    users: [],
    ownerActions: [],
    newerActions: new Set(),
    works: [],
  };
  const deferred = queueing(context, releasing);
  const builders: EntryPoint[] = [];
  const enders: EntryPoint[] = [];
  const callbacks: EntryPoint[] = [];
  const meeting = [...new Set([...constructing, ...releasing, ...mentioning])].sort((a, b) => a - b);
  const met: number[][] = program.entryPoints.map(() => []);
  for (const id of meeting) for (const i of context.reachedBy.get(id) ?? []) met[i]?.push(id);
  const through = new Map<EntryPoint, string>();
  program.entryPoints.forEach((point, i) => {
    const functions = met[i] ?? [];
    const builds = functions.some((id) => constructing.has(id));
    const queues = point.kind !== 'work' && deferred.some((id) => context.reached[i]?.has(id));
    const ends = queues || (point.fn === action ? point.kind !== 'export' : functions.some((id) => releasing.has(id)));
    const finds = functions.some((id) => mentioning.has(id));
    through.set(point, `${point.kind}|${functions.join()}`);
    if (point.kind === 'work') {
      if (builds || ends || finds) lifetime.works.push(point);
    } else if (builds) builders.push(point);
    else if (ends && CONCURRENT.has(point.kind)) enders.push(point);
    else if (point.kind.startsWith('sysfs') && (point.owner === tag || finds)) lifetime.users.push(point);
    else if (point.owner === tag || finds) callbacks.push(point);
  });
  lifetime.constructors = representatives(builders, through);
  for (const point of callbacks) {
    // A file belongs to what it is made for.
    const isOthers = (point.kind === 'debugfs' || point.kind === 'ioctl') && point.owner !== tag;
    // Closing is part of what the others do.
    if (point.kind === 'ioctl' && (point.session === null || point.fn === point.session.release)) continue;
    if (!isOthers && (isOfFile(point) || startedBy(context, lifetime.constructors, point))) lifetime.users.push(point);
  }
  lifetime.releasers = representatives(enders, through);
  for (const point of [...lifetime.releasers, ...lifetime.constructors])
    if (isAttribute(point) && point.owner && point.owner !== tag) lifetime.owners.add(point.owner);
  for (const owner of driverData(program, reach, [...lifetime.constructors, ...lifetime.releasers]))
    if (owner !== tag) lifetime.owners.add(owner);
  for (const owner of parents(program, roots, tag, mentioning)) lifetime.owners.add(owner);
  lifetime.ownerActions = unwindOrder(program, lifetime.constructors, ownerActions(context, lifetime, releasing));
  lifetime.newerActions = newerActions(context, lifetime);
  if (whole && !isContested(lifetime) && lifetime.ownerActions.length === 0) followPointers(context, lifetime, mentioning);
  return lifetime;
}

/** Somebody besides the unbind of the host may end the object, may still build one while the host is unbound, or is called by the kernel until then. */
export function isContested(lifetime: Lifetime): boolean {
  return (
    lifetime.releasers.length > 0 ||
    (lifetime.endsObject &&
      (lifetime.constructors.some((point) => point.kind !== 'probe') ||
        lifetime.users.some((point) => callbackSource(point.kind)) ||
        lifetime.works.some((point) => point.owner === lifetime.tag)))
  );
}

/**
 * Only the unbind of its host ends the object: what it can meet are those that have looked the object up, or that come by it through pointers
 * stored elsewhere.
 */
function followPointers({ program, roots, sites, reached }: Context, lifetime: Lifetime, mentioning: ReadonlySet<number>): void {
  // A registered device keeps its parent (drivers/base/core.c device_add): what a child holds of it is there as long as the child is.
  const isChild = (holder: string) => parents(program, roots, holder, sites.mentioning.get(holder) ?? NONE).has(lifetime.tag);
  const cells = new Set([...storedIn(program, lifetime.tag)].filter((cell) => !isChild(cell.split('.')[0] as string)));
  const functions = new Set([...mentioning, ...readersOf(program, cells)]);
  const finders = entriesReaching(program, lifetime.tag, functions, reached).filter((point) => !lifetime.constructors.includes(point));
  if (finders.length > 0) lifetime.stored = { cells, finders };
}

/** A timer, interrupt or notifier that a constructor makes possible, and that no release function of a device ends: those are not run here. */
function startedBy({ program, sites, reached, released }: Context, constructors: readonly EntryPoint[], point: EntryPoint): boolean {
  const source = callbackSource(point.kind);
  const arming = source && sites.arming.get(source);
  if (!arming) return false;
  const started = constructors.some((builder) => [...arming].some((id) => reached[program.entryPoints.indexOf(builder)]?.has(id)));
  return started && ![...(sites.disarming.get(source) ?? NONE)].some((id) => released.has(id));
}

/** Functions that run when a device's last reference is gone: `release` of its type, its class, or its own. */
function releaseFunctions(program: Program): FnDef[] {
  const named = program.files.flatMap((file) =>
    file.globals.flatMap(({ init }) => init.flatMap(({ path, value }) => (path === 'release' ? [{ value, file }] : []))),
  );
  const stored = program.functions.flatMap((fn) =>
    fn.fn.nodes.flatMap((n) =>
      n.k === 'store' && n.addr.k === 'field' && n.addr.name === 'release' ? [{ value: n.src, file: fn.file }] : [],
    ),
  );
  return [...named, ...stored].flatMap(({ value, file }) => (value.k === 'global' ? (program.resolve(value.name, file) ?? []) : []));
}

/** Functions that queue a work item which ends the object. */
function queueing({ program, sites, reached }: Context, releasing: ReadonlySet<number>): number[] {
  const members = new Set(
    program.entryPoints.flatMap((point, i) =>
      point.kind === 'work' && [...releasing].some((id) => reached[i]?.has(id)) ? [point.path.split('.').at(-1) ?? ''] : [],
    ),
  );
  return [...members].flatMap((member) => [...(sites.queueing.get(member) ?? NONE)]);
}

/**
 * Drivers of one subsystem meet its core's objects through the same few functions. Of entries of one kind that do, each with an instance of
 * its own, one is explored for all; below MANY all are.
 */
function representatives(points: EntryPoint[], through: ReadonlyMap<EntryPoint, string>): EntryPoint[] {
  if (points.length <= MANY) return points;
  const seen = new Set<string>();
  return points.filter((point) => {
    const key = through.get(point) as string;
    return !seen.has(key) && seen.add(key);
  });
}

const NONE: ReadonlySet<number> = new Set();

/** The functions reached unregister the device of the struct: the action ends the object itself, not something that it uses. */
function tearsDown({ sites }: Context, reached: ReadonlySet<number>, tag: string): boolean {
  return [...reached].some((id) => sites.deletes.get(id)?.has(tag));
}

/** Functions that release or remove the action, call the teardown, or unregister the object's device. */
function releasers({ program, roots, sites }: Context, action: FnDef, tag: string, whole: boolean): ReadonlySet<number> {
  // A bus that calls its drivers' ->remove does nothing that they do not.
  const isEntry = program.entryPoints.some(({ fn }) => fn === action);
  const out = new Set(isEntry ? NONE : sites.callersOf(action));
  if (whole) for (const [id, tags] of sites.deletes) if (tags.has(tag)) out.add(id);
  for (const { fn, call, effect } of sites.ending) {
    if (effect.op === 'device-del') continue;
    const named = call.args[effect.action];
    const data = call.args[effect.data];
    if (named?.k === 'global' && program.resolve(named.name, fn.file) === action) out.add(fn.id);
    else if (named?.k === 'var' && data && roots.of(data, fn).has(tag)) out.add(fn.id);
  }
  return out;
}

/** Structs whose device the object's `parent` member is set to. */
function parents(program: Program, roots: Roots, tag: string, mentioning: ReadonlySet<number>): Set<string> {
  const out = new Set<string>();
  for (const id of mentioning) {
    const fn = program.functions[id] as FnDef;
    for (const n of fn.fn.nodes) {
      if (n.k !== 'store' || n.addr.k !== 'field' || n.addr.name !== 'parent' || !roots.of(n.addr, fn).has(tag)) continue;
      for (const root of roots.of(n.src, fn)) if (root !== tag && program.struct(root)) out.add(root);
    }
  }
  return out;
}

/** Actions on owners that reach the teardown or remove the owner's own device: they run in the unbind of the host. */
function ownerActions({ program, reach, sites }: Context, lifetime: Lifetime, releasing: ReadonlySet<number>): DevmRegistration[] {
  return program.registrations.filter((registration) => {
    if (registration.dataTag === lifetime.tag || registration.action.includes(lifetime.action)) return false;
    const owner = [...lifetime.owners].find((tag) => ownerPath(program, registration, tag) !== null);
    return (
      owner !== undefined &&
      registration.action.some((action) =>
        [...reach(action)].some((id) => releasing.has(id) || sites.deletes.has(id) || sites.undressing.has(id)),
      )
    );
  });
}

/** Actions on owners that the probes which build the objects add after them, on the device that they are called for. */
function newerActions({ program, reach }: Context, { constructors, registrations, ownerActions }: Lifetime): Set<DevmRegistration> {
  const all = [...registrations, ...ownerActions];
  const isOwn = constructors.every((point) => point.kind === 'probe' && namesOwnDevice(program, reach, all, point));
  return isOwn && registrations.length > 0 ? newerThan(program, constructors, registrations, ownerActions) : new Set();
}

/** Path in struct `owner` of what a registration's data points at; null when the data is no part of that struct. */
export function ownerPath(program: Program, registration: DevmRegistration, owner: string): string | null {
  const { dataTag, dataPath } = registration;
  if (!dataTag) return null;
  if (dataTag === owner) return dataPath;
  const embedded = program.embedders(dataTag).find((e) => e.tag === owner);
  return embedded ? (dataPath ? `${embedded.path}.${dataPath}` : embedded.path) : null;
}
