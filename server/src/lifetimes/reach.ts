import { effectOf } from '../kernel';
import { perFunction } from '../program/per-function';
import type { FnDef, Program } from '../program/types';

/** Functions that a function may run before it returns, itself included; those for which `stop` holds are left out. */
export type Reach = (from: FnDef, stop?: (id: number) => boolean) => ReadonlySet<number>;

const known = new WeakMap<Program, Reach>();

/** Reachability by calls; devm releases count as calls of their action. Computed once for a program. */
export function reachability(program: Program): Reach {
  let reach = known.get(program);
  if (!reach) {
    reach = createReach(program);
    known.set(program, reach);
  }
  return reach;
}

function createReach(program: Program): Reach {
  const edges = program.functions.map((fn) => callees(program, fn));
  const whole = new Map<number, ReadonlySet<number>>();
  const follow = (from: number, stop: (id: number) => boolean): ReadonlySet<number> => {
    const set = new Set([from]);
    const work = [from];
    while (work.length > 0)
      for (const next of edges[work.pop() as number] ?? [])
        if (!set.has(next) && !stop(next)) {
          set.add(next);
          work.push(next);
        }
    return set;
  };
  return (from, stop) => {
    if (stop) return follow(from.id, stop);
    let set = whole.get(from.id);
    if (!set) {
      set = follow(from.id, () => false);
      whole.set(from.id, set);
    }
    return set;
  };
}

const callees = perFunction((program, fn): readonly number[] => {
  const out = new Set<number>();
  fn.fn.nodes.forEach((n, i) => {
    if (n.k !== 'call') return;
    for (const target of program.targets(fn, i)) out.add(target.fn.id);
    const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    const action = effect?.op === 'release-action' ? n.args[effect.action] : undefined;
    const def = action?.k === 'global' ? program.resolve(action.name, fn.file) : null;
    if (def) out.add(def.id);
  });
  return [...out];
});
