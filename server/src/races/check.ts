import type { Finals } from '../lifetimes/finals';
import { reachability } from '../lifetimes/reach';
import type { Roots } from '../lifetimes/roots';
import type { Lifetime } from '../lifetimes/types';
import type { FnDef, Program } from '../program/types';
import { constructorLimits, pairLimits } from './budgets';
import { areOfOneBinding, areOfOneFile, Cast } from './cast';
import { crowdsOf } from './crowds';
import { natives, runEffect } from './effects';
import { explore, type Limits, type ThreadSpec } from './explore';
import { Machine } from './machine';
import { type OnPair, Pairing, type PairResult, Shapes } from './pairing';
import { storedBefore } from './pointers';
import { construct, hostsOf, type Prologue, unbindEnds } from './prologue';
import type { Slicer } from './slice';
import type { SliceMemory } from './slice-memory';
import type { Tables } from './step-state';
import { type Managed, SubjectView } from './subject';
import { hostText, lockedEntryNative, unbindThread } from './threads';

export interface LifetimeResult {
  lifetime: Lifetime;
  host: string | null;
  pairs: PairResult[];
  /** Executed steps of the machine, those of reused results included: what the budget counts. */
  steps: number;
  assumptions: string[];
}

/** What stands in for exploring, where something is known already or something else is wanted of the same scenarios. */
export interface Hooks {
  onPair: OnPair;
  slices?: SliceMemory;
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
 * When managed memory of the objects goes: with the devres of its host, or, where ->remove ends the object and no action does, after that, in the same
 * unbind (drivers/base/dd.c __device_release_driver). Where both do, it is taken to stay.
 */
function managedBy({ endsObject, releasers, registrations, ownerActions }: Lifetime): Managed | null {
  if (!endsObject) return null;
  if (!releasers.some(({ kind }) => kind === 'remove')) return 'devres';
  return registrations.length === 0 && ownerActions.length === 0 ? 'remove' : null;
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
  const { tag, action, owners, endsObject, stored } = lifetime;
  const view = new SubjectView(
    { tag, action, owners, endsObject, managed: managedBy(lifetime), ...(stored ? { cells: stored.cells } : {}) },
    program,
    roots,
  );
  const cast = new Cast(program, reachability(program), lifetime, view, hooks.slices);
  const { slicer, constructors, releasers, works, building, ends, remove } = cast;
  const kept = hooks.onPrologue?.(slicer, [...constructors, ...works], [...ends, ...(remove ? [remove] : [])], limits);
  const machine = new Machine(view, slicer, finals, runEffect, { ...natives, 'locked-entry': lockedEntryNative }, kept?.tables);
  const text = hostText(lifetime);
  const shapes = new Shapes(slicer);
  const unbindOf = (host: number, epilogue: boolean) =>
    unbindThread(program, lifetime, machine, host, text ?? machine.values.show(host), remove, epilogue);
  const begin = (): Prologue => {
    const alone = constructorLimits(limits, stored !== undefined);
    const { built, cut } = construct(machine, shapes.oneOfEach(constructors), works, alone);
    // The ->remove that ends the objects is the unbind of their host.
    const hosts = view.subject.managed === 'remove' ? [] : hostsOf(machine, built, text);
    const last = hosts.slice(0, 1).map((host) => unbindOf(host, true));
    const end = unbindEnds(machine, built, [...last, ...works], alone);
    const prologue = { built, cut: [...cut, ...end.cut], hosts, unbindEnds: end.holds };
    kept?.keep(machine, prologue);
    return prologue;
  };
  const prologue = kept?.restore(machine) ?? begin();
  const unbinds = prologue.hosts.map((host) => unbindOf(host, false));
  const [epilogue = null] = prologue.hosts.map((host) => unbindOf(host, true));
  const pairing = new Pairing({
    machine,
    prologue,
    works,
    epilogue,
    shapes,
    limits: pairLimits(limits, stored !== undefined, machine.steps),
    onPair: hooks.onPair,
    builds: (spec) => cast.builds(spec),
    endsOthers: (spec) => cast.endsOthers(spec),
    findsOthers: (spec) => cast.findsOthers(spec),
  });
  const actors = [...building, ...releasers];
  actors.forEach((a, i) => {
    for (const b of actors.slice(i))
      if ((a !== b || a.point?.selfConcurrent) && !areOfOneBinding(a, b) && !areOfOneFile(a, b, lifetime)) pairing.run(a, b);
  });
  for (const actor of actors) for (const unbind of unbinds) pairing.run(actor, unbind);
  for (const group of cast.users()) {
    const [first] = group;
    const users = group.map((point) => cast.thread(point));
    const pairsOf = (pairOf: (user: ThreadSpec) => [ThreadSpec, ThreadSpec]) =>
      pairing.runAlike(users.map(pairOf).filter(([a, b]) => !areOfOneFile(a, b, lifetime)));
    for (const builder of building) if (first && cast.meets(first, builder)) pairsOf((user) => [builder, user]);
    for (const other of [...releasers, ...unbinds]) pairsOf((user) => [user, other]);
  }
  if (limits.threads !== undefined && limits.threads > 2)
    for (const crowd of crowdsOf(shapes.oneOfEach(building), shapes.oneOfEach(releasers), unbinds, limits.threads)) pairing.runCrowd(crowd);
  const { pairs } = pairing;
  const before = storedBefore(
    program,
    stored?.cells ?? new Set(),
    pairs.flatMap(({ witnesses }) => witnesses),
  );
  return { lifetime, host: text, pairs, steps: machine.steps, assumptions: [...machine.assumptions, ...before] };
}
