import type { Node } from '../facts/types';
import { SYNCHRONOUS_CALLBACKS } from '../kernel/callbacks';
import type { FunctionPointers } from './pointers';
import type { Symbols } from './symbols';
import { rowOf } from './tables';
import type { CallSite, CallTarget, FnDef } from './types';

export interface Calls {
  targets(fn: FnDef, node: number): CallTarget[];
  /** Call nodes that may reach the function, in order of the caller's id. */
  callers(fn: FnDef): readonly CallSite[];
}

export function createCalls(symbols: Symbols, pointers: FunctionPointers): Calls {
  const cache = new Map<number, Map<number, CallTarget[]>>();
  let reverse: Map<number, CallSite[]> | null = null;

  function straight(fn: FnDef, via: 'direct' | 'pointer', args: number): CallTarget {
    return { fn, via, argMap: fn.fn.params.map((_, i) => (i < args ? i : -1)) };
  }

  function findTargets(fn: FnDef, node: Node | undefined): CallTarget[] {
    if (node?.k !== 'call') {
      return [];
    }
    const through = pointers.calleeExpr(node, fn);
    if (through) {
      return pointers.functionsOf(through, fn).map((target) => straight(target, 'pointer', node.args.length));
    }
    const name = node.callee as string;
    const target = symbols.resolve(name, fn.file);
    if (target) {
      return [straight(target, 'direct', node.args.length)];
    }
    const callback = rowOf(SYNCHRONOUS_CALLBACKS, name);
    const given = callback && node.args[callback.fn];
    if (!callback || !given) {
      return [];
    }
    return pointers.functionsOf(given, fn).map((called) => ({
      fn: called,
      via: 'callback',
      argMap: called.fn.params.map((_, i) => callback.params[i] ?? -1),
    }));
  }

  function targets(fn: FnDef, node: number): CallTarget[] {
    let known = cache.get(fn.id);
    if (!known) {
      known = new Map();
      cache.set(fn.id, known);
    }
    let found = known.get(node);
    if (!found) {
      found = findTargets(fn, fn.fn.nodes[node]);
      known.set(node, found);
    }
    return found;
  }

  function callers(fn: FnDef): readonly CallSite[] {
    if (!reverse) {
      reverse = new Map();
      for (const caller of symbols.functions) {
        caller.fn.nodes.forEach((call, node) => {
          if (call.k !== 'call') {
            return;
          }
          for (const target of targets(caller, node)) {
            const list = reverse?.get(target.fn.id);
            const site = { fn: caller, node, call, argMap: target.argMap };
            if (list) {
              list.push(site);
            } else {
              reverse?.set(target.fn.id, [site]);
            }
          }
        });
      }
    }
    return reverse.get(fn.id) ?? [];
  }

  return { targets, callers };
}
