import type { EntryKind } from '../findings/types';
import { callbackSource, isOfFile } from '../lifetimes/discover';
import type { Finals } from '../lifetimes/finals';
import { makesOnOwnDevice, namesOwnDevice, registeredOnOwnDevice } from '../lifetimes/own-device';
import { reachability } from '../lifetimes/reach';
import type { Roots } from '../lifetimes/roots';
import type { Lifetime } from '../lifetimes/types';
import type { EntryPoint, FnDef, Program } from '../program/types';
import { crowdsOf } from './crowds';
import { natives, runEffect } from './effects';
import { type Exploration, explore, type Limits, type Scenario, type ThreadSpec, type Witness } from './explore';
import { Machine } from './machine';
import { pairLimits, prologueLimits, storedBefore, usesOfFreed } from './pointers';
import { construct, hostsOf, type Prologue, unbindEnds } from './prologue';
import { Relevance } from './relevance';
import { shapeOf } from './shape';
import { Slicer } from './slice';
import type { State } from './state';
import type { Tables } from './step-state';
import { SubjectView } from './subject';
import { type EntryContext, entryThread, hostText, lockedEntryNative, unbindThread } from './threads';

/** The exploration of one pair of entry points of a lifetime. */
export interface PairResult {
  pair: [string, string];
  /** How many of the threads run at once, the pair among them; the rest are work items and the last unbind. */
  atOnce: number;
  threads: { entry: string; kind: EntryKind; fn: FnDef | null; driver: string | null }[];
  /** The pair that was explored for this one, whose entries do the same; null where this one was explored itself. */
  as: [string, string] | null;
  states: number;
  witnesses: Witness[];
  cut: string[];
}

export interface LifetimeResult {
  lifetime: Lifetime;
  host: string | null;
  pairs: PairResult[];
  /** Executed steps of the machine, those of reused results included: what the budget counts. */
  steps: number;
  assumptions: string[];
}

/** What is done with the scenario of one pair. */
export type OnPair = (machine: Machine, scenario: Scenario, limits: Limits) => Pick<Exploration, 'states' | 'witnesses' | 'cut'>;

/** What stands in for exploring, where something is known already or something else is wanted of the same scenarios. */
export interface Hooks {
  onPair: OnPair;
  /** What is known of the prologue of a lifetime within these budgets. `alone`: the threads that run alone in it; `ends`: what the unbind runs. */
  onPrologue?(slicer: Slicer, alone: readonly ThreadSpec[], ends: readonly FnDef[], limits: Limits): KeptPrologue;
}

/** A place for a prologue that outlasts its machine. */
export interface KeptPrologue {
  /** Those that its numbers belong to; absent where it is not known. */
  tables?: Tables;
  /** Null where it is not known. */
  restore(machine: Machine): Prologue | null;
  keep(machine: Machine, prologue: Prologue): void;
}

/**
 * Explores every pair of threads of a lifetime, a handler with itself included. After each pair the host is unbound.
 */
export function checkLifetime(
  program: Program,
  roots: Roots,
  finals: Finals,
  lifetime: Lifetime,
  limits: Limits,
  hooks: Hooks = { onPair: explore },
): LifetimeResult {
  const view = new SubjectView(
    {
      tag: lifetime.tag,
      action: lifetime.action,
      owners: lifetime.owners,
      endsObject: lifetime.endsObject,
      ...(lifetime.stored ? { cells: lifetime.stored.cells } : {}),
    },
    program,
    roots,
  );
  const reach = reachability(program);
  const users = lifetime.stored?.finders ?? lifetime.users;
  const handlers = [...lifetime.constructors, ...lifetime.releasers, ...lifetime.users].filter((point) => point.kind.startsWith('sysfs'));
  const entries = [...lifetime.constructors, ...lifetime.releasers, ...users, ...lifetime.works];
  const under = (points: EntryPoint[]) => new Set(points.flatMap((point) => [...reach(point.fn)]));
  const exported = under(entries.filter((point) => point.kind === 'export'));
  const groups = new Map(handlers.flatMap((point) => point.groups.map(({ key, makers }): [string, readonly number[]] => [key, makers])));
  const slicer = new Slicer(
    new Relevance(view, under(handlers), exported, new Set(entries.filter(isOfFile).map((point) => point.subject)), new Set(groups.keys())),
  );
  const ends = [lifetime.action, ...lifetime.ownerActions.flatMap((r) => r.action)];
  if (lifetime.stored) {
    slicer.build([...users.map((e) => e.fn), ...ends]);
    slicer.relevance.freeze();
  }
  if (!lifetime.endsObject) {
    // The constructors only set the scene: what they decide by does not matter, but what the releasers read does.
    slicer.build([...lifetime.releasers.map((e) => e.fn), ...ends]);
    slicer.relevance.freeze();
  }
  const drivers = new Set(
    lifetime.constructors.flatMap((point) => {
      const driver = point.kind === 'probe' ? `driver:${point.subject}` : point.via;
      return driver?.startsWith('driver:') && namesOwnDevice(program, reach, lifetime.registrations, point) ? [driver] : [];
    }),
  );
  const makes = (fn: FnDef) => new Set([...groups].flatMap(([key, makers]) => (makers.some((id) => reach(fn).has(id)) ? [key] : [])));
  // Drivers whose probe makes the group that a handler is in, on its own device.
  const groupDrivers = (point: EntryPoint): string[] =>
    point.groups.length === 0
      ? []
      : program.entryPoints
          .filter((probe) => probe.kind === 'probe' && makesOnOwnDevice(program, reach, point.groups, probe))
          .map((probe) => `driver:${probe.subject}`);
  const removing = new Set(drivers);
  for (const point of lifetime.constructors)
    if (namesOwnDevice(program, reach, lifetime.registrations, point)) for (const driver of groupDrivers(point)) removing.add(driver);
  // A ->remove that ends the object is a thread of its own; one that only ends its callbacks is part of the unbind.
  const removes = program.entryPoints.filter(
    (point) => point.kind === 'remove' && removing.has(`driver:${point.subject}`) && !lifetime.releasers.includes(point),
  );
  // A probe that fails makes none of its driver's groups.
  if (handlers.some(({ via }) => via !== null && drivers.has(via)))
    for (const point of lifetime.constructors) if (point.kind === 'probe') slicer.needResult(point.fn);
  slicer.build([...[...entries, ...removes].map((e) => e.fn), ...ends]);
  const text = hostText(lifetime);
  const works =
    slicer.queuesWork() && !lifetime.stored
      ? lifetime.works
          .filter((point) => point.owner === lifetime.tag || slicer.relevance.isRelevant(point.fn))
          .map((point) => entryThread(point, lifetime.tag))
      : [];
  const removers = new Set(lifetime.releasers.flatMap((point) => (point.kind === 'remove' ? [`driver:${point.subject}`] : [])));
  const contextOf = (point: EntryPoint): EntryContext => ({
    ofDriver: point.via !== null && (drivers.has(point.via) || removers.has(point.via)),
    onHost: (point.via !== null && drivers.has(point.via)) || groupDrivers(point).some((driver) => removing.has(driver)),
  });
  const isArmed = (point: EntryPoint) => {
    const source = callbackSource(point.kind);
    return (
      source !== null && slicer.arms(source) && point.owner !== null && (point.owner === lifetime.tag || lifetime.owners.has(point.owner))
    );
  };
  const thread = (point: EntryPoint) => entryThread(point, lifetime.tag, { ...contextOf(point), armed: isArmed(point) });
  const constructors = lifetime.constructors.map((point) =>
    entryThread(point, lifetime.tag, {
      ...contextOf(point),
      locksHost: registeredOnOwnDevice(program, reach, lifetime, point),
      makes: makes(point.fn),
    }),
  );
  const remove = removes.map((point) => point.fn).find((fn) => slicer.relevance.isRelevant(fn)) ?? null;
  const kept = hooks.onPrologue?.(slicer, [...constructors, ...works], [...ends, ...(remove ? [remove] : [])], limits);
  const machine = new Machine(view, slicer, finals, runEffect, { ...natives, 'locked-entry': lockedEntryNative }, kept?.tables);
  const unbindOf = (host: number, epilogue: boolean) =>
    unbindThread(program, lifetime, machine, host, text ?? machine.values.show(host), remove, epilogue);
  const shapes = new Map<EntryPoint, string>();
  const shape = (spec: ThreadSpec): string => {
    if (!spec.point) return `${spec.entry} ${spec.host}`;
    const known = shapes.get(spec.point) ?? shapeOf(spec.point, slicer);
    shapes.set(spec.point, known);
    return known;
  };
  const begin = (): Prologue => {
    const { built, cut } = construct(
      machine,
      onePerShape(constructors, shape),
      works,
      lifetime.stored ? prologueLimits(limits, machine.steps) : limits,
    );
    const hosts = hostsOf(machine, built, text);
    const last = hosts.slice(0, 1).map((host) => unbindOf(host, true));
    const end = unbindEnds(machine, built, [...last, ...works], limits);
    const prologue = { built, cut: [...cut, ...end.cut], hosts, unbindEnds: end.holds };
    kept?.keep(machine, prologue);
    return prologue;
  };
  const prologue = kept?.restore(machine) ?? begin();
  const unbinds = prologue.hosts.map((host) => unbindOf(host, false));
  const epilogues = prologue.hosts.map((host) => unbindOf(host, true));
  const releasers = lifetime.releasers.map((point): ThreadSpec => ({ ...thread(point), ends: true }));
  const followed = users.filter(
    (point) =>
      lifetime.endsObject &&
      (!lifetime.stored || slicer.relevance.obtains(point.fn)) &&
      (slicer.relevance.isRelevant(point.fn) || point.owner === lifetime.tag) &&
      (callbackSource(point.kind) === null || isArmed(point) || isOfFile(point) || lifetime.stored),
  );
  const met = alike(followed, lifetime.tag, slicer, (fn) => slicer.relevance.locksUnder(reach(fn)).join());
  /** Before it is built nothing but its own attributes reaches an object; what takes no lock of the builder's is drained by any removal. */
  const meets = (point: EntryPoint, builder: ThreadSpec): boolean => {
    if (point.owner !== lifetime.tag || !builder.point) return false;
    if (isArmed(point)) return true;
    const taken = slicer.relevance.locksUnder(reach(builder.point.fn));
    return slicer.relevance.isHard(point.fn) || slicer.relevance.locksUnder(reach(point.fn)).some((lock) => taken.includes(lock));
  };
  const endsWhatItFinds = (point: EntryPoint): boolean =>
    lifetime.constructors.includes(point) && point.kind !== 'probe' && slicer.endsOthers(point.fn);
  const bounded = lifetime.stored ? pairLimits(limits) : limits;
  const pairs: PairResult[] = [];
  const explored = new Map<string, PairResult>();
  const together = (specs: ThreadSpec[]): PairResult => {
    const fresh = specs.some(({ point }) => point !== null && lifetime.constructors.includes(point));
    // An entry that builds one object and ends another meets what was there before.
    const both = specs.some(({ point }) => point !== null && endsWhatItFinds(point));
    const initial = fresh ? [[], ...(both ? prologue.built : [])] : prologue.built;
    const others = [...works, ...(specs.some((spec) => spec.kind === 'unbind') ? [] : epilogues.slice(0, 1))];
    return result(machine, specs, others, initial, prologue, bounded, hooks.onPair);
  };
  const run = (a: ThreadSpec, b: ThreadSpec) => {
    const key = `${shape(a)} ${shape(b)}`;
    const twin = explored.get(key);
    const pair = twin ? renamed(twin, a, b) : together([a, b]);
    explored.set(key, twin ?? pair);
    pairs.push(pair);
  };
  // Where the action does not end the object, a probe only sets the scene: what it builds others can reach when it has ended.
  const building = constructors.filter((spec) => !lifetime.stored && (lifetime.endsObject || spec.kind !== 'probe'));
  const actors = [...building, ...releasers];
  for (let i = 0; i < actors.length; i++)
    for (let j = i; j < actors.length; j++) {
      const [a, b] = [actors[i], actors[j]] as [ThreadSpec, ThreadSpec];
      if ((i === j && !a.point?.selfConcurrent) || areOfOneBinding(a, b)) continue;
      run(a, b);
    }
  for (const actor of actors) for (const unbind of unbinds) run(actor, unbind);
  const runAlike = (group: EntryPoint[], pairOf: (user: ThreadSpec) => [ThreadSpec, ThreadSpec]) => {
    const [first, ...rest] = group.map((point) => pairOf(thread(point)));
    if (!first) return;
    run(...first);
    const explored = pairs.at(-1) as PairResult;
    for (const [a, b] of rest) pairs.push(renamed(explored, a, b));
  };
  for (const group of met) {
    for (const builder of building.filter((spec) => meets(group[0] as EntryPoint, spec))) runAlike(group, (user) => [builder, user]);
    for (const other of [...releasers, ...unbinds]) runAlike(group, (user) => [user, other]);
  }
  if (limits.threads !== undefined && limits.threads > 2)
    for (const crowd of crowdsOf(onePerShape(building, shape), onePerShape(releasers, shape), unbinds, limits.threads))
      pairs.push(together(crowd));
  const before = storedBefore(
    program,
    lifetime.stored?.cells ?? new Set(),
    pairs.flatMap(({ witnesses }) => witnesses),
  );
  return { lifetime, host: text, pairs, steps: machine.steps, assumptions: [...machine.assumptions, ...before] };
}

/**
 * Handlers of the object's own attributes that only touch it are alike: its removal waits for all of them before the
 * object can go, so only the locks that they wait for tell them apart. One of each kind is explored for all.
 */
function alike(points: EntryPoint[], tag: string, slicer: Slicer, locksOf: (fn: FnDef) => string): EntryPoint[][] {
  const groups = new Map<string, EntryPoint[]>();
  for (const point of points) {
    const plain = point.kind.startsWith('sysfs') && point.owner === tag && !slicer.relevance.isHard(point.fn);
    const key = plain ? `${point.path}|${locksOf(point.fn)}` : `${point.fn.id}`;
    const group = groups.get(key);
    if (group) group.push(point);
    else groups.set(key, [point]);
  }
  return [...groups.values()];
}

/** The driver that a probe or remove is of: the driver core runs both with the lock of its device held (drivers/base/dd.c). */
function driverOf({ kind, deviceLocked, subject }: EntryPoint): string | null {
  return deviceLocked && (kind === 'probe' || kind === 'remove') ? subject : null;
}

/** ->remove and ->shutdown of one driver: a device that one of them has ended is not given to the other (drivers/base/core.c device_shutdown). */
function areOfOneBinding(a: ThreadSpec, b: ThreadSpec): boolean {
  const driver = a.kind === 'remove' && b.kind === 'remove' && a.point && driverOf(a.point);
  return Boolean(driver) && driver === (b.point && driverOf(b.point));
}

function onePerShape(specs: ThreadSpec[], shapeOfThread: (spec: ThreadSpec) => string): ThreadSpec[] {
  const seen = new Set<string>();
  return specs.filter((spec) => {
    const shape = shapeOfThread(spec);
    return seen.has(shape) ? false : Boolean(seen.add(shape));
  });
}

/** The result of a pair that was explored under other names. */
function renamed(explored: PairResult, a: ThreadSpec, b: ThreadSpec): PairResult {
  const threads = explored.threads.map((thread, i) => (i === 0 ? named(a) : i === 1 ? named(b) : thread));
  return { ...explored, pair: [a.entry, b.entry], threads, as: explored.as ?? explored.pair };
}

function named(spec: ThreadSpec): PairResult['threads'][number] {
  return { entry: spec.entry, kind: spec.kind, fn: spec.point?.fn ?? null, driver: spec.point && driverOf(spec.point) };
}

function result(
  machine: Machine,
  specs: ThreadSpec[],
  others: ThreadSpec[],
  initial: readonly State['shared'][],
  prologue: Prologue,
  limits: Limits,
  onPair: OnPair,
): PairResult {
  const threads = [...specs, ...others];
  const ends = [specs[0]?.entry, specs.at(-1)?.entry] as [string, string];
  const base = { pair: ends, atOnce: specs.length, threads: threads.map(named), as: null };
  if (initial.length === 0) {
    const reason = prologue.cut[0] ?? `no explored path constructs struct ${machine.view.subject.tag}`;
    return { ...base, states: 0, witnesses: [], cut: [reason] };
  }
  const { states, witnesses, cut: own } = onPair(machine, { initial, threads, unbindEnds: prologue.unbindEnds }, limits);
  // What the constructors did not get to is missing from what the pair starts from.
  const starts = initial.some((shared) => shared.length > 0);
  const cut = starts ? [...new Set([...prologue.cut, ...own])] : own;
  if (!machine.view.subject.cells) return { ...base, states, witnesses, cut };
  const ender = threads.findIndex((spec) => spec.kind === 'unbind');
  return { ...base, states, witnesses: usesOfFreed(witnesses, ender), cut };
}
