import type { Expr } from '../facts/types';
import { operands } from '../program/expressions';

/** Calls `visit` for an expression and all its parts. */
export function walk(e: Expr, visit: (e: Expr) => void): void {
  visit(e);
  for (const part of operands(e)) walk(part, visit);
}

/** The pointer a chain of members starts from. */
export function basePointer(addr: Expr): Expr {
  return addr.k === 'field' || addr.k === 'index' ? basePointer(addr.base) : addr.k === 'cast' ? basePointer(addr.e) : addr;
}
