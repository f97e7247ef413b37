import { successors } from '../facts';
import type { Expr, Node } from '../facts/types';
import { type Effect, effectOf } from '../kernel';
import { RCU } from '../kernel/locks';
import type { Reach } from '../lifetimes/reach';
import type { Roots } from '../lifetimes/roots';
import type { Lifetime } from '../lifetimes/types';
import type { EntryPoint, FnDef, Program } from '../program/types';
import type { RuleId } from './types';

export type CallNode = Extract<Node, { k: 'call' }>;

/** A place that a rule speaks of; offsets are those of the function's file. */
export interface Site {
  fn: FnDef;
  at: number;
  end: number;
  op: string;
}

/** What a check over facts and program finds. The last site is where the finding stands. */
export interface StructuralFinding {
  rule: RuleId;
  /** Said of this occurrence. */
  detail: string;
  sites: Site[];
  action: FnDef | null;
  /** Struct tag of the object; null when it is not known. */
  object: string | null;
  /** The entry point that gets there, where one is known. */
  entry: EntryPoint | null;
}

/** What the checks may look at. */
export interface StructuralContext {
  program: Program;
  roots: Roots;
  lifetimes: readonly Lifetime[];
  reach: Reach;
  /** Verdict of a lifetime's exploration; null where there was no pair to explore. */
  violated: (lifetime: Lifetime) => boolean | null;
}

export type StructuralCheck = (context: StructuralContext) => StructuralFinding[];

/** Every call of a kernel API with an effect, in order of functions and nodes. */
export function* effectCalls(functions: Iterable<FnDef>): Generator<{ fn: FnDef; n: CallNode; i: number; effect: Effect }> {
  for (const fn of functions)
    for (let i = 0; i < fn.fn.nodes.length; i++) {
      const n = fn.fn.nodes[i];
      const effect = n?.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
      if (n?.k === 'call' && effect) yield { fn, n, i, effect };
    }
}

/** The entry point of a function, a sysfs handler before others. */
export function entryOf(program: Program, fn: FnDef): EntryPoint | null {
  const points = program.entryPoints.filter((point) => point.fn === fn);
  return points.find((point) => point.kind.startsWith('sysfs')) ?? points[0] ?? null;
}

/** Nodes that may have run before a node of the same function. */
export function before(fn: FnDef, node: number): Set<number> {
  const into: number[][] = fn.fn.nodes.map(() => []);
  fn.fn.nodes.forEach((n, i) => {
    for (const next of successors(n)) into[next]?.push(i);
  });
  const seen = new Set<number>();
  const work = [...(into[node] ?? [])];
  while (work.length > 0) {
    const i = work.pop() as number;
    if (seen.has(i)) continue;
    seen.add(i);
    work.push(...(into[i] ?? []));
  }
  return seen;
}

/** A lock is taken somewhere before the node; read sections of RCU exclude nobody. */
export function mayHoldLock(fn: FnDef, node: number): boolean {
  return [...before(fn, node)].some((i) => {
    const n = fn.fn.nodes[i];
    const effect = n?.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    return (effect?.op === 'lock' && effect.key !== RCU) || effect?.op === 'assert-held';
  });
}

/** The place of a node. */
export function siteOf(fn: FnDef, n: Node, op: string): Site {
  return { fn, at: n.at, end: 'end' in n ? n.end : n.at, op };
}

/** Two pure expressions that are written alike. */
export function sameExpr(a: Expr, b: Expr): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
