import type { Expr, FunctionFacts, Node, TypeRef } from '../facts/types';
import { type CallbackSource, effectOf } from '../kernel';
import { armedBy, type Effect, endedBy } from '../kernel/effects';
import { perFunction } from '../program/per-function';
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

/** What one function does, types and calls considered. */
interface Doings {
  mentions: readonly string[];
  calls: readonly number[];
  allocates: readonly string[];
  /** Members whose work items it queues. */
  queues: readonly string[];
  undresses: boolean;
  arms: readonly CallbackSource[];
  disarms: readonly CallbackSource[];
  destroys: boolean;
  /** Structs that it makes devices for by device_create(). */
  makes: readonly string[];
  closes: readonly Expr[];
  ends: readonly Pick<Site, 'call' | 'effect'>[];
}

const doingsOf = perFunction((program, fn): Doings => {
  const types = [fn.fn.ret, ...fn.fn.params.map((p) => p.type), ...fn.fn.locals.map((l) => l.type)];
  const tags = (list: readonly (string | null | undefined)[]) => [...new Set(list)].filter((tag) => tag != null);
  const calls = fn.fn.nodes.flatMap((n) => {
    const effect = n.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    return n.k === 'call' && effect ? [{ call: n, effect }] : [];
  });
  return {
    mentions: tags(types.map((type) => concreteTag({ ...type, pointers: 1 }))),
    calls: [...new Set(fn.fn.nodes.flatMap((_, i) => program.targets(fn, i).map((target) => target.fn.id)))],
    allocates: tags(calls.flatMap(({ call, effect }) => (effect.op === 'alloc' ? [...allocated(fn.fn, call)] : []))),
    queues: calls.flatMap(({ call, effect }) => {
      const work = effect.op === 'queue-work' ? call.args[effect.work] : undefined;
      return work?.k === 'field' ? [work.name] : [];
    }),
    undresses: calls.some(({ effect }) => effect.op === 'remove-groups'),
    arms: calls.flatMap(({ effect }) => armedBy(effect) ?? []),
    disarms: calls.flatMap(({ effect }) => (effect.op === 'disarm' ? [effect.source] : [])),
    destroys: calls.some(({ effect }) => effect.op === 'device-destroy'),
    makes: tags(
      calls.map(({ call, effect }) => {
        const data = effect.op === 'device-create' ? call.args[effect.data] : undefined;
        return data && concreteTag(program.typeOf(data, fn));
      }),
    ),
    closes: calls.flatMap(({ call, effect }) => {
      const ended = endedBy(effect);
      return (ended == null ? undefined : call.args[ended]) ?? [];
    }),
    ends: calls.flatMap(({ call, effect }) =>
      effect.op === 'device-del' || effect.op === 'release-action' || effect.op === 'remove-action' ? [{ call, effect }] : [],
    ),
  };
});

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
    const does = doingsOf(program, fn);
    for (const tag of does.mentions) put(mentioning, tag, fn.id);
    for (const called of does.calls) put(callers, called, fn.id);
    for (const tag of does.allocates) put(constructing, tag, fn.id);
    for (const member of does.queues) put(queueing, member, fn.id);
    if (does.undresses) undressing.add(fn.id);
    for (const source of does.arms) put(arming, source, fn.id);
    for (const source of does.disarms) put(disarming, source, fn.id);
    if (does.destroys) destroying.add(fn.id);
    for (const tag of does.makes) made.add(tag);
    for (const cell of does.closes) closing.push({ fn, cell });
    for (const end of does.ends) ending.push({ fn, ...end });
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
  return new Set(program.functions.flatMap((fn) => devicesMadeIn(program, fn)));
}

const devicesMadeIn = perFunction((program, fn): readonly string[] =>
  fn.fn.nodes.flatMap((n) => {
    const effect = n.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    if (n.k !== 'call' || effect?.op !== 'device-create' || !n.dst) return [];
    const data = n.args[effect.data];
    const tag = data ? concreteTag(program.typeOf(data, fn)) : null;
    const names = namesOf(fn.fn, n.dst);
    return fn.fn.nodes.flatMap((s) => {
      const place = s.k === 'store' && s.src.k === 'var' && names.has(s.src.name) ? memberOf(program, s.addr, fn) : null;
      return place && place.tag === tag ? [`${place.tag}.${place.member}`] : [];
    });
  }),
);

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

function put<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}
