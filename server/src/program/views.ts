import type { Expr, Node } from '../facts/types';
import { type Conversions, convert, type Derived, evaluate } from './conversions';
import { expressions, operands } from './expressions';
import type { Symbols } from './symbols';
import type { FnDef } from './types';

/** A struct that a parameter is taken for, and how many calls below. */
export interface View {
  tag: string;
  path: string;
  depth: number;
}

/** A handler's helpers, and theirs, tell what the parameter is; what lies deeper is about other things. */
const MAX_CALLS = 2;

/** Structs that a function, or functions it hands a parameter to, take the parameter for; the nearest first. */
export function createViews(symbols: Symbols, conversions: Conversions): (fn: FnDef, param: number) => View[] {
  const cache = new Map<string, View[]>();

  function collect(fn: FnDef, param: number, calls: number): View[] {
    const env = conversions.derivation(fn);
    const out: View[] = [];
    const add = (d: Derived, depth: number) => {
      if (d.param === param && d.tag !== null && !out.some((o) => o.tag === d.tag && o.path === d.path)) {
        out.push({ tag: d.tag, path: d.path, depth });
      }
    };
    for (const [name, list] of env) {
      if (!fn.fn.params.some((p) => p.name === name)) {
        for (const d of list) {
          add(d, 0);
        }
      }
    }
    for (const node of fn.fn.nodes) {
      for (const e of expressions(node)) {
        for (const d of containers(e, env)) {
          add(d, 0);
        }
      }
      if (node.k === 'call' && typeof node.callee === 'string') {
        followCall(fn, node, node.callee, param, calls, env, add);
      }
    }
    return out.sort((a, b) => a.depth - b.depth);
  }

  function followCall(
    fn: FnDef,
    node: Node & { k: 'call' },
    callee: string,
    param: number,
    calls: number,
    env: ReadonlyMap<string, Derived[]>,
    add: (d: Derived, depth: number) => void,
  ): void {
    const given = node.args.map((arg) => evaluate(arg, env).filter((d) => d.param === param));
    if (given.every((from) => from.length === 0)) {
      return;
    }
    const w = conversions.conversionOf(callee, fn);
    const target = w || calls === 0 ? null : symbols.resolve(callee, fn.file);
    given.forEach((from, i) => {
      if (w?.param === i) {
        for (const d of convert(from, w.tag, w.member)) {
          add(d, 0);
        }
      } else if (from.length > 0 && target && target !== fn && i < target.fn.params.length) {
        for (const v of viewsWithin(target, i, calls - 1)) {
          for (const d of convert(from, v.tag, v.path)) {
            // Where the argument had been converted already, an empty path only names its type again.
            add({ ...d, path: v.path === '' && from[0]?.tag ? from[0].path : d.path }, v.depth + 1);
          }
        }
      }
    });
  }

  /** Views, calls followed so far down. */
  function viewsWithin(fn: FnDef, param: number, calls: number): View[] {
    const key = `${fn.id}:${param}:${calls}`;
    let known = cache.get(key);
    if (!known) {
      known = collect(fn, param, calls);
      cache.set(key, known);
    }
    return known;
  }

  return (fn, param) => viewsWithin(fn, param, MAX_CALLS);
}

/** Every container_of in an expression. */
function containers(e: Expr, env: ReadonlyMap<string, Derived[]>): Derived[] {
  const found = e.k === 'container' ? evaluate(e, env) : [];
  for (const inner of operands(e)) {
    found.push(...containers(inner, env));
  }
  return found;
}
