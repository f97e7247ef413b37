import { successors } from '../facts';
import type { Expr } from '../facts/types';
import { effectOf } from '../kernel';
import type { FnDef } from '../program/types';

/** Nodes that a function may reach from some of its nodes, these included, without passing one for which `stop` holds. */
export function reached(fn: FnDef, from: readonly number[], stop: (node: number) => boolean = () => false): Set<number> {
  const seen = new Set<number>();
  const work = from.filter((node) => !stop(node));
  while (work.length > 0) {
    const at = work.pop() as number;
    const node = fn.fn.nodes[at];
    if (!node || seen.has(at)) continue;
    seen.add(at);
    work.push(...successors(node).filter((next) => !stop(next)));
  }
  return seen;
}

/** Nodes that run after a call has given a valid object, up to the next such call: tests of its result for an error are false. */
export function afterSuccess(fn: FnDef, call: number): Set<number> {
  return afterResult(fn, call, false);
}

/** Nodes that run after a call has given an error, up to the next such call. */
export function afterFailure(fn: FnDef, call: number): Set<number> {
  return afterResult(fn, call, true);
}

function afterResult(fn: FnDef, call: number, failed: boolean): Set<number> {
  const node = fn.fn.nodes[call];
  if (node?.k !== 'call') return new Set();
  const out = new Set<number>();
  const seen = new Set<string>();
  const object = node.dst;
  const work = [{ at: node.next, errors: new Set<string>() }];
  while (work.length > 0) {
    const { at, errors } = work.pop() as { at: number; errors: Set<string> };
    const key = `${at}:${[...errors].sort().join()}`;
    const n = fn.fn.nodes[at];
    if (!n || at === call || seen.has(key)) continue;
    seen.add(key);
    out.add(at);
    if (n.k === 'branch') {
      const value = valueIn(n.cond, errors, failed);
      if (value !== false) work.push({ at: n.then, errors });
      if (value !== true) work.push({ at: n.else, errors });
      continue;
    }
    const next = new Set(errors);
    if ((n.k === 'call' || n.k === 'set') && n.dst) next.delete(n.dst);
    if (n.k === 'call' && n.dst && testsError(n.callee) && n.args[0]?.k === 'var' && n.args[0].name === object) next.add(n.dst);
    for (const to of successors(n)) work.push({ at: to, errors: next });
  }
  return out;
}

function testsError(callee: string | Expr): boolean {
  const effect = typeof callee === 'string' ? effectOf(callee) : undefined;
  return effect?.op === 'is-err' || (effect?.op === 'err-value' && effect.orZero === true);
}

/** The value of a condition where the results of `errors` have one; null: not known. */
function valueIn(cond: Expr, errors: ReadonlySet<string>, value: boolean): boolean | null {
  if (cond.k === 'var') return errors.has(cond.name) ? value : null;
  if (cond.k !== 'un' || cond.op !== '!') return null;
  const inner = valueIn(cond.e, errors, value);
  return inner === null ? null : !inner;
}
