import type { Expr } from '../facts/types';
import { armedBy, type CallbackSource } from '../kernel/effects';
import { walk } from '../program/expressions';
import { perFunction } from '../program/per-function';
import type { FnDef, Program } from '../program/types';
import { type Asked, type Decided, FunctionSlicer } from './function-slicer';
import type { Relevance, Seen } from './relevance';
import { type Slice, stepSuccessors } from './steps';
import type { SubjectView } from './subject';
import { type Use, usesOf } from './uses';

const VALUE_FUNCTION_NODES = 40;
const MAX_ROUNDS = 12;
const given = new WeakMap<Program, ReadonlySet<string>>();

const givenIn = perFunction((_, fn): ReadonlySet<string> => {
  const names = new Set<string>();
  const add = (e: Expr): void => {
    if (e.k === 'field') names.add(e.name);
    else if (e.k === 'cast') add(e.e);
  };
  for (const n of fn.fn.nodes) {
    if (n.k === 'store') add(n.addr);
    else if (n.k === 'set') add(n.src);
    else if (n.k === 'call') n.args.forEach(add);
  }
  return names;
});

/** Names of members that some function stores to, or hands the address of to another. */
function givenMembers(program: Program): ReadonlySet<string> {
  const known = given.get(program);
  if (known) return known;
  const names = new Set(program.functions.flatMap((fn) => [...givenIn(program, fn)]));
  given.set(program, names);
  return names;
}

const compared = new WeakMap<Program, ReadonlySet<string>>();

const comparedIn = perFunction((_, fn): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const n of fn.fn.nodes)
    if (n.k === 'branch')
      walk(n.cond, (e) => {
        if (e.k === 'global') names.add(e.name);
      });
  return names;
});

/** Names that some branch of the program asks about. */
function comparedNames(program: Program): ReadonlySet<string> {
  const known = compared.get(program);
  if (known) return known;
  const names = new Set(program.functions.flatMap((fn) => [...comparedIn(program, fn)]));
  compared.set(program, names);
  return names;
}

function withoutNot(e: Expr): Expr {
  return e.k === 'un' && e.op === '!' ? withoutNot(e.e) : e;
}

const ENDING: ReadonlySet<string> = new Set(['device-del', 'release-action', 'remove-action']);
const FINDING: ReadonlySet<string> = new Set(['find-child', 'find-device', 'load-container']);

type Names = ReadonlySet<string>;

export interface SeenFunction extends Seen {
  /** Undefined: nobody asked. */
  isValue: boolean | undefined;
}

/** What one function was decided to call and to ask for, by the visit that decided it. */
interface Visited {
  visit: number;
  said: string;
}

/** Makes and caches the slices of one subject; `build` first, for everything that is reachable. */
export class Slicer {
  private slices = new Map<number, Slice>();
  private readonly slicers = new Map<number, FunctionSlicer>();
  /** Visits of functions so far. What was decided is kept by the visit that decided it: a function is later decided on again as at its visits. */
  private clock = 0;
  private readonly resultNeeded = new Map<number, number>();
  private readonly trackedAt = new Map<string, number>();
  private readonly relevantAt = new Map<number, number>();
  private readonly visits = new Map<number, Visited[]>();
  /** From then on no further member is tracked. */
  private frozen = false;
  /** Slices that were asked for and that `build` did not come to. */
  private readonly strays = new Map<number, Slice>();
  private readonly values = new Map<number, boolean>();
  private readonly uses = new Map<number, readonly Use[][]>();
  private writable = new WeakMap<Expr, boolean>();
  private trackedLoads = new WeakMap<Expr, boolean>();
  private tested: Map<string, number> | null = null;
  /** Members of owners that kept steps write. */
  private written: Set<string> | null = null;
  private onBus: boolean | null = null;

  /** How often it went on in another program. */
  version = 0;

  /** `outlasts`: it may be told to go on in the program that succeeds this one. */
  constructor(
    readonly relevance: Relevance,
    private readonly outlasts: boolean,
  ) {}

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
        work.push(...this.visit(fn));
      }
      for (const id of this.relevance.update()) this.relevantAt.set(id, this.clock);
      if (before !== `${this.relevance.tracked.size}/${this.resultNeeded.size}` && round < MAX_ROUNDS) continue;
      this.slices = new Map([...reached].map((fn) => [fn.id, this.slicerOf(fn).emit(this.decided)]));
      return;
    }
  }

  /** From here on no further member is tracked: what is not takes any value. */
  freeze(): void {
    this.frozen = true;
  }

  /** Decides on a function; returns what it calls. */
  private visit(fn: FnDef): FnDef[] {
    this.clock += 1;
    const slicer = this.slicerOf(fn);
    const asked = slicer.decide(this.decided);
    const called = slicer.called(this.decided);
    if (this.outlasts) {
      const visits = this.visits.get(fn.id) ?? [];
      this.visits.set(fn.id, visits);
      visits.push({ visit: this.clock, said: said(called, asked) });
    }
    for (const member of this.frozen ? [] : asked.members)
      if (!this.relevance.tracked.has(member)) {
        this.relevance.tracked.add(member);
        this.trackedAt.set(member, this.clock);
      }
    for (const one of asked.results) this.needResult(one);
    return called;
  }

  private readonly decided: Decided = {
    isRelevant: (fn) => this.relevance.isRelevant(fn),
    isTracked: (member) => this.relevance.tracked.has(member),
    isResultNeeded: (fn) => this.isResultNeeded(fn),
  };

  /** What was decided before a visit. */
  private decidedBefore(visit: number): Decided {
    const isBefore = (at: number | undefined) => (at ?? 0) < visit;
    return {
      isRelevant: (fn) => this.relevance.isRelevant(fn) && isBefore(this.relevantAt.get(fn.id)),
      isTracked: (member) => this.relevance.tracked.has(member) && isBefore(this.trackedAt.get(member)),
      isResultNeeded: (fn) => this.isResultNeeded(fn) && isBefore(this.resultNeeded.get(fn.id)),
    };
  }

  /** What the answers about other functions rest upon in one whose body may change. */
  seenFromOutside(fn: FnDef): SeenFunction {
    return { ...this.relevance.seenFromOutside(fn), isValue: this.values.get(fn.id) };
  }

  /**
   * Goes on in the program that succeeds the view's, in which the bodies of some functions have changed: `seen` are these, with what was seen of them from
   * outside. Slices of the others stay as they are where a changed function is seen as before, and calls and asks for, whenever it is decided on, what it did:
   * then slicing all of them again would come to the same. False where that does not hold; the slicer is then of no use any more.
   */
  succeed(view: SubjectView, seen: ReadonlyMap<FnDef, SeenFunction>): boolean {
    const [compared, now] = [this.relevance.view, view].map(({ program }) => comparedNames(program)) as [Names, Names];
    if ([...this.errnos].some((errno) => compared.has(errno) !== now.has(errno))) return false;
    this.version += 1;
    this.relevance.moveTo(view);
    for (const fn of seen.keys()) {
      this.uses.delete(fn.id);
      this.slicers.delete(fn.id);
      this.strays.delete(fn.id);
      if (this.values.delete(fn.id)) this.isValueFunction(fn);
    }
    for (const [fn, was] of seen) if (!this.isSeenAlike(fn, was) || !this.isDecidedAlike(fn)) return false;
    for (const fn of seen.keys()) if (this.slices.has(fn.id)) this.slices.set(fn.id, this.slicerOf(fn).emit(this.decided));
    [this.tested, this.written, this.onBus] = [null, null, null];
    [this.writable, this.trackedLoads] = [new WeakMap(), new WeakMap()];
    return true;
  }

  private isSeenAlike(fn: FnDef, before: SeenFunction): boolean {
    const now = this.seenFromOutside(fn);
    return this.relevance.replace(before, now) && before.isValue === now.isValue;
  }

  private isDecidedAlike(fn: FnDef): boolean {
    const slicer = this.slicerOf(fn);
    return (this.visits.get(fn.id) ?? []).every((known) => {
      const decided = this.decidedBefore(known.visit);
      const asked = slicer.decide(decided);
      return said(slicer.called(decided), asked) === known.said;
    });
  }

  /** What answers about single expressions rest upon in all slices. */
  rests(): string {
    const tested = [...this.testedClasses()].flatMap(([key, times]) => (times > 1 ? [key] : []));
    return [[...this.writtenClasses()].sort(), tested.sort(), this.searchesBus()].join(' ');
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

  /** Names of the program that answers rest upon: of members that are given values, and of those that branches ask about. */
  names(): readonly Names[] {
    const { program } = this.relevance.view;
    return [givenMembers(program), comparedNames(program)];
  }

  /** Some branch of the program tells this errno from others. */
  compared(errno: string): boolean {
    this.errnos.add(errno);
    return comparedNames(this.relevance.view.program).has(errno);
  }

  /** Errnos that `compared` was asked about: slices rest upon the answers. */
  private readonly errnos = new Set<string>();

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
    let slice = this.slices.get(fn.id) ?? this.strays.get(fn.id);
    if (!slice) {
      const slicer = this.slicerOf(fn);
      slicer.decide(this.decided);
      slice = slicer.emit(this.decided);
      this.strays.set(fn.id, slice);
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
    if (!this.resultNeeded.has(fn.id)) this.resultNeeded.set(fn.id, this.clock);
  }

  isResultNeeded(fn: FnDef): boolean {
    return this.resultNeeded.has(fn.id);
  }

  /** Small enough to be followed for its result alone: conversions, type tests, getters. */
  isValueFunction(fn: FnDef): boolean {
    const known = this.values.get(fn.id);
    if (known !== undefined) return known;
    // None that calls itself is.
    this.values.set(fn.id, false);
    const small =
      fn.fn.nodes.length <= VALUE_FUNCTION_NODES && fn.fn.ret.base !== 'void'
        ? true
        : fn.fn.ret.pointers > 0 && fn.fn.nodes.length <= VALUE_FUNCTION_NODES;
    const ok =
      small &&
      fn.fn.nodes.every((n, i) => {
        if (n.k === 'iter' || n.k === 'opaque') return false;
        return n.k !== 'call' || this.relevance.view.program.targets(fn, i).every((t) => this.isValueFunction(t.fn));
      });
    this.values.set(fn.id, ok);
    return ok;
  }
}

function said(called: readonly FnDef[], { members, results }: Asked): string {
  const ids = (functions: Iterable<FnDef>) => [...functions].map((fn) => fn.id);
  return [ids(called), [...members].sort(), ids(results).sort((a, b) => a - b)].join(' ');
}
