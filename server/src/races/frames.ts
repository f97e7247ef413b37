import type { FnDef } from '../program/types';
import type { Slicer } from './slice';
import { DONE, type Frame, type NativeName, READERS, RUNNING } from './state';
import { type Site, StepState, type Tables } from './step-state';
import { type Slice, type Step, siteOf } from './steps';
import type { SubjectView } from './subject';
import { TOP } from './values';

export const MAX_DEPTH = 40;

/** The call stacks of threads: functions entered and left, where each stands, and the values of its locals. */
export class Frames extends StepState {
  /** A frame made by this very step, which no state holds yet: it may be changed in place. */
  protected owned: Frame | null = null;
  /** Slots of stack memory by thread and function. */
  protected readonly localSlots = new Map<string, Set<number>>();

  constructor(
    readonly view: SubjectView,
    readonly slicer: Slicer,
    /** Kernel functions of several steps; their numbers are places in this list. */
    private readonly nativeNames: readonly NativeName[],
    tables: Tables,
  ) {
    super(tables);
  }

  protected replaceTop(frame: Frame): void {
    const { status, on, frames: before } = this.thread;
    const frames = before.slice();
    frames[frames.length - 1] = frame;
    this.setThread({ status, on, frames });
  }

  /** Continues the top native frame at another stage. */
  stage(frame: Frame, pc: number, vars: readonly number[] = frame.vars): void {
    this.replaceTop({ code: frame.code, id: frame.id, pc, vars, ret: frame.ret });
  }

  pushNative(name: NativeName, vars: number[], ret = -1): void {
    this.push({ code: name, id: this.nativeNames.indexOf(name), pc: 0, vars, ret });
  }

  pushCall(fn: FnDef, args: readonly number[], ret = -1): void {
    const slice = this.slicer.of(fn);
    const vars: number[] = new Array(slice.names.length).fill(TOP);
    fn.fn.params.forEach((param, i) => {
      const slot = slice.slots.get(param.name);
      if (slot !== undefined) vars[slot] = args[i] ?? TOP;
    });
    this.push({ code: slice, id: this.nativeNames.length + fn.id, pc: slice.entry, vars: this.alive(slice, slice.entry, vars), ret });
  }

  protected push(frame: Frame): void {
    if (this.thread.frames.length >= MAX_DEPTH) {
      this.limits.add(`calls nested more than ${MAX_DEPTH} deep`);
      this.prune();
    }
    this.owned = null;
    const { status, on, frames } = this.thread;
    this.setThread({ status, on, frames: [...frames, frame] });
  }

  /** Returns from the top frame. */
  pop(value: number): void {
    this.owned = null;
    const { on, frames: before } = this.thread;
    const frames = before.slice(0, -1);
    const gone = before.at(-1) as Frame;
    const caller = frames.at(-1);
    if (caller && gone.ret >= 0) {
      const { code, id, pc, ret } = caller;
      const vars = caller.vars.slice();
      vars[gone.ret] = value;
      frames[frames.length - 1] = { code, id, pc, vars: typeof code === 'string' ? vars : this.alive(code, pc, vars), ret };
    }
    if (typeof gone.code !== 'string') this.forgetLocals(gone.code.fn);
    if (frames.length === 0 && this.view.subject.cells && this.holdsLocks()) this.prune();
    this.setThread({ status: frames.length === 0 ? DONE : RUNNING, on, frames });
  }

  /** No path ends with a lock: one that does took it under a condition that it then answered otherwise. */
  private holdsLocks(): boolean {
    return this.slots.names.some((name, i) => {
      const held = name.startsWith('lock ') && this.shared[i] ? this.countOf((this.shared[i] as number) - 1) : 0;
      return held > 0 && (held < READERS ? held === this.t + 1 : ((held - READERS) & (1 << this.t)) !== 0);
    });
  }

  /** What a function kept in its own stack frame ends with it. */
  protected forgetLocals(fn: FnDef): void {
    if (this.localSlots.size === 0) return;
    for (const index of this.localSlots.get(`${this.t}:${fn.id}`) ?? []) if (this.shared[index]) this.put(index, 0);
  }

  protected alive(slice: Slice, pc: number, vars: number[]): number[] {
    const live = slice.live[pc];
    if (live) for (let i = 0; i < vars.length; i++) if (!live[i]) vars[i] = TOP;
    return vars;
  }

  protected goto(frame: Frame, slice: Slice, pc: number, slot = -1, value = TOP): void {
    const own = this.owned === frame;
    const vars = own ? (frame.vars as number[]) : frame.vars.slice();
    if (slot >= 0) vars[slot] = value;
    this.alive(slice, pc, vars);
    if (own) frame.pc = pc;
    else {
      this.owned = { code: frame.code, id: frame.id, pc, vars, ret: frame.ret };
      this.replaceTop(this.owned);
    }
  }

  // --- where calls stand ---

  /** Where the innermost C function stands that called the running kernel function. */
  protected callerSite(): Site {
    for (let i = this.thread.frames.length - 1; i >= 0; i--) {
      const frame = this.thread.frames[i] as Frame;
      if (typeof frame.code === 'string') continue;
      return this.callSite(frame.code, frame.pc);
    }
    return { fn: null, at: -1, end: -1 };
  }

  /** The call that a frame of C waits for: its pc is already past it, and `vars` of natives do not carry it. */
  callSite(slice: Slice, pc: number): { fn: FnDef; at: number; end: number } {
    const step = this.sites.get(slice)?.[pc];
    const { fn } = slice;
    return step ? siteOf(fn, step) : { fn, at: fn.fn.nameAt, end: fn.fn.nameAt };
  }

  /** The running step by a name that edits elsewhere leave alone. */
  stepName({ node }: Step): string {
    return `${this.site.fn?.fn.name} ${node}`;
  }

  /** Per slice and step: the call steps that continue there. */
  protected readonly sites = new Map<Slice, Extract<Step, { k: 'call' }>[]>();

  protected remember(slice: Slice, step: Extract<Step, { k: 'call' }>): void {
    let steps = this.sites.get(slice);
    if (!steps) {
      steps = [];
      this.sites.set(slice, steps);
    }
    steps[step.next] = step;
  }
}
