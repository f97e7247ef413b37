import type { Expr } from '../facts/types';
import type { FnDef, Program } from '../program/types';

/** Calls of each function, by its id. */
export type Callers = ReadonlyMap<number, readonly { fn: FnDef; args: Expr[]; argMap: number[] }[]>;

export function callersOf(program: Program): Callers {
  const callers = new Map<number, { fn: FnDef; args: Expr[]; argMap: number[] }[]>();
  for (const fn of program.functions)
    fn.fn.nodes.forEach((node, index) => {
      if (node.k !== 'call') return;
      for (const target of program.targets(fn, index)) {
        const known = callers.get(target.fn.id);
        const site = { fn, args: node.args, argMap: target.argMap };
        if (known) known.push(site);
        else callers.set(target.fn.id, [site]);
      }
    });
  return callers;
}

/** Ids of these functions and of all that lead to a call of one. */
export function reachingOf(functions: readonly FnDef[], callers: Callers): ReadonlySet<number> {
  const reaching = new Set<number>();
  const work = functions.map(({ id }) => id);
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    if (reaching.has(id)) continue;
    reaching.add(id);
    work.push(...(callers.get(id) ?? []).map(({ fn }) => fn.id));
  }
  return reaching;
}
