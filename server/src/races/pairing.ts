import type { EntryKind } from '../findings/types';
import { driverOf } from '../lifetimes/drivers';
import type { FnDef } from '../program/types';
import type { Exploration, Limits, Scenario, ThreadSpec, Witness } from './explore';
import type { Machine } from './machine';
import { usesOfFreed } from './pointers';
import { type Prologue, withoutBuilding } from './prologue';
import { shapeOf } from './shape';
import type { Slicer } from './slice';
import type { State } from './state';

/** The exploration of one pair of entry points of a lifetime. */
export interface PairResult {
  pair: [string, string];
  /** How many of the threads run at once, the pair among them; the rest are work items and the last unbind. */
  atOnce: number;
  threads: { entry: string; kind: EntryKind; fn: FnDef | null; driver: string | null }[];
  /** The pair that was explored for this one, whose entries do the same; null where this one was explored itself. */
  as: [string, string] | null;
  /** Of what constructors leave before an object is looked up one state stands for all: a bound of the verdict. */
  isSampled: boolean;
  states: number;
  witnesses: Witness[];
  cut: string[];
}

/** What is done with the scenario of one pair. */
export type OnPair = (machine: Machine, scenario: Scenario, limits: Limits) => Pick<Exploration, 'states' | 'witnesses' | 'cut'>;

/** What all pairs of a lifetime have in common. */
export interface Setting {
  machine: Machine;
  prologue: Prologue;
  /** Threads of work items, and the last unbind: they run with every pair. */
  works: readonly ThreadSpec[];
  epilogue: ThreadSpec | null;
  shapes: Shapes;
  limits: Limits;
  onPair: OnPair;
  /** The thread builds an object. */
  builds(spec: ThreadSpec): boolean;
  /** The thread builds an object and ends another. */
  endsOthers(spec: ThreadSpec): boolean;
  /** The thread builds an object where it does not find one. */
  findsOthers(spec: ThreadSpec): boolean;
}

/** Explores pairs of threads; entries that do the same are explored once. */
export class Pairing {
  readonly pairs: PairResult[] = [];
  private readonly explored = new Map<string, PairResult>();

  constructor(private readonly setting: Setting) {}

  run(a: ThreadSpec, b: ThreadSpec): void {
    const { shapes } = this.setting;
    const key = `${shapes.of(a)} ${shapes.of(b)}`;
    const twin = this.explored.get(key);
    const pair = twin ? renamed(twin, a, b) : this.explore([a, b]);
    this.explored.set(key, twin ?? pair);
    this.pairs.push(pair);
  }

  /** Pairs whose first one stands for all. */
  runAlike(pairs: readonly [ThreadSpec, ThreadSpec][]): void {
    const [first, ...rest] = pairs;
    if (!first) return;
    this.run(...first);
    const explored = this.pairs.at(-1) as PairResult;
    for (const [a, b] of rest) this.pairs.push(renamed(explored, a, b));
  }

  /** More than two threads at once. */
  runCrowd(specs: ThreadSpec[]): void {
    this.pairs.push(this.explore(specs));
  }

  /** What the threads start from. */
  private startOf(specs: ThreadSpec[]): { initial: readonly State['shared'][]; isSampled: boolean } {
    const { machine, prologue, builds, endsOthers, findsOthers } = this.setting;
    const { built } = prologue;
    if (!specs.some(builds)) return { initial: built, isSampled: false };
    // An entry that builds one object and ends another meets what was there before.
    if (specs.some(endsOthers)) return { initial: [[], ...built], isSampled: false };
    // One that builds what it does not find meets who ends that, in the state that the last constructor left.
    const finder = specs.some((spec) => spec.ends || spec.kind === 'unbind') ? specs.findIndex(findsOthers) : -1;
    if (finder < 0) return { initial: [[]], isSampled: false };
    const last = built.slice(-1).map((shared) => withoutBuilding(machine, shared, finder));
    return { initial: [[], ...last], isSampled: built.length > 1 };
  }

  private explore(specs: ThreadSpec[]): PairResult {
    const { machine, prologue, works, epilogue, limits, onPair } = this.setting;
    const { initial, isSampled } = this.startOf(specs);
    const isUnbound = specs.some((spec) => spec.kind === 'unbind');
    const threads = [...specs, ...works, ...(isUnbound || !epilogue ? [] : [epilogue])];
    const ends = [specs[0]?.entry, specs.at(-1)?.entry] as [string, string];
    const base = { pair: ends, atOnce: specs.length, threads: threads.map(named), as: null, isSampled };
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
}

/** What threads do, without their names: those of one shape behave alike. */
export class Shapes {
  private readonly known = new Map<ThreadSpec['point'], string>();

  constructor(private readonly slicer: Slicer) {}

  of({ entry, host, point }: ThreadSpec): string {
    if (!point) return `${entry} ${host}`;
    const shape = this.known.get(point) ?? shapeOf(point, this.slicer);
    this.known.set(point, shape);
    return shape;
  }

  /** The first thread of each shape. */
  oneOfEach(specs: readonly ThreadSpec[]): ThreadSpec[] {
    const seen = new Set<string>();
    return specs.filter((spec) => {
      const shape = this.of(spec);
      return seen.has(shape) ? false : Boolean(seen.add(shape));
    });
  }
}

/** The result of a pair that was explored under other names. */
function renamed(explored: PairResult, a: ThreadSpec, b: ThreadSpec): PairResult {
  const threads = explored.threads.map((thread, i) => (i === 0 ? named(a) : i === 1 ? named(b) : thread));
  return { ...explored, pair: [a.entry, b.entry], threads, as: explored.as ?? explored.pair };
}

function named(spec: ThreadSpec): PairResult['threads'][number] {
  return { entry: spec.entry, kind: spec.kind, fn: spec.point?.fn ?? null, driver: spec.point && driverOf(spec.point) };
}
