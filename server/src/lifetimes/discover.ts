import type { Expr } from '../facts/types';
import { effectOf } from '../kernel';
import type { DevmRegistration, EntryPoint, FnDef, Program } from '../program/types';
import { reachability } from './reach';
import { concreteTag, type Roots } from './roots';
import type { Lifetime } from './types';

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

/**
 * The lifetimes of a program: for each devm action the objects it tears down, and for each struct with a registered
 * device that other code unregisters, the function that does it.
 */
export function discoverLifetimes(program: Program, roots: Roots): Lifetime[] {
  const reach = reachability(program);
  const out: Lifetime[] = [];
  const allocated = allocatedTags(program);
  const devm = new Map<string, { action: FnDef; tag: string; registrations: DevmRegistration[] }>();
  for (const registration of program.registrations) {
    const tag = registration.dataTag;
    if (!tag || !program.struct(tag) || !allocated.has(tag)) continue;
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
    if (tearsDown(program, roots, reach(action), tag)) taken.add(tag);
    out.push(fill(program, roots, reach, { action, tag, registrations }));
  }
  for (const { action, tag } of teardownFunctions(program, roots))
    if (!taken.has(tag) && allocated.has(tag)) out.push(fill(program, roots, reach, { action, tag, registrations: [] }));
  return out.sort((a, b) => a.action.id - b.action.id || a.tag.localeCompare(b.tag));
}

/** Struct tags of which some function allocates an instance. */
function allocatedTags(program: Program): Set<string> {
  const tags = new Set<string>();
  for (const fn of program.functions)
    for (const n of fn.fn.nodes) {
      if (n.k !== 'call' || typeof n.callee !== 'string' || effectOf(n.callee)?.op !== 'alloc') continue;
      for (const arg of n.args) if (arg.k === 'cast') add(tags, concreteTag({ ...arg.type, pointers: 1 }));
      for (const s of fn.fn.nodes)
        if (s.k === 'set' && s.src.k === 'var' && s.src.name === n.dst)
          add(tags, concreteTag(fn.fn.locals.find((l) => l.name === s.dst)?.type ?? null));
      add(tags, concreteTag(fn.fn.locals.find((l) => l.name === n.dst)?.type ?? null));
    }
  return tags;
}

function add(set: Set<string>, tag: string | null): void {
  if (tag) set.add(tag);
}

/** Functions that unregister a device embedded in a struct of the program, for structs that are no devm action's data. */
function teardownFunctions(program: Program, roots: Roots): { action: FnDef; tag: string }[] {
  const out = new Map<string, { action: FnDef; tag: string; calls: number }>();
  for (const fn of program.functions)
    for (const n of fn.fn.nodes) {
      if (n.k !== 'call' || typeof n.callee !== 'string') continue;
      const effect = effectOf(n.callee);
      if (effect?.op !== 'device-del') continue;
      const arg = n.args[effect.dev];
      const tags = arg ? [...roots.of(arg, fn)].filter((tag) => program.struct(tag)) : [];
      if (tags.length !== 1) continue;
      const tag = tags[0] as string;
      // One lifetime a struct: its smallest teardown function, the one that others call.
      const known = out.get(tag);
      if (!known || fn.fn.nodes.length < known.calls) out.set(tag, { action: fn, tag, calls: fn.fn.nodes.length });
    }
  return [...out.values()];
}

type Reach = ReturnType<typeof reachability>;

function fill(
  program: Program,
  roots: Roots,
  reach: Reach,
  core: { action: FnDef; tag: string; registrations: DevmRegistration[] },
): Lifetime {
  const { action, tag } = core;
  const constructing = functionsWhere(program, (fn) => constructs(fn, program, tag));
  const whole = tearsDown(program, roots, reach(action), tag);
  const releasing = functionsWhere(program, (fn, i) => releases(fn, i, program, action, tag, roots, whole));
  const finding = functionsWhere(program, (fn) => mentions(fn, tag));
  const lifetime: Lifetime = {
    ...core,
    endsObject: whole,
    owners: new Set(),
    constructors: [],
    releasers: [],
    users: [],
    ownerActions: [],
    works: [],
  };
  const entries = new Set(program.entryPoints.map((point) => point.fn.id));
  for (const point of program.entryPoints) {
    // A bus's ->probe that dispatches to drivers does nothing that their own entries do not.
    const reached = reach(point.fn, (id) => id !== point.fn.id && entries.has(id));
    const meets = (set: ReadonlySet<number>) => [...set].some((id) => reached.has(id));
    const builds = meets(constructing);
    const ends = point.fn === action ? point.kind !== 'export' : meets(releasing);
    if (point.kind === 'work') {
      if (builds || ends || meets(finding)) lifetime.works.push(point);
    } else if (builds) lifetime.constructors.push(point);
    else if (ends && CONCURRENT.has(point.kind)) lifetime.releasers.push(point);
    else if (point.kind.startsWith('sysfs') && (point.owner === tag || meets(finding))) lifetime.users.push(point);
  }
  for (const point of [...lifetime.releasers, ...lifetime.constructors])
    if (point.kind.startsWith('sysfs') && point.owner && point.owner !== tag) lifetime.owners.add(point.owner);
  for (const owner of parents(program, roots, tag)) lifetime.owners.add(owner);
  lifetime.ownerActions = ownerActions(program, reach, lifetime, releasing);
  return lifetime;
}

function functionsWhere(program: Program, test: (fn: FnDef, node: number) => boolean): Set<number> {
  const out = new Set<number>();
  for (const fn of program.functions) if (fn.fn.nodes.some((_, i) => test(fn, i))) out.add(fn.id);
  return out;
}

function mentions(fn: FnDef, tag: string): boolean {
  const own = (type: { base: string; pointers: number }) => concreteTag({ ...type, pointers: 1 }) === tag;
  return own(fn.fn.ret) || fn.fn.params.some((p) => own(p.type)) || fn.fn.locals.some((l) => own(l.type));
}

/** Allocates an object of the struct. */
function constructs(fn: FnDef, program: Program, tag: string): boolean {
  const struct = program.struct(tag);
  return (
    struct !== null &&
    fn.fn.nodes.some((n) => {
      if (n.k !== 'call' || typeof n.callee !== 'string' || effectOf(n.callee)?.op !== 'alloc') return false;
      if (n.args.some((arg) => arg.k === 'cast' && arg.type.base === `struct ${tag}`)) return true;
      const names = [n.dst, ...fn.fn.nodes.flatMap((s) => (s.k === 'set' && s.src.k === 'var' && s.src.name === n.dst ? [s.dst] : []))];
      return names.some((name) => concreteTag(fn.fn.locals.find((l) => l.name === name)?.type ?? null) === tag);
    })
  );
}

/** The functions reached unregister the device of the struct: the action ends the object itself, not something that it uses. */
function tearsDown(program: Program, roots: Roots, reached: ReadonlySet<number>, tag: string): boolean {
  return [...reached].some((id) => {
    const fn = program.functions[id];
    return fn?.fn.nodes.some((n) => {
      const effect = n.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
      return n.k === 'call' && effect?.op === 'device-del' && has(roots, n.args[effect.dev], fn, tag);
    });
  });
}

/** Releases or removes the action, calls the teardown, or unregisters the object's device. */
function releases(fn: FnDef, i: number, program: Program, action: FnDef, tag: string, roots: Roots, whole: boolean): boolean {
  const n = fn.fn.nodes[i];
  if (n?.k !== 'call') return false;
  const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
  if (effect?.op === 'release-action' || effect?.op === 'remove-action') {
    const named = n.args[effect.action];
    return (
      (named?.k === 'global' && program.resolve(named.name, fn.file) === action) ||
      (named?.k === 'var' && has(roots, n.args[effect.data], fn, tag))
    );
  }
  if (effect?.op === 'device-del') return whole && has(roots, n.args[effect.dev], fn, tag);
  return program.targets(fn, i).some((t) => t.fn === action);
}

function has(roots: Roots, e: Expr | undefined, fn: FnDef, tag: string): boolean {
  return e !== undefined && roots.of(e, fn).has(tag);
}

/** Structs whose device the object's `parent` member is set to. */
function parents(program: Program, roots: Roots, tag: string): Set<string> {
  const out = new Set<string>();
  for (const fn of program.functions) {
    if (!mentions(fn, tag)) continue;
    for (const n of fn.fn.nodes) {
      if (n.k !== 'store' || n.addr.k !== 'field' || n.addr.name !== 'parent' || !roots.of(n.addr, fn).has(tag)) continue;
      for (const root of roots.of(n.src, fn)) if (root !== tag && program.struct(root)) out.add(root);
    }
  }
  return out;
}

/** Actions on owners that reach the teardown or remove the owner's own device: they run in the unbind of the host. */
function ownerActions(program: Program, reach: Reach, lifetime: Lifetime, releasing: ReadonlySet<number>): DevmRegistration[] {
  return program.registrations.filter((registration) => {
    if (registration.dataTag === lifetime.tag || registration.action.includes(lifetime.action)) return false;
    const owner = [...lifetime.owners].find((tag) => ownerPath(program, registration, tag) !== null);
    if (!owner) return false;
    return registration.action.some((action) => {
      const reached = reach(action);
      return [...releasing].some((id) => reached.has(id)) || deletes(program, reached);
    });
  });
}

function deletes(program: Program, reached: ReadonlySet<number>): boolean {
  return [...reached].some((id) =>
    program.functions[id]?.fn.nodes.some((n) => n.k === 'call' && typeof n.callee === 'string' && effectOf(n.callee)?.op === 'device-del'),
  );
}

/** Path in struct `owner` of what a registration's data points at; null when the data is no part of that struct. */
export function ownerPath(program: Program, registration: DevmRegistration, owner: string): string | null {
  const { dataTag, dataPath } = registration;
  if (!dataTag) return null;
  if (dataTag === owner) return dataPath;
  const embedded = program.embedders(dataTag).find((e) => e.tag === owner);
  return embedded ? (dataPath ? `${embedded.path}.${dataPath}` : embedded.path) : null;
}

export type { EntryPoint };
