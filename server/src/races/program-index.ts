import type { Expr, Node } from '../facts/types';
import { type Effect, effectOf } from '../kernel';
import type { FnDef, Program } from '../program/types';
import { writtenCell } from './cells';

type CallNode = Extract<Node, { k: 'call' }>;

/** What every lifetime looks for in a program, found in one pass. */
export interface ProgramIndex {
  /** Calls of kernel functions that have an effect. */
  effects: { fn: FnDef; n: CallNode; effect: Effect }[];
  iterations: { fn: FnDef; n: Extract<Node, { k: 'iter' }> }[];
  /** Places that a function writes: by a store, or by a bit or atomic operation. */
  writes: { fn: FnDef; n: Extract<Node, { k: 'store' }> | CallNode; cell: Expr }[];
}

const known = new WeakMap<Program, ProgramIndex>();

export function programIndex(program: Program): ProgramIndex {
  let index = known.get(program);
  if (!index) {
    index = build(program);
    known.set(program, index);
  }
  return index;
}

function build(program: Program): ProgramIndex {
  const index: ProgramIndex = { effects: [], iterations: [], writes: [] };
  for (const fn of program.functions) add(fn, index);
  return index;
}

/** What stands in one function of it. */
export function indexOf(fn: FnDef): ProgramIndex {
  const index: ProgramIndex = { effects: [], iterations: [], writes: [] };
  add(fn, index);
  return index;
}

function add(fn: FnDef, index: ProgramIndex): void {
  fn.fn.nodes.forEach((n) => {
    if (n.k === 'iter') index.iterations.push({ fn, n });
    else if (n.k === 'store') index.writes.push({ fn, n, cell: n.addr });
    if (n.k !== 'call') return;
    const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    if (effect) index.effects.push({ fn, n, effect });
    const cell = writtenCell(n);
    if (cell) index.writes.push({ fn, n, cell });
  });
}
