import type { RuleId } from '../findings/types';
import type { CallbackSource } from '../kernel';
import type { EntryPoint, FnDef } from '../program/types';
import type { Event, Frame, Slots, State, Thread } from './state';
import { type HeapObject, ONE, type Values, ZERO } from './values';

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

/** Where a thread stands before its first step. */
export const NOWHERE: Site = { fn: null, at: -1, end: -1 };

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
  /** Actions on owners that a probe adds after the object it builds, and those registered before, in the order in which they unwind. */
  newer: { fn: FnDef; data: number }[];
  older: { fn: FnDef; data: number }[];
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

/** Others can neither tell that a step was made, nor change what it does. */
export const UNSEEN = 0;
/** The step only asks whether an object is still there: what is gone stays gone. */
export const WATCHES = 1;
export const SEEN = 2;

/** How far a step concerns other threads. */
export type Observed = typeof UNSEEN | typeof WATCHES | typeof SEEN;

/** How the last observable step moves to the right; null where it does not. */
export type Mover = 'lock' | 'other' | null;

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
  /** Groups that calls make, of the threads that are handlers in them; by key. */
  groups: Map<number, readonly string[]>;
  /** Groups that the threads make. */
  makers: Map<number, ReadonlySet<string>>;
  /** Hosts that are unbound in this scenario. */
  hosts: number[];
  /** The unbind that runs when all others have ended; -1 none. */
  epilogue: number;
  /** Entry points of the threads; null for an unbind. */
  points: readonly (EntryPoint | null)[];
}

/** No thread has a special part. */
export function emptyScene(): Scene {
  return {
    unbind: new Map(),
    work: [],
    callbacks: new Map(),
    exported: [],
    enders: [],
    probes: [],
    groups: new Map(),
    makers: new Map(),
    hosts: [],
    epilogue: -1,
    points: [],
  };
}

/**
 * What one step of one thread works on: the shared slots with an undo log, the choices that the step makes, and what it
 * says of itself (events, violations, whether others can observe it). The other layers of the machine stand on it.
 */
export class StepState {
  /** Set by the explorer for each run. */
  scene: Scene = emptyScene();
  readonly values: Values;
  readonly slots: Slots;
  /** Constructs and limits that cut the exploration: verdicts say incomplete with these. */
  readonly limits = new Set<string>();
  readonly assumptions = new Set<string>();

  protected shared: number[] = [];
  protected threads: Thread[] = [];
  /** Index of the running thread. */
  t = 0;
  /** The thread makes its first step. */
  protected starting = false;
  protected events: Event[] = [];
  protected violations: Violation[] = [];
  protected observed: Observed = UNSEEN;
  protected mover: Mover = null;
  /** The last step lets others do what they could not do before it. */
  protected enables = false;
  /** Undo log of shared slots: index, old value, index, old value … */
  protected readonly journal: number[] = [];
  protected choices: number[] = [];
  protected arity: number[] = [];
  protected cursor = 0;
  protected site: Site = NOWHERE;

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
    this.observed = SEEN;
    this.violations.push({ rule, detail, events: this.events.length });
  }

  /**
   * This step matters to those threads that can come by the object (null: to all): they may run before it. What none of them
   * can observe any more is no scheduling point.
   */
  touch(object: HeapObject | null): void {
    if (this.observed !== SEEN && this.isObserved(object)) this.observed = SEEN;
  }

  /**
   * This step goes wrong if the object is gone. Of several in a row only the first needs to be a scheduling point: who ends the
   * object between two of them can end it before the first.
   */
  watch(object: HeapObject): void {
    if (this.observed === UNSEEN && this.isObserved(object)) this.observed = WATCHES;
  }

  protected isObserved(_object: HeapObject | null): boolean {
    return true;
  }

  /** What others do right after this step they can do before it as well (Lipton 1975: a right mover). */
  moveRight(kind: 'lock' | 'other'): void {
    this.mover = kind;
  }

  /** Others may wait for this step, or for what it changes: it need not be a scheduling point, but what follows it may have to be. */
  enable(): void {
    this.enables = true;
  }

  event(op: string, object: HeapObject | null, text: string | null = null): void {
    this.touch(object);
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
    return this.valueAt(this.slots.of(name));
  }

  /** Whether the slot `KIND NUMBER` is set. */
  has(kind: string, number: number): boolean {
    return Boolean(this.shared[this.slots.at(kind, number)]);
  }

  set(name: string, value: number): void {
    this.setAt(this.slots.of(name), value);
  }

  protected valueAt(slot: number): number | undefined {
    const value = this.shared[slot];
    return value ? value - 1 : undefined;
  }

  protected setAt(slot: number, value: number): void {
    while (this.shared.length <= slot) this.shared.push(0);
    this.put(slot, value + 1);
  }

  clear(name: string): void {
    this.clearAt(this.slots.of(name));
  }

  protected clearAt(slot: number): void {
    if (this.shared[slot]) this.put(slot, 0);
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
    return this.scene.unbind.get(this.t) ?? { remove: null, newer: [], older: [] };
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
