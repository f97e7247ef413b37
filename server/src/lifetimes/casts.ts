import type { Expr } from '../facts/types';
import { expressions, walk } from '../program/expressions';
import type { FnDef, Program } from '../program/types';

/** Structs that a variable of a function is converted to, by container_of() or a wrapper of it: what it points into. */
export function castsOf(program: Program, fn: FnDef, name: string): string[] {
  const found: string[] = [];
  const visit = (e: Expr): void => {
    if (e.k === 'container' && e.e.k === 'var' && e.e.name === name) found.push(e.tag);
  };
  fn.fn.nodes.forEach((n, i) => {
    for (const e of expressions(n)) walk(e, visit);
    if (n.k !== 'call') return;
    for (const target of program.targets(fn, i)) {
      const wrapper = target.via === 'callback' ? null : program.wrapper(target.fn);
      const arg = wrapper ? n.args[target.argMap[wrapper.param] ?? -1] : undefined;
      if (wrapper && arg?.k === 'var' && arg.name === name) found.push(wrapper.tag);
    }
  });
  return found;
}
