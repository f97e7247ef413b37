import type { Expr } from '../facts/types';
import { armedBy, type CallbackSource } from '../kernel/effects';
import { walk } from '../program/expressions';
import type { FnDef, Program } from '../program/types';
import { FunctionSlicer } from './function-slicer';
import type { Relevance } from './relevance';
import { type Slice, stepSuccessors } from './steps';
import { type Use, usesOf } from './uses';

const VALUE_FUNCTION_NODES = 40;
const MAX_ROUNDS = 12;
const given = new WeakMap<Program, ReadonlySet<string>>();

/** Names of members that some function stores to, or hands the address of to another. */
function givenMembers(program: Program): ReadonlySet<string> {
  const known = given.get(program);
  if (known) return known;
  const names = new Set<string>();
  const add = (e: Expr): void => {
    if (e.k === 'field') names.add(e.name);
    else if (e.k === 'cast') add(e.e);
  };
  for (const fn of program.functions)
    for (const n of fn.fn.nodes) {
      if (n.k === 'store') add(n.addr);
      else if (n.k === 'set') add(n.src);
      else if (n.k === 'call') n.args.forEach(add);
    }
  given.set(program, names);
  return names;
}

const compared = new WeakMap<Program, ReadonlySet<string>>();

/** Names that some branch of the program asks about. */
function comparedNames(program: Program): ReadonlySet<string> {
  const known = compared.get(program);
  if (known) return known;
  const names = new Set<string>();
  for (const fn of program.functions)
    for (const n of fn.fn.nodes)
      if (n.k === 'branch')
        walk(n.cond, (e) => {
          if (e.k === 'global') names.add(e.name);
        });
  compared.set(program, names);
  return names;
}

function withoutNot(e: Expr): Expr {
  return e.k === 'un' && e.op === '!' ? withoutNot(e.e) : e;
}

const ENDING: ReadonlySet<string> = new Set(['device-del', 'release-action', 'remove-action']);
const FINDING: ReadonlySet<string> = new Set(['find-child', 'find-device', 'load-container']);

/** Makes and caches the slices of one subject; `build` first, for everything that is reachable. */
export class Slicer {
  private slices = new Map<number, Slice>();
  private readonly slicers = new Map<number, FunctionSlicer>();
  private readonly resultNeeded = new Set<number>();
  private readonly values = new Map<number, boolean>();
  private readonly uses = new Map<number, readonly Use[][]>();
  private readonly writable = new WeakMap<Expr, boolean>();
  private readonly trackedLoads = new WeakMap<Expr, boolean>();
  private tested: Map<string, number> | null = null;
  /** Members of owners that kept steps write. */
  private written: Set<string> | null = null;
  private onBus: boolean | null = null;

  constructor(readonly relevance: Relevance) {}

  /** Slices the functions reachable from the roots until the set of tracked members is stable. */
  build(roots: FnDef[]): void {
    for (let round = 1; ; round++) {
      const before = `${this.relevance.tracked.size}/${this.resultNeeded.size}`;
      const reached = new Set<FnDef>();
      const work = [...roots];
      while (work.length > 0) {
        const fn = work.pop() as FnDef;
        if (reached.has(fn)) continue;
        reached.add(fn);
        const slicer = this.slicerOf(fn);
        slicer.decide();
        work.push(...slicer.called());
      }
      this.relevance.update();
      if (before !== `${this.relevance.tracked.size}/${this.resultNeeded.size}` && round < MAX_ROUNDS) continue;
      this.slices = new Map([...reached].map((fn) => [fn.id, this.slicerOf(fn).emit()]));
      return;
    }
  }

  private slicerOf(fn: FnDef): FunctionSlicer {
    const known = this.slicers.get(fn.id) ?? new FunctionSlicer(fn, this);
    this.slicers.set(fn.id, known);
    return known;
  }

  /** Some kept step of some thread writes this member. */
  isWritable(addr: Expr, fn: FnDef): boolean {
    let known = this.writable.get(addr);
    if (known === undefined) {
      const key = this.relevance.view.cellClass(addr, fn);
      known = key !== null && this.writtenClasses().has(key);
      this.writable.set(addr, known);
    }
    return known;
  }

  /** Somebody gives the member values that decide paths. */
  isTracked(addr: Expr, fn: FnDef): boolean {
    let known = this.trackedLoads.get(addr);
    if (known === undefined) {
      known = this.relevance.isTracked(addr, fn);
      this.trackedLoads.set(addr, known);
    }
    return known;
  }

  /**
   * Nobody in the checked code writes the member, and more than one branch asks for it: what it turns out to be for one of them
   * it is for all.
   */
  isSettled(addr: Expr, fn: FnDef): boolean {
    if (addr.k !== 'field' || givenMembers(this.relevance.view.program).has(addr.name)) return false;
    const key = this.relevance.view.cellClass(addr, fn);
    return key !== null && (this.testedClasses().get(key) ?? 0) > 1;
  }

  /** How many kept branches ask whether a member is set, by class. */
  private testedClasses(): Map<string, number> {
    if (this.tested) return this.tested;
    this.tested = new Map();
    for (const slice of this.slices.values())
      for (const step of slice.steps) {
        const cond = step.k === 'branch' ? withoutNot(step.cond) : null;
        const key = cond?.k === 'load' ? this.relevance.view.cellClass(cond.addr, slice.fn) : null;
        if (key) this.tested.set(key, (this.tested.get(key) ?? 0) + 1);
      }
    return this.tested;
  }

  /** Some branch of the program tells this errno from others. */
  compared(errno: string): boolean {
    return comparedNames(this.relevance.view.program).has(errno);
  }

  /** Some kept step allocates an instance of the owner. */
  allocatesOwner(tag: string): boolean {
    return [...this.slices.values()].some((slice) => slice.steps.some((step) => step.k === 'call' && step.owner === tag));
  }

  /** The function can end an object of the subject before it has allocated one: another than its own. */
  endsOthers(fn: FnDef): boolean {
    return this.meetsOthers(fn, ENDING);
  }

  /** The function can look up an object of the subject before it has allocated one. */
  findsOthers(fn: FnDef): boolean {
    return this.meetsOthers(fn, FINDING);
  }

  private meetsOthers(fn: FnDef, effects: ReadonlySet<string>, seen = new Set<number>()): boolean {
    if (seen.has(fn.id)) return false;
    seen.add(fn.id);
    const slice = this.of(fn);
    const visited = new Set<number>();
    const work = [slice.entry];
    while (work.length > 0) {
      const at = work.pop() as number;
      const step = slice.steps[at];
      if (!step || visited.has(at)) continue;
      visited.add(at);
      if (step.k === 'iter' && step.container && effects === FINDING) return true;
      if (step.k === 'call') {
        if (step.allocates) continue;
        if (step.effect && effects.has(step.effect.op)) return true;
        if (step.targets.some((target) => this.meetsOthers(target.fn, effects, seen))) return true;
        if (step.follow.some((target) => this.allocates(target.fn))) continue;
      }
      work.push(...stepSuccessors(step));
    }
    return false;
  }

  private allocates(fn: FnDef, seen = new Set<number>()): boolean {
    if (seen.has(fn.id)) return false;
    seen.add(fn.id);
    return this.of(fn).steps.some(
      (step) => step.k === 'call' && (step.allocates || step.follow.some((target) => this.allocates(target.fn, seen))),
    );
  }

  /** Some kept step queues a work item. */
  queuesWork(): boolean {
    return [...this.slices.values()].some((slice) => slice.steps.some((step) => step.k === 'call' && step.effect?.op === 'queue-work'));
  }

  /** Some kept step makes callbacks of this kind possible: none runs before. */
  arms(source: CallbackSource): boolean {
    return [...this.slices.values()].some((slice) => slice.steps.some((step) => step.k === 'call' && armedBy(step.effect) === source));
  }

  /** Some kept step looks devices up on a bus. */
  searchesBus(): boolean {
    this.onBus ??= [...this.slices.values()].some((slice) =>
      slice.steps.some(
        (step) =>
          step.k === 'call' && (step.effect?.op === 'find-device' || step.effect?.op === 'for-each-device') && step.effect.list === 'bus',
      ),
    );
    return this.onBus;
  }

  private writtenClasses(): Set<string> {
    if (this.written) return this.written;
    this.written = new Set();
    for (const slice of this.slices.values())
      for (const step of slice.steps) {
        const own = step.k === 'store' && this.relevance.view.isOwner(step.addr, slice.fn);
        const key = own ? this.relevance.view.cellClass(step.addr, slice.fn) : null;
        if (key) this.written.add(key);
      }
    return this.written;
  }

  of(fn: FnDef): Slice {
    let slice = this.slices.get(fn.id);
    if (!slice) {
      const slicer = this.slicerOf(fn);
      slicer.decide();
      slice = slicer.emit();
      this.slices.set(fn.id, slice);
    }
    return slice;
  }

  /** The function, and all that its slice and theirs may call. */
  reachedFrom(fn: FnDef): ReadonlySet<FnDef> {
    const reached = new Set([fn]);
    for (const one of reached)
      for (const step of this.of(one).steps) if (step.k === 'call') for (const target of step.targets) reached.add(target.fn);
    return reached;
  }

  /** The touches of each node of a function: the same in every round of slicing. */
  usesIn(fn: FnDef): readonly Use[][] {
    let known = this.uses.get(fn.id);
    if (known === undefined) {
      known = fn.fn.nodes.map((n) => usesOf(n, fn, this.relevance.view));
      this.uses.set(fn.id, known);
    }
    return known;
  }

  /** What the function does to objects of the subject it does to those that it is given. */
  doesNothingUnasked(fn: FnDef): boolean {
    const { relevance } = this;
    if (!relevance.isRelevant(fn)) return false;
    return relevance.actsOnArguments(fn) || (relevance.view.subject.cells !== undefined && !relevance.obtains(fn));
  }

  needResult(fn: FnDef): void {
    this.resultNeeded.add(fn.id);
  }

  isResultNeeded(fn: FnDef): boolean {
    return this.resultNeeded.has(fn.id);
  }

  /** Small enough to be followed for its result alone: conversions, type tests, getters. */
  isValueFunction(fn: FnDef, depth = 0): boolean {
    const known = this.values.get(fn.id);
    if (known !== undefined) return known;
    if (depth > 3) return false;
    const small =
      fn.fn.nodes.length <= VALUE_FUNCTION_NODES && fn.fn.ret.base !== 'void'
        ? true
        : fn.fn.ret.pointers > 0 && fn.fn.nodes.length <= VALUE_FUNCTION_NODES;
    const ok =
      small &&
      fn.fn.nodes.every((n, i) => {
        if (n.k === 'iter' || n.k === 'opaque') return false;
        return (
          n.k !== 'call' || this.relevance.view.program.targets(fn, i).every((t) => t.fn !== fn && this.isValueFunction(t.fn, depth + 1))
        );
      });
    this.values.set(fn.id, ok);
    return ok;
  }
}
