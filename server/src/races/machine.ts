import type { Expr } from '../facts/types';
import type { RuleId } from '../findings/types';
import type { LockMode } from '../kernel';
import { dataDevices } from '../lifetimes/drvdata';
import type { Finals } from '../lifetimes/finals';
import { concreteTag } from '../lifetimes/roots';
import type { FnDef } from '../program/types';
import { pathEndingWith } from './address';
import type { Slice, Slicer, Step } from './slice';
import { DONE, type Event, type Frame, type NativeName, RUNNING, Slots, type State, type Thread } from './state';
import type { SubjectView } from './subject';
import { ERR, type HeapObject, joinPath, NONZERO, ONE, TOP, Values, ZERO } from './values';

export interface Violation {
  rule: RuleId;
  /** Said of this occurrence. */
  detail: string;
  /** Events of the step up to and with the one that violates. */
  events: number;
}

/** Why a thread cannot go on. */
export interface Block {
  kind: 'lock' | 'drain' | 'work' | 'start';
  /** Threads waited for. */
  on: number[];
  what: string;
  /** Where it waits. */
  site?: { fn: FnDef | null; at: number; end: number };
}

export interface Outcome {
  state: State;
  events: Event[];
  violations: Violation[];
  touched: boolean;
  /** The run cannot be trusted after this step: it is not followed further. */
  ends: boolean;
  /** What the thread's next step is: one that others may observe or that waits, or one that can go several ways. */
  next: 'visible' | 'choice' | 'done';
}

/** Thrown inside a step. Plain values: they are thrown often, and a stack trace each would cost more than the step. */
type Thrown = { kind: 'pruned' } | { kind: 'stopped' } | { kind: 'blocked'; block: Block };
/** The path cannot happen: NULL dereferenced, impossible cast. */
const PRUNED: Thrown = { kind: 'pruned' };
/** The run ends here, with a violation. */
const STOPPED: Thrown = { kind: 'stopped' };

export const MAX_DEPTH = 40;
/** Unobservable steps run together before states are compared again, which is what ends loops. */
const MAX_QUIET = 500;
/** Pointers followed from one object to the next before what they point to is unknown. */
const MAX_CHAIN = 4;
/** Lock words from here on are sets of readers, one bit a thread. */
export const READERS = 1024;

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

export type Recorder = (events: readonly Event[], moment: Moment) => void;

/** Threads with a special part, by index. */
export interface Scene {
  unbind: Map<number, UnbindSpec>;
  work: number[];
  /** Threads of handlers that end objects: what they note in one is no configuration. */
  enders: number[];
  /** Threads that probe the host. */
  probes: number[];
  /** Hosts that are unbound in this scenario. */
  hosts: number[];
}

/** What a native (multi-step) kernel function does at one stage. */
export type NativeCode = (m: Machine, frame: Frame) => void;
export type EffectCode = (m: Machine, step: Extract<Step, { k: 'call' }>, args: number[]) => number;

/**
 * Executes one step of one thread. A step that can go several ways asks
 * `choose`; the caller of `run` sees every way. Nothing here knows a driver:
 * effects of kernel APIs come from the tables through `effects`.
 */
export class Machine {
  /** Set by the explorer for each run. */
  scene: Scene = { unbind: new Map(), work: [], enders: [], probes: [], hosts: [] };
  readonly values = new Values();
  readonly slots = new Slots();
  /** Constructs and limits that cut the exploration: verdicts say incomplete with these. */
  readonly limits = new Set<string>();
  readonly assumptions = new Set<string>();
  private readonly reachedTags = new WeakMap<Expr, string | null>();
  private readonly deviceMembers: ReadonlyMap<string, string>;
  private readonly natives: Record<NativeName, NativeCode>;
  private readonly nativeIds: NativeName[];

  private shared: number[] = [];
  private threads: Thread[] = [];
  /** Index of the running thread. */
  t = 0;
  private events: Event[] = [];
  private violations: Violation[] = [];
  private touchedFlag = false;
  /** A frame made by this very step, which no state holds yet: it may be changed in place. */
  private owned: Frame | null = null;
  /** The last observable step took a lock. */
  private acquired = false;
  /** Slots of stack memory by thread and function. */
  private readonly localSlots = new Map<string, Set<number>>();
  /** Undo log of shared slots: index, old value, index, old value … */
  private readonly journal: number[] = [];
  private choices: number[] = [];
  private arity: number[] = [];
  private cursor = 0;
  private site: { fn: FnDef | null; at: number; end: number } = { fn: null, at: -1, end: -1 };

  constructor(
    readonly view: SubjectView,
    readonly slicer: Slicer,
    readonly finals: Finals,
    private readonly effect: EffectCode,
    natives: Record<NativeName, NativeCode>,
  ) {
    this.deviceMembers = dataDevices(view.program);
    this.natives = natives;
    this.nativeIds = Object.keys(natives) as NativeName[];
  }

  // --- running one step ---

  /** All outcomes of the next step of thread `t`; a block when it cannot go on. */
  run(state: State, t: number): { outcomes: Outcome[]; block: Block | null } {
    return this.attempt(state, t, () => this.step());
  }

  /** Runs `body` as if it were a step of thread `t`, in every way that `choose` allows. */
  attempt(state: State, t: number, body: () => void): { outcomes: Outcome[]; block: Block | null } {
    const outcomes: Outcome[] = [];
    let block: Block | null = null;
    this.choices = [];
    for (;;) {
      this.shared = state.shared.slice();
      this.threads = state.threads.slice();
      this.t = t;
      this.events = [];
      this.violations = [];
      this.touchedFlag = false;
      this.arity = [];
      this.cursor = 0;
      this.journal.length = 0;
      this.acquired = false;
      this.owned = null;
      try {
        body();
        const next = this.settle();
        outcomes.push(this.outcome(next));
      } catch (thrown) {
        const kind = (thrown as Thrown).kind;
        if (kind === 'stopped') outcomes.push({ ...this.outcome('done'), touched: true, ends: true });
        else if (kind === 'blocked') block = (thrown as Extract<Thrown, { kind: 'blocked' }>).block;
        else if (kind !== 'pruned') throw thrown;
      }
      // Next vector of choices, last first.
      let i = this.arity.length - 1;
      while (i >= 0 && (this.choices[i] ?? 0) + 1 >= (this.arity[i] as number)) i--;
      if (i < 0) break;
      this.choices = this.choices.slice(0, i + 1);
      while (this.choices.length < i + 1) this.choices.push(0);
      this.choices[i] = (this.choices[i] ?? 0) + 1;
    }
    return { outcomes, block };
  }

  /**
   * Goes on with the thread's steps that nobody else can observe and that go one way: they commute with everything.
   * A step right after a lock was taken goes with the taking: what others do in between they can do before it as well
   * (Lipton 1975, "Reduction": taking a lock is a right mover). Stops before the first other step, which it undoes.
   */
  private settle(): Outcome['next'] {
    const touched = this.touchedFlag;
    const choices = this.arity.length;
    for (let steps = 0; steps < MAX_QUIET; steps++) {
      if (this.thread.status !== RUNNING) return 'done';
      const local = this.localStep();
      if (local === 'done') continue;
      if (local === 'choice') return 'choice';
      this.owned = null;
      const thread = this.thread;
      const mark = this.journal.length;
      const events = this.events.length;
      const violations = this.violations.length;
      const acquired = this.acquired;
      this.acquired = false;
      this.touchedFlag = false;
      let visible = false;
      let stopped = false;
      try {
        this.step();
        visible = this.touchedFlag;
        if (!visible) this.acquired = acquired;
      } catch (thrown) {
        stopped = true;
        if ((thrown as Thrown).kind === undefined) throw thrown;
        visible = true;
      }
      this.touchedFlag = touched;
      const chose = this.arity.length > choices;
      if (!visible && !chose) continue;
      // Another lock is not taken with the first: who holds one and waits for the other is what a deadlock is made of.
      if (visible && !stopped && !chose && acquired && !this.acquired) continue;
      this.undo(mark);
      this.events.length = events;
      this.violations.length = violations;
      this.threads[this.t] = thread;
      this.arity.length = choices;
      this.cursor = choices;
      return visible ? 'visible' : 'choice';
    }
    return 'choice';
  }

  /** A step that only computes with locals, in place; 'other' when the next step is none, 'choice' when it can go two ways. */
  private localStep(): 'done' | 'choice' | 'other' {
    const frame = this.thread.frames.at(-1);
    if (!frame || typeof frame.code === 'string' || frame.code.local[frame.pc] !== 1) return 'other';
    const slice = frame.code;
    const step = slice.steps[frame.pc] as Step;
    if (step.k === 'return') {
      if (this.thread.frames.length === 1) return 'other';
      this.steps++;
      this.owned = null;
      this.pop(step.value ? this.eval(step.value, frame, slice) : TOP);
    } else if (step.k === 'set') {
      this.steps++;
      this.goto(frame, slice, step.next, step.dst, this.eval(step.src, frame, slice));
    } else if (step.k === 'branch') {
      const truth = this.values.truth(this.eval(step.cond, frame, slice));
      if (truth === null) return 'choice';
      this.steps++;
      this.goto(frame, slice, truth ? step.then : step.else);
    }
    return 'done';
  }

  /** Takes back writes of shared slots, and what was said of them. */
  private undo(mark: number): void {
    for (let i = this.journal.length - 2; i >= mark; i -= 2) this.shared[this.journal[i] as number] = this.journal[i + 1] as number;
    this.journal.length = mark;
  }

  private outcome(next: Outcome['next']): Outcome {
    return {
      state: { shared: this.shared, threads: this.threads },
      events: this.events,
      violations: this.violations,
      touched: this.touchedFlag,
      ends: false,
      next,
    };
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

  // --- frames ---

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

  private replaceTop(frame: Frame): void {
    const frames = this.thread.frames.slice();
    frames[frames.length - 1] = frame;
    this.setThread({ ...this.thread, frames });
  }

  /** Continues the top native frame at another stage. */
  stage(frame: Frame, pc: number, vars: readonly number[] = frame.vars): void {
    this.replaceTop({ ...frame, pc, vars });
  }

  pushNative(name: NativeName, vars: number[], ret = -1): void {
    this.push({ code: name, id: this.nativeIds.indexOf(name), pc: 0, vars, ret });
  }

  pushCall(fn: FnDef, args: readonly number[], ret = -1): void {
    const slice = this.slicer.of(fn);
    const vars: number[] = new Array(slice.names.length).fill(TOP);
    fn.fn.params.forEach((param, i) => {
      const slot = slice.slots.get(param.name);
      if (slot !== undefined) vars[slot] = args[i] ?? TOP;
    });
    this.push({ code: slice, id: this.nativeIds.length + fn.id, pc: slice.entry, vars: this.alive(slice, slice.entry, vars), ret });
  }

  private push(frame: Frame): void {
    if (this.thread.frames.length >= MAX_DEPTH) {
      this.limits.add(`calls nested more than ${MAX_DEPTH} deep`);
      this.prune();
    }
    this.owned = null;
    this.setThread({ ...this.thread, frames: [...this.thread.frames, frame] });
  }

  /** Returns from the top frame. */
  pop(value: number): void {
    this.owned = null;
    const frames = this.thread.frames.slice(0, -1);
    const gone = this.thread.frames.at(-1) as Frame;
    const caller = frames.at(-1);
    if (caller && gone.ret >= 0) {
      const vars = caller.vars.slice();
      vars[gone.ret] = value;
      frames[frames.length - 1] = { ...caller, vars: typeof caller.code === 'string' ? vars : this.alive(caller.code, caller.pc, vars) };
    }
    if (typeof gone.code !== 'string') this.forgetLocals(gone.code.fn);
    this.setThread({ ...this.thread, frames, status: frames.length === 0 ? DONE : RUNNING });
    if (frames.length === 0) this.touch();
  }

  /** What a function kept in its own stack frame ends with it. */
  private forgetLocals(fn: FnDef): void {
    for (const index of this.localSlots.get(`${this.t}:${fn.id}`) ?? []) if (this.shared[index]) this.put(index, 0);
  }

  private alive(slice: Slice, pc: number, vars: number[]): number[] {
    const live = slice.live[pc];
    if (live) for (let i = 0; i < vars.length; i++) if (!live[i]) vars[i] = TOP;
    return vars;
  }

  private goto(frame: Frame, slice: Slice, pc: number, slot = -1, value = TOP): void {
    const own = this.owned === frame;
    const vars = own ? (frame.vars as number[]) : frame.vars.slice();
    if (slot >= 0) vars[slot] = value;
    this.alive(slice, pc, vars);
    if (own) frame.pc = pc;
    else {
      this.owned = { ...frame, pc, vars };
      this.replaceTop(this.owned);
    }
  }

  /** Steps executed so far: the measure of an exploration's work that does not depend on the machine. */
  steps = 0;
  /** Told of each step with events, for who retraces a run; null while exploring. */
  recorder: Recorder | null = null;

  private step(): void {
    if (this.recorder) this.recorded(this.recorder);
    else this.execute();
  }

  /** Also of a step that ends the run. */
  private recorded(recorder: Recorder): void {
    const from = this.events.length;
    const { frames } = this.thread;
    try {
      this.execute();
    } finally {
      if (this.events.length > from)
        recorder(this.events.slice(from), { shared: this.shared.slice(), threads: this.threads.slice(), frames });
    }
  }

  private execute(): void {
    this.steps++;
    const frame = this.thread.frames.at(-1);
    if (!frame) return;
    if (typeof frame.code === 'string') {
      this.site = this.callerSite();
      this.natives[frame.code](this, frame);
      return;
    }
    const slice = frame.code;
    const step = slice.steps[frame.pc] as Step;
    this.site = { fn: slice.fn, at: step.at, end: 'end' in step ? step.end : step.at };
    switch (step.k) {
      case 'set':
        return this.goto(frame, slice, step.next, step.dst, this.eval(step.src, frame, slice));
      case 'store': {
        const addr = this.eval(step.addr, frame, slice);
        const value = this.eval(step.src, frame, slice);
        this.write(addr, value);
        this.goto(frame, slice, step.next);
        if (value === TOP && this.tracked(addr)) this.nameUnknown(step.src, this.unknownAt(addr));
        return;
      }
      case 'use':
        this.use(this.eval(step.base, frame, slice), step.write);
        return this.goto(frame, slice, step.next);
      case 'branch':
        return this.branch(step, frame, slice);
      case 'iter':
        return this.iterate(step, frame, slice);
      case 'return':
        return this.pop(step.value ? this.eval(step.value, frame, slice) : TOP);
      case 'opaque':
        this.limits.add(`${step.what} in ${slice.fn.fn.name}()`);
        return this.goto(frame, slice, step.next);
      case 'call':
        return this.call(step, frame, slice);
    }
  }

  /** Where the innermost C function stands that called the running kernel function. */
  private callerSite(): { fn: FnDef | null; at: number; end: number } {
    for (let i = this.thread.frames.length - 1; i >= 0; i--) {
      const frame = this.thread.frames[i] as Frame;
      if (typeof frame.code === 'string') continue;
      return this.callSite(frame.code, frame.pc);
    }
    return { fn: null, at: -1, end: -1 };
  }

  /** The call that a frame of C waits for: its pc is already past it, and `vars` of natives do not carry it. */
  callSite(slice: Slice, pc: number): { fn: FnDef; at: number; end: number } {
    return this.sites.get(slice)?.get(pc) ?? { fn: slice.fn, at: slice.fn.fn.nameAt, end: slice.fn.fn.nameAt };
  }

  /** Per slice and step: the call steps that continue there. */
  private readonly sites = new Map<Slice, Map<number, { fn: FnDef; at: number; end: number }>>();

  private remember(slice: Slice, step: Extract<Step, { k: 'call' }>): void {
    let map = this.sites.get(slice);
    if (!map) {
      map = new Map();
      this.sites.set(slice, map);
    }
    map.set(step.next, { fn: slice.fn, at: step.at, end: step.end });
  }

  private branch(step: Extract<Step, { k: 'branch' }>, frame: Frame, slice: Slice): void {
    const value = this.eval(step.cond, frame, slice);
    const truth = this.values.truth(value);
    const taken = truth ?? this.choose(2) === 0;
    const target = taken ? step.then : step.else;
    const refined = truth === null ? this.refine(step.cond, taken, frame, slice) : null;
    this.goto(frame, slice, target, refined?.slot ?? -1, refined?.value ?? TOP);
  }

  /** What a condition that went one way says of the variable it tests. */
  private refine(cond: Expr, taken: boolean, frame: Frame, slice: Slice): { slot: number; value: number } | null {
    if (cond.k === 'un' && cond.op === '!') return this.refine(cond.e, !taken, frame, slice);
    const slot = (e: Expr) => (e.k === 'var' ? slice.slots.get(e.name) : undefined);
    const own = slot(cond);
    if (own !== undefined) return { slot: own, value: taken ? NONZERO : ZERO };
    if (cond.k !== 'bin') return null;
    const left = slot(cond.l);
    if (left === undefined) return null;
    const right = this.eval(cond.r, frame, slice);
    const equal = (cond.op === '==' && taken) || (cond.op === '!=' && !taken);
    const differs = (cond.op === '!=' && taken) || (cond.op === '==' && !taken);
    if (equal && right !== TOP) return { slot: left, value: right };
    if (differs && right === ZERO) return { slot: left, value: NONZERO };
    if (cond.op === '<' && taken && right === ZERO) return { slot: left, value: ERR };
    return null;
  }

  private call(step: Extract<Step, { k: 'call' }>, frame: Frame, slice: Slice): void {
    this.remember(slice, step);
    const args = step.args.map((arg) => this.eval(arg, frame, slice));
    const followed = step.follow;
    if (step.pointer) this.eval(step.pointer, frame, slice);
    const only = followed.length === 1 ? followed[0] : undefined;
    const wrapper = only ? this.view.program.wrapper(only.fn) : null;
    const converted = wrapper ? only?.argMap[wrapper.param] : undefined;
    if (wrapper && converted !== undefined && converted >= 0) return this.convert(step, frame, slice, args[converted] ?? TOP, wrapper);
    if (followed.length > 0) {
      const target = followed[followed.length > 1 ? this.choose(followed.length) : 0];
      // Given nothing of the subject's, it does nothing to it.
      if (
        target &&
        this.slicer.relevance.actsOnArguments(target.fn) &&
        this.slicer.relevance.isRelevant(target.fn) &&
        !args.some((arg) => this.concerns(arg))
      )
        return this.goto(frame, slice, step.next, step.dst, TOP);
      this.goto(frame, slice, step.next);
      if (target)
        this.pushCall(
          target.fn,
          target.argMap.map((i) => (i < 0 ? TOP : (args[i] ?? TOP))),
          step.dst,
        );
      return;
    }
    // The frame already stands after the call when an effect pushes a kernel function.
    this.goto(frame, slice, step.next);
    const depth = this.thread.frames.length;
    const result = this.effect(this, step, args);
    if (this.thread.frames.length === depth && step.dst >= 0) {
      const top = this.thread.frames.at(-1) as Frame;
      this.goto(top, slice, top.pc, step.dst, result);
    }
  }

  /** A pointer to an object of the subject, or to one of its owners. */
  private concerns(value: number): boolean {
    const object = this.values.objectOf(value);
    return object?.kind === 'tracked' || object?.kind === 'local' || (object?.tag != null && this.view.subject.owners.has(object.tag));
  }

  /** A checked container_of: the check of the type warns, and nothing goes on with what it then returns. */
  private convert(
    step: Extract<Step, { k: 'call' }>,
    frame: Frame,
    slice: Slice,
    value: number,
    wrapper: { tag: string; member: string },
  ): void {
    const { k } = this.values.get(value);
    if (k === 'ptr' && this.tracked(value)) this.use(value, false);
    this.goto(frame, slice, step.next, step.dst, k === 'int' || k === 'err' ? value : this.container(value, wrapper.tag, wrapper.member));
  }

  private iterate(step: Extract<Step, { k: 'iter' }>, frame: Frame, slice: Slice): void {
    const container = step.container ? this.eval(step.container, frame, slice) : TOP;
    if (!step.container || container === TOP) {
      const body = this.choose(2) === 0;
      return this.goto(frame, slice, body ? step.body : step.done, body ? step.dst : -1, TOP);
    }
    // Members are visited in order; a removed one is not seen again, and one visited is remembered per frame.
    this.touch();
    const key = `iter ${this.t}:${this.thread.frames.length}:${frame.id}:${step.at}`;
    const visited = this.values.items(this.get(key) ?? this.values.emptyTuple);
    const members = this.members(container).map((m) => m.item);
    const next = members.find((m) => !visited.includes(m));
    if (next === undefined) {
      this.clear(key);
      return this.goto(frame, slice, step.done);
    }
    this.set(key, this.values.tuple([...visited, next]));
    this.event('find', null);
    this.goto(frame, slice, step.body, step.dst, step.member === null ? next : this.entryOf(next, step.member));
  }

  /** list_entry(): what a list's link is a member of. Containers of pointers hold the entry itself. */
  private entryOf(link: number, member: string): number {
    const place = this.values.get(link);
    if (place.k !== 'ptr' || (place.path !== member && !place.path.endsWith(`.${member}`))) return link;
    return this.values.ptr(place.obj, place.path.slice(0, -member.length).replace(/\.$/, ''));
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

  private put(index: number, value: number): void {
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

  // --- locks: free, held by one thread, or by a set of readers ---

  isFree(name: string, mode: LockMode): boolean {
    const held = this.count(name) ?? 0;
    return held === 0 || (mode === 'read' && held >= READERS);
  }

  /** Takes a lock or waits for it. `what` names it in a deadlock. */
  acquire(name: string, mode: LockMode, what: string): void {
    const held = this.count(name) ?? 0;
    if (!this.isFree(name, mode)) {
      const on = held < READERS ? [held - 1] : this.threads.map((_, i) => i).filter((i) => (held - READERS) & (1 << i));
      this.block({ kind: 'lock', on, what });
    }
    this.setCount(name, mode === 'read' ? Math.max(held, READERS) | (1 << this.t) : this.t + 1);
    this.acquired = true;
  }

  /**
   * Drops a lock that this thread holds; false when it does not. No scheduling point: a release commutes with
   * everything that others can do before it (Lipton 1975, "Reduction": a left mover).
   */
  release(name: string): boolean {
    const held = this.count(name) ?? 0;
    if (held === this.t + 1) this.clear(name);
    else if (held >= READERS && (held - READERS) & (1 << this.t)) {
      const left = held & ~(1 << this.t);
      if (left === READERS) this.clear(name);
      else this.setCount(name, left);
    } else return false;
    return true;
  }

  // --- containers: tuples of (key, item) pairs in insertion order ---

  members(container: number): { key: number; item: number }[] {
    const items = this.values.items(this.get(`in ${container}`) ?? this.values.emptyTuple);
    const out: { key: number; item: number }[] = [];
    for (let i = 0; i + 1 < items.length; i += 2) out.push({ key: items[i] as number, item: items[i + 1] as number });
    return out;
  }

  /** Objects of the subject are kept in it; what others hold is not followed. */
  isContainer(e: Expr | undefined): boolean {
    const frame = this.thread.frames.at(-1);
    return frame !== undefined && typeof frame.code !== 'string' && this.slicer.relevance.isKnownContainer(e, frame.code.fn);
  }

  setMembers(container: number, members: { key: number; item: number }[]): void {
    if (members.length === 0) this.clear(`in ${container}`);
    else this.set(`in ${container}`, this.values.tuple(members.flatMap((m) => [m.key, m.item])));
  }

  // --- objects and memory ---

  /** The tracked object a value points into, or null. */
  tracked(value: number): HeapObject | null {
    const object = this.values.objectOf(value);
    return object?.kind === 'tracked' ? object : null;
  }

  isPublished(object: HeapObject): boolean {
    return this.get(`public ${object.id}`) !== undefined;
  }

  publish(object: HeapObject): void {
    if (!this.isPublished(object)) this.set(`public ${object.id}`, ONE);
  }

  isFreed(object: HeapObject): boolean {
    return this.get(`freed ${object.id}`) !== undefined;
  }

  free(object: HeapObject): void {
    this.set(`freed ${object.id}`, ONE);
    this.event('free', `${this.typeName(object)} freed`);
  }

  typeName(object: HeapObject): string {
    return object.tag ? `struct ${object.tag}` : object.name;
  }

  /** A touch of memory through a pointer: a use-after-free when the object is gone. */
  use(value: number, write: boolean): void {
    if (value === ZERO) this.prune();
    const object = this.tracked(value);
    if (!object) return;
    if (this.isPublished(object)) this.touch();
    if (this.isFreed(object)) {
      this.event('use');
      this.stop('use-after-free', `${this.typeName(object)} is used after its last reference was dropped`);
    }
    if (write && !this.scene.enders.includes(this.t)) this.configure(object);
  }

  /** A write to an object that was torn down by another thread. */
  configure(object: HeapObject): void {
    if (this.get(`deleted ${object.id}`) === undefined || this.inTeardown()) return;
    this.event('use');
    this.violate('use-after-unregister', `${this.typeName(object)} is configured after it was unregistered`);
  }

  private inTeardown(): boolean {
    return this.thread.frames.some(
      (f) => f.code === 'device-del' || f.code === 'run-action' || (typeof f.code !== 'string' && f.code.fn === this.view.subject.action),
    );
  }

  read(addr: number, e: Expr, fn: FnDef): number {
    const place = this.values.get(addr);
    if (addr === ZERO || place.k === 'err') this.prune();
    if (place.k !== 'ptr') return this.reached(e, fn);
    const object = this.values.objectById(place.obj);
    if (object.kind === 'tracked') this.use(addr, false);
    const name = cellName(object, place.path, this.t);
    const known = this.get(name);
    if (
      object.kind === 'instance' &&
      this.view.subject.owners.has(object.tag ?? '') &&
      e.k === 'load' &&
      this.slicer.isWritable(e.addr, fn)
    )
      this.touch();
    if (known !== undefined) return known;
    if (object.kind === 'tracked' || object.kind === 'local') return this.initial(object, place.path, e, fn);
    let first = this.initials.get(name);
    if (first === undefined) {
      first = this.initial(object, place.path, e, fn);
      this.initials.set(name, first);
    }
    return first;
  }

  /** Values that memory outside the explored objects held before, by cell. */
  private readonly initials = new Map<string, number>();
  /** Values of expressions that are the same in every state. */
  private readonly constants = new WeakMap<Expr, number>();

  private known(e: Expr, value: () => number): number {
    let known = this.constants.get(e);
    if (known === undefined) {
      known = value();
      this.constants.set(e, known);
    }
    return known;
  }

  /** What a typed pointer in memory of unknown origin points to: the instance of that struct that all threads mean. */
  private reached(e: Expr, fn: FnDef): number {
    let tag = this.reachedTags.get(e);
    if (tag === undefined) {
      tag = concreteTag(this.view.program.typeOf(e, fn));
      this.reachedTags.set(e, tag);
    }
    return tag === null || this.view.isObjectTag(tag) ? TOP : this.values.ptr(this.values.instance(tag).id, '');
  }

  /** Gives an unknown value of a variable a name: what else is made from the variable is the same unknown. */
  nameUnknown(e: Expr | undefined, name: string): number {
    const value = this.values.sym(name);
    const frame = this.thread.frames.at(-1);
    if (e?.k === 'var' && frame && typeof frame.code !== 'string') {
      const slot = frame.code.slots.get(e.name) ?? -1;
      if (slot >= 0) this.goto(frame, frame.code, frame.pc, slot, value);
    }
    return value;
  }

  /** Struct tag of what the result of a call is kept as; null when it is no struct of the program. */
  typeOfResult(step: Extract<Step, { k: 'call' }>): string | null {
    const frame = this.thread.frames.at(-1);
    if (!frame || typeof frame.code === 'string' || step.dst < 0) return null;
    const name = frame.code.names[step.dst] as string;
    return concreteTag(this.view.program.typeOf({ k: 'var', name }, frame.code.fn));
  }

  /** A cell that a bit or atomic operation names by address. */
  readCell(addr: number): number {
    const place = this.values.get(addr);
    if (place.k !== 'ptr') return TOP;
    const object = this.values.objectById(place.obj);
    this.use(addr, false);
    if (object.kind !== 'local') this.touch();
    const known = this.get(cellName(object, place.path, this.t));
    if (known !== undefined) return known;
    return object.kind === 'tracked' && this.get(`zeroed ${object.id}`) !== undefined ? ZERO : TOP;
  }

  /** Fixes a truth value that can be either. */
  decide(value: number): number {
    const truth = this.values.truth(value);
    return (truth ?? this.choose(2) === 0) ? ONE : ZERO;
  }

  /** Allocated objects of the subject, freed ones included. */
  trackedObjects(): HeapObject[] {
    return this.values.tracked.filter((object) => this.get(`allocated ${object.id}`) !== undefined);
  }

  /** The object that the running thread allocates now. It is named by the thread, so that who allocated first makes no difference. */
  newObject(): HeapObject {
    const { tag } = this.view.subject;
    for (let index = this.t; ; index += this.threads.length) {
      const object = this.values.object(`${tag}#${index}`, 'tracked', tag, { index });
      if (this.get(`allocated ${object.id}`) === undefined) return object;
    }
  }

  /** What a pointer member of a stand-in holds: what every thread finds there until one writes the member. */
  pointerMember(object: HeapObject, member: string): number {
    const known = this.get(cellName(object, member, this.t));
    return (
      known ?? this.values.ptr(this.values.object(`${object.name}.${member}`, 'deref', null, { depth: (object.depth ?? 0) + 1 }).id, '')
    );
  }

  /** Path of the struct device embedded in the subject's struct, '' for none. */
  devicePath(object: HeapObject): string {
    const device = this.get(`findable ${object.id}`) ?? this.get(`device ${object.id}`);
    const place = device === undefined ? null : this.values.get(device);
    return place?.k === 'ptr' ? place.path : this.view.devicePath;
  }

  /** The device is an owner of the subject: all children that lookups find below it are the subject's. */
  ownsChildren(parent: number | null): boolean {
    const object = parent === null ? null : this.values.objectOf(parent);
    return object?.kind === 'instance' && this.view.subject.owners.has(object.tag ?? '');
  }

  /** Hosts with entries that may be the same device as `host`. */
  otherHosts(host: number): number[] {
    const out: number[] = [];
    this.slots.names.forEach((name, i) => {
      const other = name.startsWith('devres ') && this.shared[i] ? Number(name.slice(7)) : -1;
      if (other >= 0 && other !== host && this.values.equal(other, host) !== false) out.push(other);
    });
    return out;
  }

  /** Hosts that are the same member of the same kind of struct as a device, reached through another object: they may be that device. */
  sameKindHosts(device: number): number[] {
    const own = this.values.get(device);
    const tag = this.values.objectOf(device)?.tag;
    return this.scene.hosts.filter((host) => {
      const other = this.values.get(host);
      const same =
        host !== device && own.k === 'ptr' && other.k === 'ptr' && own.path === other.path && tag === this.values.objectOf(host)?.tag;
      if (same) this.assumptions.add(`${this.values.show(host)} and ${this.values.show(device)} are the same device`);
      return same;
    });
  }

  countOf(value: number): number {
    const known = this.values.get(value);
    return known.k === 'int' ? known.v : 0;
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

  private initial(object: HeapObject, path: string, e: Expr, fn: FnDef): number {
    if (object.kind === 'local') return TOP;
    if (object.kind === 'tracked') {
      const lost = e.k === 'load' && this.slicer.relevance.isLost(e.addr, fn);
      return !lost && this.get(`zeroed ${object.id}`) !== undefined && !/(^|\.)(driver|kobj|name|init_name)$/.test(path) ? ZERO : TOP;
    }
    if (object.tag) {
      const final = this.finals.of(object.tag, path);
      if (final) return this.values.ptr(this.values.object(final, 'global', null).id, '');
    }
    const type = this.view.program.typeOf(e, fn);
    if (!type || type.pointers === 0 || type.fn) return TOP;
    const tag = concreteTag(type);
    if (tag === this.view.subject.tag) return TOP;
    // A member that leads to an owner leads to the one that all threads mean.
    if (tag !== null && this.deviceMembers.has(tag) && this.view.subject.owners.has(tag))
      return this.values.ptr(this.values.instance(tag).id, '');
    const depth = (object.depth ?? 0) + 1;
    return depth > MAX_CHAIN ? TOP : this.values.ptr(this.values.object(`${object.name}.${path}`, 'deref', tag, { depth }).id, '');
  }

  write(addr: number, value: number, configures = true): void {
    const place = this.values.get(addr);
    if (addr === ZERO || place.k === 'err') this.prune();
    if (place.k !== 'ptr') return;
    const object = this.values.objectById(place.obj);
    const name = cellName(object, place.path, this.t);
    if (object.kind === 'tracked') {
      this.use(addr, configures && !this.isFlag(object, place.path));
      if (this.isPublished(object)) this.event('write');
    } else if (object.kind !== 'local') {
      this.event('write');
      const stored = this.tracked(value);
      if (stored) this.publish(stored);
    }
    if (object.kind === 'local') return this.writeLocal(object, name, value);
    if (object.kind === 'instance') {
      // Which device a struct hangs at is settled before others can ask: whatever it is called where it is set.
      if (object.tag !== null && this.deviceMembers.get(object.tag) === place.path) return;
      // What a stand-in holds from the start is as unknown, and is the same for everyone who reads it.
      if (value === TOP) return this.clear(name);
    }
    // An unknown scalar stored in a tracked object is the same unknown wherever it is read again.
    this.set(name, value === TOP && object.kind === 'tracked' ? this.values.sym(this.unknownAt(addr)) : value);
  }

  /** Name of the unknown that a place holds. */
  private unknownAt(addr: number): string {
    return this.values.show(addr);
  }

  private writeLocal(object: HeapObject, name: string, value: number): void {
    if (value === TOP) return this.clear(name);
    const owner = object.name.split(':').slice(0, 2).join(':').slice('local '.length);
    const known = this.localSlots.get(owner) ?? new Set<number>();
    this.localSlots.set(owner, known.add(this.slots.of(name)));
    this.set(name, value);
  }

  eval(e: Expr, frame: Frame, slice: Slice): number {
    const { values } = this;
    switch (e.k) {
      case 'num':
        return values.int(e.v);
      case 'str':
        return NONZERO;
      case 'var': {
        const slot = slice.slots.get(e.name);
        return slot === undefined ? TOP : (frame.vars[slot] ?? TOP);
      }
      case 'local':
        return values.ptr(values.object(`local ${this.t}:${slice.fn.id}:${e.name}`, 'local', null).id, '');
      case 'global':
        return this.known(e, () => this.global(e.name, slice.fn));
      case 'field':
        return this.member(this.evalBase(e.base, frame, slice), e.name);
      case 'index':
        this.eval(e.index, frame, slice);
        return this.member(this.eval(e.base, frame, slice), '[]');
      case 'load':
        return this.read(this.eval(e.addr, frame, slice), e, slice.fn);
      case 'cast':
        return this.eval(e.e, frame, slice);
      case 'container':
        return this.container(this.eval(e.e, frame, slice), e.tag, e.member);
      case 'un':
        return this.unary(e.op, e.e, this.eval(e.e, frame, slice));
      case 'bin':
        return this.binary(e.op, this.eval(e.l, frame, slice), this.eval(e.r, frame, slice));
      default:
        return TOP;
    }
  }

  /** A pointer that is dereferenced: where its origin is not known, its type says what it points to. */
  private evalBase(e: Expr, frame: Frame, slice: Slice): number {
    const base = this.eval(e, frame, slice);
    const unknown = base === TOP || base === NONZERO || this.values.get(base).k === 'sym';
    return unknown ? this.reached(e, slice.fn) || base : base;
  }

  private global(name: string, fn: FnDef): number {
    if (name === 'NULL' || name === 'false') return ZERO;
    if (name === 'true') return ONE;
    const def = this.view.program.resolve(name, fn.file);
    if (def) return this.values.fn(def.id);
    const constant = this.view.program.constant(name, fn.file);
    if (constant !== null) return this.values.int(constant);
    if (/^E[A-Z0-9]+$/.test(name)) return this.values.sym(name);
    if (/^[A-Z][A-Z0-9_]*$/.test(name)) return TOP;
    return this.values.ptr(this.values.object(name, 'global', null).id, '');
  }

  private member(base: number, name: string): number {
    const value = this.values.get(base);
    if (value.k !== 'ptr') return value.k === 'int' || value.k === 'err' ? base : TOP;
    return this.values.ptr(value.obj, joinPath(value.path, name));
  }

  private unary(op: string, e: Expr, value: number): number {
    if (op === '!') {
      const truth = this.values.truth(value);
      return truth === null ? TOP : truth ? ZERO : ONE;
    }
    const known = this.values.get(value);
    if (op === '-') {
      if (known.k === 'int') return this.values.int(-known.v);
      if (e.k === 'global' && /^E[A-Z0-9]+$/.test(e.name)) return this.values.err(this.slicer.compared(e.name) ? e.name : 'another errno');
      return known.k === 'err' ? NONZERO : TOP;
    }
    return known.k === 'int' ? this.values.int(~known.v) : TOP;
  }

  private binary(op: string, l: number, r: number): number {
    const bool = (b: boolean | null) => (b === null ? TOP : b ? ONE : ZERO);
    if (op === '==') return bool(this.values.equal(l, r));
    if (op === '!=') {
      const same = this.values.equal(l, r);
      return bool(same === null ? null : !same);
    }
    const a = this.values.get(l);
    const b = this.values.get(r);
    if (a.k === 'err' && b.k === 'int' && b.v <= 0) {
      if (op === '<' || op === '<=') return b.v === 0 ? ONE : TOP;
      if (op === '>' || op === '>=') return b.v === 0 ? ZERO : TOP;
    }
    if (a.k === 'ptr' && (op === '+' || op === '-')) return l;
    if (a.k !== 'int' || b.k !== 'int')
      return (op === '&' && (l === ZERO || r === ZERO)) || (op === '*' && (l === ZERO || r === ZERO)) ? ZERO : TOP;
    return this.arithmetic(op, a.v, b.v);
  }

  private arithmetic(op: string, a: number, b: number): number {
    switch (op) {
      case '<':
        return a < b ? ONE : ZERO;
      case '<=':
        return a <= b ? ONE : ZERO;
      case '>':
        return a > b ? ONE : ZERO;
      case '>=':
        return a >= b ? ONE : ZERO;
      case '&':
        return this.values.int(a & b);
      case '|':
        return this.values.int(a | b);
      case '^':
        return this.values.int(a ^ b);
      case '<<':
        return b >= 0 && b < 31 ? this.values.int(a << b) : TOP;
      case '>>':
        return b >= 0 && b < 32 ? this.values.int(a >> b) : TOP;
      // A counter that is stepped in a loop takes any value: sums are not followed.
      default:
        return TOP;
    }
  }

  /** container_of: strips the member where the object is known, else takes the pointer for the instance of that type. */
  container(value: number, tag: string, member: string): number {
    const { values } = this;
    const known = values.get(value);
    if (known.k === 'int' || known.k === 'err') return known.k === 'err' ? this.prune() : TOP;
    if (known.k !== 'ptr') return tag === this.view.subject.tag ? TOP : values.ptr(values.instance(tag).id, '');
    const object = values.objectById(known.obj);
    const full = pathEndingWith(this.view.program, object.tag, known.path, member);
    if (full !== null) {
      const path = full === member ? '' : full.slice(0, -member.length - 1);
      const at = this.tagAt(object, path);
      if (at !== null && at !== tag) this.prune();
      return values.ptr(known.obj, path);
    }
    if (object.kind === 'tracked' || (object.tag !== null && known.path !== '')) {
      if (this.tagAt(object, known.path) !== null || known.path !== '') this.prune();
    }
    if (object.kind === 'opaque') {
      if (tag === this.view.subject.tag) this.prune();
      return values.ptr(values.instance(tag).id, '');
    }
    if (tag === this.view.subject.tag) return TOP;
    return values.ptr(
      values.object(`${object.name}${known.path ? `.${known.path}` : ''} as struct ${tag}`, 'deref', tag, {
        view: { value, member },
        depth: object.depth ?? 0,
      }).id,
      '',
    );
  }

  /** A bool, a bit or an atomic: what threads tell each other, nothing that a teardown would have to undo. */
  private isFlag(object: HeapObject, path: string): boolean {
    if (path.includes('#')) return true;
    const cut = path.lastIndexOf('.');
    const owner = this.tagAt(object, cut < 0 ? '' : path.slice(0, cut));
    const type = owner === null ? null : this.view.program.fieldType(owner, path.slice(cut + 1));
    return type !== null && type.pointers === 0 && /^(?:bool|_Bool|atomic_t|atomic_long_t|atomic64_t)$/.test(type.base);
  }

  /** Struct tag of the member at a path of an object; null when unknown. */
  private tagAt(object: HeapObject, path: string): string | null {
    let tag = object.tag;
    for (const part of path === '' ? [] : path.split('.')) {
      if (!tag) return null;
      const type = this.view.program.fieldType(tag, part);
      tag = type && type.pointers === 0 ? (/^(?:struct|union)\s+(.+)$/.exec(type.base)?.[1] ?? null) : null;
    }
    return tag;
  }
}

function cellName(object: HeapObject, path: string, thread: number): string {
  return object.kind === 'local' ? `local ${thread}:${object.name}.${path}` : `cell ${object.id}:${path}`;
}
