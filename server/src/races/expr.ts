import type { Expr, Node } from '../facts/types';

/** Calls `visit` for an expression and all its parts. */
export function walk(e: Expr, visit: (e: Expr) => void): void {
  visit(e);
  switch (e.k) {
    case 'field':
      return walk(e.base, visit);
    case 'index':
      walk(e.base, visit);
      return walk(e.index, visit);
    case 'load':
      return walk(e.addr, visit);
    case 'un':
    case 'cast':
    case 'container':
      return walk(e.e, visit);
    case 'bin':
      walk(e.l, visit);
      return walk(e.r, visit);
    default:
  }
}

/** The pointer a chain of members starts from. */
export function basePointer(addr: Expr): Expr {
  return addr.k === 'field' || addr.k === 'index' ? basePointer(addr.base) : addr.k === 'cast' ? basePointer(addr.e) : addr;
}

/** The expressions a node evaluates. */
export function expressions(n: Node): Expr[] {
  switch (n.k) {
    case 'set':
      return [n.src];
    case 'store':
      return [n.addr, n.src];
    case 'call':
      return typeof n.callee === 'string' ? n.args : [n.callee, ...n.args];
    case 'branch':
      return [n.cond];
    case 'iter':
      return n.args;
    case 'return':
      return n.value ? [n.value] : [];
    default:
      return [];
  }
}
