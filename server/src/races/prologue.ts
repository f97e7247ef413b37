import { explore, type Limits, type ThreadSpec } from './explore';
import { leftOver } from './leftover';
import type { Machine } from './machine';
import { madeBy, type State } from './state';
import { TOP } from './values';

/** What the explorations of a lifetime start from. */
export interface Prologue {
  /** Shared states after one constructor has built an object and ended. */
  built: State['shared'][];
  cut: string[];
  /** Hosts on whose lists the objects stand. */
  hosts: number[];
  /** The unbind of the host, alone, tears down all that was built. */
  unbindEnds: boolean;
}

/** Runs each constructor alone: what it leaves behind is what handlers and unbind start from. */
export function construct(
  machine: Machine,
  constructors: readonly ThreadSpec[],
  works: readonly ThreadSpec[],
  limits: Limits,
): Pick<Prologue, 'built' | 'cut'> {
  const built = new Map<string, State['shared']>();
  const cut: string[] = [];
  for (const spec of constructors) {
    const exploration = explore(machine, { initial: [[]], threads: [spec, ...works] }, limits);
    cut.push(...exploration.cut);
    for (const shared of exploration.finals.map((f) => withoutThreads(machine, f)))
      if (isBuilt(machine, shared)) built.set(shared.join(), shared);
  }
  return { built: [...built.values()], cut };
}

/** Whether the unbind alone leaves nothing registered, and why that is not known. */
export function unbindEnds(
  machine: Machine,
  built: Prologue['built'],
  threads: ThreadSpec[],
  limits: Limits,
): { holds: boolean; cut: string[] } {
  if (threads.length === 0 || built.length === 0) return { holds: false, cut: [] };
  const { finals, cut } = explore(machine, { initial: built, threads }, limits);
  const ended = finals.filter((shared) => !built.includes(shared));
  return { holds: cut.length === 0 && ended.length > 0 && ended.every((shared) => leftOver(machine, shared) === null), cut };
}

/** What the ended threads of the prologue remember of themselves is no part of the state that others start from. */
function withoutThreads(machine: Machine, shared: State['shared']): State['shared'] {
  return shared.map((value, i) => (/^(made by|running|unprotected|self) /.test(machine.slots.names[i] ?? '') ? 0 : value));
}

/** A state in which a thread has made all the objects that it makes. */
export function withoutBuilding(machine: Machine, shared: State['shared'], thread: number): State['shared'] {
  const slot = machine.slots.of(madeBy(thread));
  const made = [...shared, ...Array.from({ length: Math.max(0, slot + 1 - shared.length) }, () => 0)];
  made[slot] = TOP + 1;
  return made;
}

/** An object exists and others can reach it. */
function isBuilt(machine: Machine, shared: State['shared']): boolean {
  const set = (name: string) => {
    const index = machine.slots.names.indexOf(name);
    return index >= 0 && Boolean(shared[index]);
  };
  // What was registered is what others store pointers to, and look up.
  const exists = machine.view.subject.cells ? 'registered' : 'public';
  return machine.values.tracked.some(
    ({ id }) => set(`${exists} ${id}`) && set(`public ${id}`) && !set(`freed ${id}`) && !set(`deleting ${id}`),
  );
}

/** Hosts on whose lists the objects stand after construction; where they stand on none, the one that the registration names. */
export function hostsOf(machine: Machine, built: Prologue['built'], text: string | null): number[] {
  const hosts = new Set<number>();
  machine.slots.names.forEach((name, i) => {
    const host = name.startsWith('devres ') && built.some((shared) => shared[i]) ? Number(name.slice('devres '.length)) : null;
    // What hangs at the object's own device goes with its device_del().
    if (host !== null && machine.tracked(host) === null) hosts.add(host);
  });
  if (hosts.size === 0 && text !== null) hosts.add(machine.values.ptr(machine.values.object(`host ${text}`, 'deref', null).id, ''));
  return [...hosts];
}
