import type { FnDef, Program } from './types';

/** Ids of these functions and of all that lead to a call of one. */
export function reachingOf(functions: Iterable<FnDef>, program: Program): Set<number> {
  const reaching = new Set<number>();
  const work = [...functions];
  for (let fn = work.pop(); fn; fn = work.pop()) {
    if (reaching.has(fn.id)) continue;
    reaching.add(fn.id);
    work.push(...program.callers(fn).map((site) => site.fn));
  }
  return reaching;
}
