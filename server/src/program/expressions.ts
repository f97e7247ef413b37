import type { Expr, Node } from '../facts/types';

/** The expressions that a node evaluates. */
export function expressions(node: Node): readonly Expr[] {
  switch (node.k) {
    case 'set':
      return [node.src];
    case 'store':
      return [node.addr, node.src];
    case 'call':
      return typeof node.callee === 'string' ? node.args : [node.callee, ...node.args];
    case 'branch':
      return [node.cond];
    case 'iter':
      return node.args;
    case 'return':
      return node.value ? [node.value] : [];
    case 'opaque':
      return [];
  }
}

/** The expressions directly inside another. */
export function operands(e: Expr): readonly Expr[] {
  switch (e.k) {
    case 'field':
      return [e.base];
    case 'index':
      return [e.base, e.index];
    case 'load':
      return [e.addr];
    case 'un':
    case 'cast':
    case 'container':
      return [e.e];
    case 'bin':
      return [e.l, e.r];
    default:
      return [];
  }
}

/** Calls `visit` for an expression and all its parts. */
export function walk(e: Expr, visit: (e: Expr) => void): void {
  visit(e);
  for (const part of operands(e)) walk(part, visit);
}
