import type { Expr } from '../facts/types';

/** The pointer a chain of members starts from. */
export function basePointer(addr: Expr): Expr {
  return addr.k === 'field' || addr.k === 'index' ? basePointer(addr.base) : addr.k === 'cast' ? basePointer(addr.e) : addr;
}
