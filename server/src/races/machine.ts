import type { Expr } from '../facts/types';
import { CONVERSIONS } from '../kernel/core-structs';
import type { Finals } from '../lifetimes/finals';
import { rowOf } from '../program/tables';
import type { FnDef } from '../program/types';
import { Evaluator } from './evaluator';
import type { Slicer } from './slice';
import { type Event, type Frame, type NativeName, NOT_STARTED, RUNNING, Slots, type State } from './state';
import {
  type Block,
  type Moment,
  type Mover,
  NOWHERE,
  type Observed,
  SEEN,
  type Tables,
  type Thrown,
  UNSEEN,
  type Violation,
  WATCHES,
} from './step-state';
import { type Slice, type Step, siteOf } from './steps';
import type { SubjectView } from './subject';
import { ERR, NONZERO, TOP, Values, ZERO } from './values';

export interface Outcome {
  state: State;
  events: Event[];
  violations: Violation[];
  /** Of its first step. */
  observed: Observed;
  /** The run cannot be trusted after this step: it is not followed further. */
  ends: boolean;
  /** What the thread's next step is: one that others may observe or that waits, or one that can go several ways. */
  next: 'visible' | 'choice' | 'done';
}

/** Unobservable steps run together before states are compared again, which is what ends loops. */
const MAX_QUIET = 500;

export type Recorder = (events: readonly Event[], moment: Moment) => void;

/** What a native (multi-step) kernel function does at one stage. */
export type NativeCode = (m: Machine, frame: Frame) => void;
export type EffectCode = (m: Machine, step: Extract<Step, { k: 'call' }>, args: number[]) => number;

/**
 * Executes one step of one thread. A step that can go several ways asks
 * `choose`; the caller of `run` sees every way. Nothing here knows a driver:
 * effects of kernel APIs come from the tables through `effects`. What a step works on are the layers below:
 * StepState (slots, choices, events), Frames (call stacks), Memory (objects, locks), Evaluator (expressions).
 */
export class Machine extends Evaluator {
  constructor(
    view: SubjectView,
    slicer: Slicer,
    finals: Finals,
    private readonly effect: EffectCode,
    private readonly natives: Record<NativeName, NativeCode>,
    tables: Tables = { values: new Values(), slots: new Slots() },
  ) {
    super(view, slicer, finals, Object.keys(natives) as NativeName[], tables);
  }

  /** Steps executed so far: the measure of an exploration's work that does not depend on the machine. */
  steps = 0;
  /** Told of each step with events, for who retraces a run; null while exploring. */
  recorder: Recorder | null = null;

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
      this.starting = state.threads[t]?.status === NOT_STARTED;
      this.site = NOWHERE;
      this.events = [];
      this.violations = [];
      this.observed = UNSEEN;
      this.arity = [];
      this.cursor = 0;
      this.journal.length = 0;
      this.mover = null;
      this.enables = false;
      this.owned = null;
      try {
        body();
        this.starting = false;
        const next = this.settle();
        outcomes.push(this.outcome(next));
      } catch (thrown) {
        const kind = (thrown as Thrown).kind;
        if (kind === 'stopped') outcomes.push({ ...this.outcome('done'), observed: SEEN, ends: true });
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
   * (Lipton 1975, "Reduction": taking a lock is a right mover). So do steps that only watch an object after one that does.
   * Stops before the first other step, which it undoes.
   */
  private settle(): Outcome['next'] {
    const { observed } = this;
    let watching = observed === WATCHES && !this.enables;
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
      const { mover } = this;
      this.mover = null;
      this.enables = false;
      this.observed = UNSEEN;
      let now: Observed = SEEN;
      let stopped = false;
      try {
        this.step();
        now = this.observed as Observed;
        if (now === UNSEEN && !this.enables) this.mover = mover;
      } catch (thrown) {
        stopped = true;
        if ((thrown as Thrown).kind === undefined) throw thrown;
      }
      this.observed = observed;
      const chose = this.arity.length > choices;
      if (now === UNSEEN && !chose) {
        watching &&= !this.enables;
        continue;
      }
      // Another lock is not taken with the first: who holds one and waits for the other is what a deadlock is made of.
      const isCarried = mover !== null && !(mover === 'lock' && (this.mover as Mover) === 'lock');
      const together = isCarried || (watching && now === WATCHES);
      if (!stopped && !chose && together) {
        watching = now === WATCHES && !this.enables;
        continue;
      }
      this.undo(mark);
      this.events.length = events;
      this.violations.length = violations;
      this.threads[this.t] = thread;
      this.arity.length = choices;
      this.cursor = choices;
      return now === UNSEEN ? 'choice' : 'visible';
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

  private outcome(next: Outcome['next']): Outcome {
    return {
      state: { shared: this.shared, threads: this.threads },
      events: this.events,
      violations: this.violations,
      observed: this.observed,
      ends: false,
      next,
    };
  }

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
    this.site = siteOf(slice.fn, step);
    switch (step.k) {
      case 'set':
        return this.goto(frame, slice, step.next, step.dst, this.eval(step.src, frame, slice));
      case 'store': {
        const addr = this.eval(step.addr, frame, slice);
        const value = this.eval(step.src, frame, slice);
        if (this.isFollowed(addr, step.addr, slice.fn)) this.write(addr, value);
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

  /** Of memory that is no object's, its owners' or a function's own only what holds pointers to objects is known, where those are followed. */
  private isFollowed(addr: number, e: Expr, fn: FnDef): boolean {
    const { cells, owners } = this.view.subject;
    const object = cells ? this.values.objectOf(addr) : null;
    if (!object || object.kind === 'tracked' || object.kind === 'local') return true;
    return this.view.isCell(e, fn) || owners.has(object.tag ?? '');
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
    if (cond.k === 'load') this.settleCell(this.eval(cond.addr, frame, slice), taken, cond.addr, slice);
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
    // Which turn of a loop this is does not matter once it is not known how many there are.
    if (!equal && !differs && slice.counters.has(left)) return { slot: left, value: TOP };
    return null;
  }

  /** A member that nobody writes keeps the value that a branch was taken by. */
  private settleCell(place: number, taken: boolean, addr: Expr, slice: Slice): void {
    const value = this.values.get(place);
    if (value.k !== 'ptr' || !this.slicer.isSettled(addr, slice.fn)) return;
    const object = this.values.objectById(value.obj);
    if (object.kind === 'instance') this.setAt(this.cellSlot(place), taken ? NONZERO : ZERO);
  }

  private call(step: Extract<Step, { k: 'call' }>, frame: Frame, slice: Slice): void {
    this.remember(slice, step);
    const args = step.args.map((arg) => this.eval(arg, frame, slice));
    const followed = step.follow;
    if (step.pointer) this.eval(step.pointer, frame, slice);
    const only = followed.length === 1 ? followed[0] : undefined;
    const wrapper = only ? this.view.program.wrapper(only.fn) : null;
    const converted = wrapper ? only?.argMap[wrapper.param] : undefined;
    if (wrapper && converted !== undefined && converted >= 0) {
      const value = args[converted] ?? TOP;
      // A check of the type reads it.
      if (only?.fn.fn.nodes.some((n) => n.k === 'branch') && this.tracked(value)) this.use(value, false);
      return this.convert(step, frame, slice, value, wrapper);
    }
    if (followed.length > 0) {
      const target = followed[followed.length > 1 ? this.choose(followed.length) : 0];
      // Given nothing of the subject's, it does nothing to it.
      if (target && this.slicer.doesNothingUnasked(target.fn) && !args.some((arg) => this.concerns(arg)))
        return this.goto(frame, slice, step.next, step.dst, TOP);
      this.goto(frame, slice, step.next);
      if (target)
        this.pushCall(
          target.fn,
          target.argMap.map((i, param) =>
            i < 0 ? TOP : this.passed(args[i] ?? TOP, step.args[i], target.fn.fn.params[param]?.type.base, slice),
          ),
          step.dst,
        );
      return;
    }
    const conversion = step.effect || !step.name ? undefined : rowOf(CONVERSIONS, step.name);
    if (conversion) return this.convert(step, frame, slice, args[0] ?? TOP, conversion);
    // The frame already stands after the call when an effect pushes a kernel function.
    this.goto(frame, slice, step.next);
    const depth = this.thread.frames.length;
    const result = this.effect(this, step, args);
    if (this.thread.frames.length === depth && step.dst >= 0) {
      const top = this.thread.frames.at(-1) as Frame;
      this.goto(top, slice, top.pc, step.dst, result);
    }
  }

  /** The parameter of a macro has no type that could tell what an unknown pointer points to: that of the argument does. */
  private passed(value: number, arg: Expr | undefined, type: string | undefined, slice: Slice): number {
    return value === TOP && arg && type === '__auto_type' ? this.reached(arg, slice.fn) : value;
  }

  /** A pointer to an object of the subject, or to one of its owners. */
  private concerns(value: number): boolean {
    const object = this.values.objectOf(value);
    if (object?.kind === 'local' && this.view.subject.cells) return this.holdsTracked(object);
    return object?.kind === 'tracked' || object?.kind === 'local' || (object?.tag != null && this.view.subject.owners.has(object.tag));
  }

  /** A checked container_of warns, and nothing goes on with what it then returns; others only compute an address. */
  private convert(
    step: Extract<Step, { k: 'call' }>,
    frame: Frame,
    slice: Slice,
    value: number,
    wrapper: { tag: string; member: string },
  ): void {
    const { k } = this.values.get(value);
    this.goto(frame, slice, step.next, step.dst, k === 'int' || k === 'err' ? value : this.container(value, wrapper.tag, wrapper.member));
  }

  private iterate(step: Extract<Step, { k: 'iter' }>, frame: Frame, slice: Slice): void {
    const container = step.container ? this.eval(step.container, frame, slice) : TOP;
    if (!step.container || container === TOP) {
      const body = this.choose(2) === 0;
      return this.goto(frame, slice, body ? step.body : step.done, body ? step.dst : -1, TOP);
    }
    // Members are visited in order; a removed one is not seen again, and one visited is remembered per frame.
    this.touch(null);
    const key = `iter ${this.t}:${this.thread.frames.length}:${frame.id}:${step.node}`;
    const visited = this.values.items(this.get(key) ?? this.values.emptyTuple);
    const next = this.members(container).find(({ item }) => !visited.includes(item));
    if (next === undefined) {
      this.clear(key);
      return this.goto(frame, slice, step.done);
    }
    this.set(key, this.values.tuple([...visited, next.item]));
    this.event('find', null);
    this.goto(frame, slice, step.body, step.dst, step.member === null ? next.item : this.entryOf(next.item, step.member));
    if (step.index) this.learn(step.index, next.key);
  }

  /** list_entry(): what a list's link is a member of. Containers of pointers hold the entry itself. */
  private entryOf(link: number, member: string): number {
    const place = this.values.get(link);
    if (place.k !== 'ptr' || (place.path !== member && !place.path.endsWith(`.${member}`))) return link;
    return this.values.ptr(place.obj, place.path.slice(0, -member.length).replace(/\.$/, ''));
  }
}
