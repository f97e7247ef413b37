import type { Expr, Node } from '../facts/types';
import { DEVM_ADD_ACTION } from '../kernel/callbacks';
import type { Calls } from './calls';
import type { Origins } from './origins';
import type { FunctionPointers } from './pointers';
import type { Symbols } from './symbols';
import { rowOf } from './tables';
import type { DevmRegistration, FnDef } from './types';

interface Roles {
  host: Expr;
  action: Expr;
  data: Expr;
}

const UNKNOWN: Expr = { k: 'unknown' };

/** Wrappers of wrappers are followed this far. */
const MAX_WRAPPERS = 4;

/** Parameters replaced by arguments; null where the expression needs a local of the callee. */
function substitute(e: Expr, args: ReadonlyMap<string, Expr>): Expr | null {
  switch (e.k) {
    case 'var':
      return args.get(e.name) ?? null;
    case 'local':
    case 'unknown':
      return null;
    case 'num':
    case 'str':
    case 'global':
      return e;
    case 'field': {
      const base = substitute(e.base, args);
      return base && { ...e, base };
    }
    case 'index': {
      const base = substitute(e.base, args);
      const index = substitute(e.index, args);
      return base && index && { ...e, base, index };
    }
    case 'load': {
      const addr = substitute(e.addr, args);
      return addr && { ...e, addr };
    }
    case 'un':
    case 'cast':
    case 'container': {
      const inner = substitute(e.e, args);
      return inner && { ...e, e: inner };
    }
    case 'bin': {
      const l = substitute(e.l, args);
      const r = substitute(e.r, args);
      return l && r && { ...e, l, r };
    }
  }
}

function parameterOf(e: Expr, fn: FnDef): number {
  const inner = e.k === 'cast' ? e.e : e;
  return inner.k === 'var' ? fn.fn.params.findIndex((p) => p.name === inner.name) : -1;
}

/** Every registration of a devm action, at the call of the API and at the calls of wrappers that pass the action on. */
export function collectRegistrations(symbols: Symbols, calls: Calls, pointers: FunctionPointers, origins: Origins): DevmRegistration[] {
  const found: DevmRegistration[] = [];
  const seen = new Set<string>();

  function report(fn: FnDef, node: number, api: string, roles: Roles, depth: number): void {
    const key = `${fn.id} ${node}`;
    if (seen.has(key)) {
      return;
    }
    seen.add(key);
    const place = origins.locate(roles.data, fn);
    found.push({
      fn,
      node,
      api,
      host: roles.host,
      action: pointers.functionsOf(roles.action, fn),
      data: roles.data,
      dataTag: place?.tag ?? null,
      dataPath: place?.path ?? '',
    });
    if (depth < MAX_WRAPPERS && parameterOf(roles.action, fn) >= 0) {
      for (const site of calls.callers(fn)) {
        const args = new Map<string, Expr>();
        fn.fn.params.forEach((p, i) => {
          const arg = site.call.args[site.argMap[i] ?? -1];
          if (arg) {
            args.set(p.name, arg);
          }
        });
        const map = (e: Expr) => substitute(e, args) ?? UNKNOWN;
        report(site.fn, site.node, api, { host: map(roles.host), action: map(roles.action), data: map(roles.data) }, depth + 1);
      }
    }
  }

  for (const fn of symbols.functions) {
    fn.fn.nodes.forEach((node: Node, index) => {
      const row = node.k === 'call' && typeof node.callee === 'string' ? rowOf(DEVM_ADD_ACTION, node.callee) : undefined;
      if (row && node.k === 'call' && !rowOf(DEVM_ADD_ACTION, fn.fn.name)) {
        const arg = (i: number) => node.args[i] ?? UNKNOWN;
        report(fn, index, node.callee as string, { host: arg(row.host), action: arg(row.action), data: arg(row.data) }, 0);
      }
    });
  }
  return found.sort((a, b) => a.fn.id - b.fn.id || a.node - b.node);
}
