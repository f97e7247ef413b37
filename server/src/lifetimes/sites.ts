import type { Expr, FunctionFacts, Node, TypeRef } from '../facts/types';
import { type CallbackSource, effectOf } from '../kernel';
import { armedBy, type Effect, endedBy } from '../kernel/effects';
import type { FnDef, Program } from '../program/types';
import { castsOf } from './casts';
import { concreteTag, type Roots, UNKNOWN_ROOT } from './roots';

/** A call whose effect bears on lifetimes: it unregisters a device, or takes an action off a devres list. */
export interface Site {
  fn: FnDef;
  call: Extract<Node, { k: 'call' }>;
  effect: Extract<Effect, { op: 'device-del' | 'release-action' | 'remove-action' }>;
}

/** Where a program builds, names and ends objects: found in one pass, asked for each lifetime. */
export interface Sites {
  /** Functions that allocate an object of the struct. */
  constructing: ReadonlyMap<string, ReadonlySet<number>>;
  /** Functions with a result, parameter or local of the struct, or a pointer to it. */
  mentioning: ReadonlyMap<string, ReadonlySet<number>>;
  ending: readonly Site[];
  /** Structs whose device, or character device where they have no other, a function unregisters. */
  deletes: ReadonlyMap<number, ReadonlySet<string>>;
  /** Functions that remove attributes from a device that stays. */
  undressing: ReadonlySet<number>;
  /** Functions that make callbacks of a kind possible. */
  arming: ReadonlyMap<CallbackSource, ReadonlySet<number>>;
  /** Functions after which callbacks of a kind are called no more. */
  disarming: ReadonlyMap<CallbackSource, ReadonlySet<number>>;
  callersOf(fn: FnDef): ReadonlySet<number>;
  /** Functions that queue a work item, by the member that holds it. */
  queueing: ReadonlyMap<string, ReadonlySet<number>>;
}

export function collectSites(program: Program, roots: Roots): Sites {
  const constructing = new Map<string, Set<number>>();
  const mentioning = new Map<string, Set<number>>();
  const callers = new Map<number, Set<number>>();
  const deletes = new Map<number, Set<string>>();
  const ending: Site[] = [];
  const closing: { fn: FnDef; cell: Expr }[] = [];
  /** Structs that device_create() makes devices for, and functions that unregister some by number. */
  const made = new Set<string>();
  const destroying = new Set<number>();
  const undressing = new Set<number>();
  const arming = new Map<CallbackSource, Set<number>>();
  const disarming = new Map<CallbackSource, Set<number>>();
  const queueing = new Map<string, Set<number>>();
  for (const fn of program.functions) {
    for (const type of [fn.fn.ret, ...fn.fn.params.map((p) => p.type), ...fn.fn.locals.map((l) => l.type)])
      put(mentioning, concreteTag({ ...type, pointers: 1 }), fn.id);
    fn.fn.nodes.forEach((n, i) => {
      if (n.k !== 'call') return;
      for (const target of program.targets(fn, i)) put(callers, target.fn.id, fn.id);
      const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
      if (effect?.op === 'alloc') for (const tag of allocated(fn.fn, n)) put(constructing, tag, fn.id);
      const work = effect?.op === 'queue-work' ? n.args[effect.work] : undefined;
      if (work?.k === 'field') put(queueing, work.name, fn.id);
      if (effect?.op === 'remove-groups') undressing.add(fn.id);
      put<CallbackSource, number>(arming, armedBy(effect), fn.id);
      if (effect?.op === 'disarm') put(disarming, effect.source, fn.id);
      if (effect?.op === 'device-destroy') destroying.add(fn.id);
      const data = effect?.op === 'device-create' ? n.args[effect.data] : undefined;
      const held = data && concreteTag(program.typeOf(data, fn));
      if (held) made.add(held);
      const ended = effect && endedBy(effect);
      const cell = ended == null ? undefined : n.args[ended];
      if (cell) closing.push({ fn, cell });
      if (effect?.op === 'device-del' || effect?.op === 'release-action' || effect?.op === 'remove-action')
        ending.push({ fn, call: n, effect });
    });
  }
  const members = madeDevices(program);
  for (const { fn, call, effect } of ending) {
    const dev = effect.op === 'device-del' ? call.args[effect.dev] : undefined;
    if (!dev) continue;
    const found = roots.of(dev, fn);
    for (const tag of found) put(deletes, fn.id, tag);
    // A device that was looked up is one of those that the function takes it for.
    if (dev.k === 'var' && [...found].every((tag) => tag === UNKNOWN_ROOT))
      for (const tag of castsOf(program, fn, dev.name)) put(deletes, fn.id, tag);
    const place = dev.k === 'load' ? memberOf(program, dev.addr, fn) : null;
    if (place && members.has(`${place.tag}.${place.member}`)) put(deletes, fn.id, place.tag);
  }
  // Where nothing but a character device or a kobject makes an object known, its end is the object's.
  const withDevice = new Set([...deletes.values()].flatMap((tags) => [...tags]));
  for (const { fn, cell } of closing)
    for (const tag of roots.of(cell, fn)) if (!withDevice.has(tag) && !constructing.get(tag)?.has(fn.id)) put(deletes, fn.id, tag);
  for (const tag of made)
    if (!withDevice.has(tag))
      for (const id of mentioning.get(tag) ?? []) if (destroying.has(id) && !constructing.get(tag)?.has(id)) put(deletes, id, tag);
  return {
    constructing,
    mentioning,
    ending,
    deletes,
    undressing,
    arming,
    disarming,
    callersOf: (fn) => callers.get(fn.id) ?? new Set(),
    queueing,
  };
}

/** Members, as `tag.member`, that hold the device which device_create() made for their struct. */
function madeDevices(program: Program): Set<string> {
  const out = new Set<string>();
  for (const fn of program.functions)
    for (const n of fn.fn.nodes) {
      const effect = n.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
      if (n.k !== 'call' || effect?.op !== 'device-create' || !n.dst) continue;
      const data = n.args[effect.data];
      const tag = data ? concreteTag(program.typeOf(data, fn)) : null;
      const names = namesOf(fn.fn, n.dst);
      for (const s of fn.fn.nodes) {
        const place = s.k === 'store' && s.src.k === 'var' && names.has(s.src.name) ? memberOf(program, s.addr, fn) : null;
        if (place && place.tag === tag) out.add(`${place.tag}.${place.member}`);
      }
    }
  return out;
}

function memberOf(program: Program, addr: Expr, fn: FnDef): { tag: string; member: string } | null {
  const tag = addr.k === 'field' ? concreteTag(program.typeOf(addr.base, fn)) : null;
  return addr.k === 'field' && tag !== null ? { tag, member: addr.name } : null;
}

/** A variable and those that are set from it. */
function namesOf(fn: FunctionFacts, name: string | undefined): Set<string | undefined> {
  return new Set([name, ...fn.nodes.flatMap((n) => (n.k === 'set' && n.src.k === 'var' && n.src.name === name ? [n.dst] : []))]);
}

/** Structs that an allocation may be of: by a sizeof argument, or by the variables that receive it. */
export function allocated(fn: FunctionFacts, call: Site['call']): Set<string> {
  const tags = new Set<string>();
  const add = (type: TypeRef | undefined) => {
    const tag = type ? concreteTag(type) : null;
    if (tag) tags.add(tag);
  };
  for (const arg of call.args) if (arg.k === 'cast') add({ ...arg.type, pointers: 1 });
  const names = namesOf(fn, call.dst);
  for (const local of fn.locals) if (names.has(local.name)) add(local.type);
  return tags;
}

function put<K, V>(map: Map<K, Set<V>>, key: K | null, value: V): void {
  if (key === null) return;
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}
