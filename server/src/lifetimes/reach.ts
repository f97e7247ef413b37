import { effectOf } from '../kernel';
import type { FnDef, Program } from '../program/types';

/**
 * Functions that a function may run before it returns, itself included; devm releases count as calls of their action.
 * Functions for which `stop` holds are left out.
 */
export function reachability(program: Program): (from: FnDef, stop?: (id: number) => boolean) => ReadonlySet<number> {
  const edges = program.functions.map((fn) => {
    const out = new Set<number>();
    fn.fn.nodes.forEach((n, i) => {
      if (n.k !== 'call') return;
      for (const target of program.targets(fn, i)) out.add(target.fn.id);
      const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
      const action = effect?.op === 'release-action' ? n.args[effect.action] : undefined;
      const def = action?.k === 'global' ? program.resolve(action.name, fn.file) : null;
      if (def) out.add(def.id);
    });
    return out;
  });
  return (from, stop = () => false) => {
    const set = new Set([from.id]);
    const work = [from.id];
    while (work.length > 0)
      for (const next of edges[work.pop() as number] ?? [])
        if (!set.has(next) && !stop(next)) {
          set.add(next);
          work.push(next);
        }
    return set;
  };
}
