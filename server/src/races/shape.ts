import type { Expr } from '../facts/types';
import { walk } from '../program/expressions';
import type { CallTarget, EntryPoint, FnDef, Program } from '../program/types';
import { ReachMemo } from './reach-memo';
import type { Slicer } from './slice';
import { type Slice, type Step, stepSuccessors } from './steps';

/** Calls followed with constant arguments, one inside the other. */
const MAX_DEPTH = 8;

type CallStep = Extract<Step, { k: 'call' }>;
/** Values of parameters that every call of interest passes as constants. */
type Constants = ReadonlyMap<string, number>;

/**
 * What an entry point does, without its name and lines: two entries of one shape behave alike in every interleaving, so one of
 * them is explored for both. Arguments that the called function's slice never reads are left out, and so are constants that only
 * decide branches: the called function then stands in the shape as those branches leave it.
 */
export function shapeOf(point: EntryPoint, slicer: Slicer): string {
  const groups = point.groups.map(({ key }) => key);
  const around = [point.session?.open?.id, point.session?.release?.id];
  const context = [point.kind, point.owner, point.path, point.param, point.deviceLocked, point.selfConcurrent, point.via, groups, around];
  const memo = shapes.get(slicer) ?? new ReachMemo(slicer);
  shapes.set(slicer, memo);
  return `${JSON.stringify(context)} ${memo.of(point.fn, () => shapeOfSlice(point.fn, slicer))}`;
}

/** What is known of slicers that outlast edits. */
const shapes = new WeakMap<Slicer, ReachMemo<string>>();

function shapeOfSlice(fn: FnDef, slicer: Slicer): string {
  const { entry, names, steps } = slicer.of(fn);
  const shaper = new Shaper(slicer);
  const shaped = steps.map((step) => shaper.step(step, fn, new Map(), 0));
  return JSON.stringify([entry, names, shaped], (key, part) => (key === 'node' ? undefined : part));
}

class Shaper {
  private readonly program: Program;

  constructor(private readonly slicer: Slicer) {
    this.program = slicer.relevance.view.program;
  }

  step(step: Step, fn: FnDef, constants: Constants, depth: number): object {
    if (step.k !== 'call') return step;
    const args = step.args.map((arg) => this.constantArg(arg, fn, constants));
    const targets = step.targets.map((target) => this.target(target, args, depth));
    // What is read of an argument is said with the targets that read it.
    const kept = targets.length > 0 && !step.effect ? readArgs(step, targets, args) : args;
    return { ...step, args: kept, follow: null, targets: targets.map(({ shape }) => shape) };
  }

  private constantArg(arg: Expr, fn: FnDef, constants: Constants): Expr {
    const value = this.value(arg, fn, constants);
    return value === null ? arg : { k: 'num', v: value };
  }

  /** The integer that an expression comes to; null when it is not known. */
  private value(e: Expr, fn: FnDef, constants: Constants): number | null {
    return integerOf(e, (leaf) => {
      if (leaf.k === 'var') return constants.get(leaf.name) ?? null;
      return leaf.k === 'global' ? this.program.constant(leaf.name, fn.file) : null;
    });
  }

  private target(target: CallTarget, args: readonly Expr[], depth: number): { shape: object; reads: Set<number> } {
    const slice = this.slicer.of(target.fn);
    const { params } = target.fn.fn;
    const constants = new Map<string, number>();
    if (depth < MAX_DEPTH)
      params.forEach((param, i) => {
        const arg = args[target.argMap[i] ?? -1];
        if (arg?.k === 'num' && !isAssigned(slice, param.name)) constants.set(param.name, arg.v);
      });
    const base = { fn: target.fn.id, via: target.via, argMap: target.argMap };
    const argsOf = (read: (name: string) => boolean) =>
      new Set(params.flatMap((param, i) => (read(param.name) ? [target.argMap[i] ?? -1] : [])));
    if (constants.size === 0) return { shape: base, reads: argsOf((name) => slice.slots.has(name)) };
    const passed = [...constants.keys()];
    this.derive(slice, constants);
    const { entry, steps } = this.folded(slice, constants, depth);
    const read = new Set(steps.flatMap(([, step]) => [...variablesOf(step)]));
    // What is left of a constant, under its own name or another, is what the arguments say.
    const needed = [...constants.keys()].some((name) => read.has(name));
    return { shape: { ...base, entry, steps }, reads: argsOf((name) => (passed.includes(name) ? needed : slice.slots.has(name))) };
  }

  /** Adds the locals that are set once, to a constant. */
  private derive(slice: Slice, constants: Map<string, number>): void {
    for (const step of slice.steps) {
      if (step.k !== 'set' || step.dst < 0) continue;
      const name = slice.names[step.dst] as string;
      const value = this.value(step.src, slice.fn, constants);
      const once = slice.steps.filter((other) => 'dst' in other && other.dst === step.dst).length === 1;
      if (value !== null && once) constants.set(name, value);
    }
  }

  /** The steps that are reached when what constants decide is taken out, by number. */
  private folded(slice: Slice, constants: Constants, depth: number): { entry: number; steps: [number, object][] } {
    const skip = (pc: number, passed: ReadonlySet<number> = new Set()): number => {
      const step = slice.steps[pc];
      if (passed.has(pc)) return pc;
      const rest = new Set([...passed, pc]);
      if (step?.k === 'set' && constants.has(slice.names[step.dst] ?? '')) return skip(step.next, rest);
      const value = step?.k === 'branch' ? this.value(step.cond, slice.fn, constants) : null;
      return step?.k !== 'branch' || value === null ? pc : skip(value !== 0 ? step.then : step.else, rest);
    };
    const steps = new Map<number, object>();
    const visit = (pc: number): void => {
      const step = slice.steps[pc];
      if (!step || steps.has(pc)) return;
      const resolved = withTargets(step, skip);
      steps.set(pc, {});
      steps.set(pc, this.step(resolved, slice.fn, constants, depth + 1));
      for (const next of stepSuccessors(resolved)) visit(next);
    };
    const entry = skip(slice.entry);
    visit(entry);
    return { entry, steps: [...steps] };
  }
}

function readArgs(step: CallStep, targets: readonly { reads: Set<number> }[], args: readonly Expr[]): (Expr | null)[] {
  return step.args.map((_, i) => (targets.some(({ reads }) => reads.has(i)) ? (args[i] ?? null) : null));
}

function isAssigned(slice: Slice, name: string): boolean {
  const slot = slice.slots.get(name);
  return slot !== undefined && slice.steps.some((step) => 'dst' in step && step.dst === slot);
}

function withTargets(step: Step, map: (pc: number) => number): Step {
  switch (step.k) {
    case 'branch':
      return { ...step, then: map(step.then), else: map(step.else) };
    case 'iter':
      return { ...step, body: map(step.body), done: map(step.done) };
    case 'return':
      return step;
    default:
      return { ...step, next: map(step.next) };
  }
}

/** Names of the locals that a step, as shaped, still reads. */
function variablesOf(step: object): Set<string> {
  const names = new Set<string>();
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) for (const item of part) visit(item);
    else if (part !== null && typeof part === 'object' && 'k' in part) {
      if (isExpr(part)) walk(part, (e) => e.k === 'var' && names.add(e.name));
    }
  };
  for (const part of Object.values(step)) visit(part);
  return names;
}

function isExpr(part: object & { k: unknown }): part is Expr {
  return typeof part.k === 'string';
}

/** The integer that an expression of constants comes to; null when it is none. */
function integerOf(e: Expr, leaf: (e: Expr) => number | null): number | null {
  if (e.k === 'num') return e.v;
  if (e.k === 'cast') return integerOf(e.e, leaf);
  if (e.k === 'un' && e.op === '!') {
    const value = integerOf(e.e, leaf);
    return value === null ? null : Number(value === 0);
  }
  if (e.k !== 'bin' || (e.op !== '==' && e.op !== '!=')) return leaf(e);
  const [l, r] = [integerOf(e.l, leaf), integerOf(e.r, leaf)];
  if (l === null || r === null) return null;
  return Number(e.op === '==' ? l === r : l !== r);
}
