import type { Effect } from '../kernel';
import { isOfFile } from '../lifetimes/discover';
import type { FnDef } from '../program/types';
import { Frames } from './frames';
import { DONE, type Frame, type NativeName, NOT_STARTED, RUNNING, type Thread } from './state';
import { type Slice, type Step, stepSuccessors } from './steps';
import type { HeapObject } from './values';

/** Steps that can give a thread a pointer to an object that it did not have; what plain memory holds is looked up there. */
const ACQUIRING: ReadonlySet<Effect['op']> = new Set([
  'find-child',
  'find-device',
  'for-each-child',
  'for-each-device',
  'load-container',
  'for-each-item',
  'insert',
  'erase',
  'end-group',
]);

/** Functions of the kernel that look for no object. */
const WAITING: ReadonlySet<NativeName> = new Set(['device-add', 'wait-work', 'wait-callback', 'wait-irq', 'lost-removal']);

/** Entry points that are handed the object itself, or may be. */
const GIVEN: ReadonlySet<string> = new Set(['work', 'timer', 'irq', 'notifier', 'unbind']);

/**
 * Which steps others can observe: what threads can do from here on decides it, and what they already have pointers to. A step on
 * an object that no other thread has or can come by commutes with all that the others do before it.
 */
export class Visibility extends Frames {
  private readonly acquiringFrom = new WeakMap<Slice, Uint8Array>();
  private readonly acquiringFunctions = new Map<number, boolean>();
  private readonly acquiringThreads = new WeakMap<Thread, boolean>();

  protected override isObserved(object: HeapObject | null): boolean {
    for (let t = 0; t < this.threads.length; t++) {
      const other = this.threads[t] as Thread;
      if (t === this.t || !this.mayStillRun(other, t)) continue;
      if (object === null || this.canReach(other, t, object)) return true;
    }
    return false;
  }

  /** The last unbind begins when nobody runs: not before the running thread has ended. After it has begun, only works do. */
  private mayStillRun(other: Thread, t: number): boolean {
    const { scene } = this;
    if (other.status === RUNNING) return true;
    if (this.starting) return other.status !== DONE;
    const isWork = scene.work.includes(t);
    if (isWork && this.pendingWork().length > 0) return true;
    if (other.status !== NOT_STARTED || isWork) return false;
    if (t === scene.epilogue) return false;
    if (scene.epilogue >= 0 && this.threads[scene.epilogue]?.status !== NOT_STARTED) return false;
    const source = scene.callbacks.get(t);
    const point = scene.points[t];
    return source === undefined || (point != null && isOfFile(point)) || this.slotsWith(`armed ${source} `).length > 0;
  }

  private canReach(other: Thread, t: number, object: HeapObject): boolean {
    if (other.status !== RUNNING) return this.acquiresAtStart(t);
    return this.acquires(other) || other.on === object.id || this.holdsPointer(other, object) || this.isStored(object);
  }

  private acquiresAtStart(t: number): boolean {
    const point = this.scene.points[t] ?? null;
    return point === null || GIVEN.has(point.kind) || point.owner === this.view.subject.tag || this.acquiresIn(point.fn);
  }

  private acquires(thread: Thread): boolean {
    let known = this.acquiringThreads.get(thread);
    if (known === undefined) {
      known = thread.frames.some((frame) => this.frameAcquires(frame));
      this.acquiringThreads.set(thread, known);
    }
    return known;
  }

  private frameAcquires({ code, pc, vars }: Frame): boolean {
    if (typeof code !== 'string') return this.acquiringSteps(code)[pc] === 1;
    if (WAITING.has(code)) return false;
    // It is given what hangs at the device that it removes.
    if (code === 'device-del')
      return (vars[2] ?? this.values.emptyTuple) !== this.values.emptyTuple || this.get(`devres ${vars[0]}`) !== undefined;
    // The others call what they are given, or look for objects themselves.
    if (code !== 'run-action' && code !== 'locked-entry' && code !== 'exported-entry') return true;
    // What the devres of the device hold is released after ->remove.
    if (code === 'locked-entry' && this.view.subject.managed === 'remove') return true;
    // A ->remove is called after the groups of the driver are gone.
    if (pc === 1) return false;
    return vars.some((value) => {
      const fn = this.values.get(value);
      const def = fn.k === 'fn' ? this.view.program.functions[fn.id] : undefined;
      return def !== undefined && this.acquiresIn(def);
    });
  }

  /** 1 for the steps of a slice from which a step that acquires can be reached, in it or in what it calls. */
  private acquiringSteps(slice: Slice): Uint8Array {
    let known = this.acquiringFrom.get(slice);
    if (known === undefined) {
      known = new Uint8Array(slice.steps.length);
      this.acquiringFrom.set(slice, known);
      slice.steps.forEach((step, i) => {
        if (isAcquiring(step) || (step.k === 'call' && step.targets.some((target) => this.acquiresIn(target.fn))))
          (known as Uint8Array)[i] = 1;
      });
      for (let changed = true; changed; ) {
        changed = false;
        for (let i = slice.steps.length - 1; i >= 0; i--) {
          if (known[i] === 1 || !stepSuccessors(slice.steps[i] as Step).some((next) => known?.[next] === 1)) continue;
          known[i] = 1;
          changed = true;
        }
      }
    }
    return known;
  }

  /** The function, or one that it reaches, has a step that acquires. */
  private acquiresIn(fn: FnDef): boolean {
    let known = this.acquiringFunctions.get(fn.id);
    if (known === undefined) {
      known = [...this.slicer.reachedFrom(fn)].some((one) => this.slicer.of(one).steps.some(isAcquiring));
      this.acquiringFunctions.set(fn.id, known);
    }
    return known;
  }

  /** A variable of the running thread points to the object. */
  hasPointer(object: HeapObject): boolean {
    return this.holdsPointer(this.thread, object);
  }

  private holdsPointer(thread: Thread, object: HeapObject): boolean {
    return thread.frames.some((frame) => frame.vars.some((value) => this.values.mentions(value, object.id)));
  }

  /** Some memory holds a pointer to the object: whoever reads it there has it. */
  private isStored(object: HeapObject): boolean {
    return this.slots.cells.some((slot) => {
      const value = this.shared[slot];
      return value ? this.values.mentions(value - 1, object.id) : false;
    });
  }
}

function isAcquiring(step: Step): boolean {
  return step.k === 'iter' ? step.container !== null : step.k === 'call' && step.effect !== null && ACQUIRING.has(step.effect.op);
}
