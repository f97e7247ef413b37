import type { RuleId } from '../findings/types';
import type { CallbackSource } from '../kernel';
import type { FnDef } from '../program/types';
import type { Event, Frame, Slots, State, Thread } from './state';
import { ONE, type Values, ZERO } from './values';

export interface Violation {
  rule: RuleId;
  /** Said of this occurrence. */
  detail: string;
  /** Events of the step up to and with the one that violates. */
  events: number;
}

/** A place in the source; kernel functions have none of their own. */
export interface Site {
  fn: FnDef | null;
  at: number;
  end: number;
}

/** Why a thread cannot go on. */
export interface Block {
  kind: 'lock' | 'drain' | 'work' | 'start';
  /** Threads waited for. */
  on: number[];
  what: string;
  /** Where it waits. */
  site?: Site;
}

/** Thrown inside a step. Plain values: they are thrown often, and a stack trace each would cost more than the step. */
export type Thrown = { kind: 'pruned' } | { kind: 'stopped' } | { kind: 'blocked'; block: Block };
/** The path cannot happen: NULL dereferenced, impossible cast. */
const PRUNED: Thrown = { kind: 'pruned' };
/** The run ends here, with a violation. */
const STOPPED: Thrown = { kind: 'stopped' };

/** What the unbind of a host runs besides the entries of its list. */
export interface UnbindSpec {
  remove: { fn: FnDef; args: number[] } | null;
  /** Actions registered before the explored code runs, in the order in which they unwind. */
  actions: { fn: FnDef; data: number }[];
}

/** Where a run stands after one step: the state, and the stack that the thread had when it made the step. */
export interface Moment {
  shared: State['shared'];
  threads: State['threads'];
  frames: readonly Frame[];
}

/** What the numbers in states mean. */
export interface Tables {
  values: Values;
  slots: Slots;
}

/** Threads with a special part, by index. */
export interface Scene {
  unbind: Map<number, UnbindSpec>;
  work: number[];
  /** Threads that the kernel starts once they were armed. */
  callbacks: Map<number, CallbackSource>;
  /** Threads of exported functions, whose callers' locks are not known. */
  exported: number[];
  /** Threads of handlers that end objects: what they note in one is no configuration. */
  enders: number[];
  /** Threads that probe the host. */
  probes: number[];
  /** Hosts that are unbound in this scenario. */
  hosts: number[];
}

/**
 * What one step of one thread works on: the shared slots with an undo log, the choices that the step makes, and what it
 * says of itself (events, violations, whether others can observe it). The other layers of the machine stand on it.
 */
export class StepState {
  /** Set by the explorer for each run. */
  scene: Scene = { unbind: new Map(), work: [], callbacks: new Map(), exported: [], enders: [], probes: [], hosts: [] };
  readonly values: Values;
  readonly slots: Slots;
  /** Constructs and limits that cut the exploration: verdicts say incomplete with these. */
  readonly limits = new Set<string>();
  readonly assumptions = new Set<string>();

  protected shared: number[] = [];
  protected threads: Thread[] = [];
  /** Index of the running thread. */
  t = 0;
  protected events: Event[] = [];
  protected violations: Violation[] = [];
  protected touchedFlag = false;
  /** The last observable step took a lock. */
  protected acquired = false;
  /** Undo log of shared slots: index, old value, index, old value … */
  protected readonly journal: number[] = [];
  protected choices: number[] = [];
  protected arity: number[] = [];
  protected cursor = 0;
  protected site: Site = { fn: null, at: -1, end: -1 };

  constructor({ values, slots }: Tables) {
    this.values = values;
    this.slots = slots;
  }

  /** Takes back writes of shared slots, and what was said of them. */
  protected undo(mark: number): void {
    for (let i = this.journal.length - 2; i >= mark; i -= 2) this.shared[this.journal[i] as number] = this.journal[i + 1] as number;
    this.journal.length = mark;
  }

  /** One of `n` ways, numbered from 0. */
  choose(n: number): number {
    const i = this.cursor++;
    this.arity[i] = n;
    if (this.choices[i] === undefined) this.choices[i] = 0;
    return this.choices[i] as number;
  }

  prune(): never {
    throw PRUNED;
  }

  block(block: Block): never {
    throw { kind: 'blocked', block: { ...block, site: this.site } } satisfies Thrown;
  }

  /** A violated property after which the run cannot be trusted any further. */
  stop(rule: RuleId, detail: string): never {
    this.violate(rule, detail);
    throw STOPPED;
  }

  violate(rule: RuleId, detail: string): void {
    this.touchedFlag = true;
    this.violations.push({ rule, detail, events: this.events.length });
  }

  /** This step matters to other threads: they may run before it. */
  touch(): void {
    this.touchedFlag = true;
  }

  event(op: string, text: string | null = null): void {
    this.touchedFlag = true;
    this.note(op, text);
  }

  /** An event of a step that is no scheduling point. */
  note(op: string, text: string | null = null): void {
    this.events.push({ thread: this.t, ...this.site, op, text });
  }

  get thread(): Thread {
    return this.threads[this.t] as Thread;
  }

  threadAt(index: number): Thread | undefined {
    return this.threads[index];
  }

  get threadCount(): number {
    return this.threads.length;
  }

  setThread(thread: Thread): void {
    this.threads[this.t] = thread;
  }

  // --- shared slots ---

  get(name: string): number | undefined {
    const value = this.shared[this.slots.of(name)];
    return value ? value - 1 : undefined;
  }

  set(name: string, value: number): void {
    const index = this.slots.of(name);
    while (this.shared.length <= index) this.shared.push(0);
    this.put(index, value + 1);
  }

  clear(name: string): void {
    const index = this.slots.of(name);
    if (this.shared[index]) this.put(index, 0);
  }

  protected put(index: number, value: number): void {
    this.journal.push(index, this.shared[index] ?? 0);
    this.shared[index] = value;
  }

  count(name: string): number | undefined {
    const value = this.get(name);
    const known = value === undefined ? undefined : this.values.get(value);
    return known?.k === 'int' ? known.v : undefined;
  }

  setCount(name: string, value: number): void {
    this.set(name, this.values.int(value));
  }

  countOf(value: number): number {
    const known = this.values.get(value);
    return known.k === 'int' ? known.v : 0;
  }

  /** Fixes a truth value that can be either. */
  decide(value: number): number {
    const truth = this.values.truth(value);
    return (truth ?? this.choose(2) === 0) ? ONE : ZERO;
  }

  get unbindSpec(): UnbindSpec {
    return this.scene.unbind.get(this.t) ?? { remove: null, actions: [] };
  }

  workThreads(): number[] {
    return this.scene.work;
  }

  pendingWork(): string[] {
    return this.slots.names.filter((name, i) => name.startsWith('pending ') && this.shared[i]);
  }

  /** What follows the prefix in the names of the slots that are set. */
  slotsWith(prefix: string): string[] {
    return this.slots.names.flatMap((name, i) => (name.startsWith(prefix) && this.shared[i] ? [name.slice(prefix.length)] : []));
  }
}
