import type { Expr, Node } from '../facts/types';
import { effectOf } from '../kernel';

type CallNode = Extract<Node, { k: 'call' }>;

/** The address that a bit or atomic operation changes. */
export function writtenCell(n: CallNode): Expr | null {
  const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
  switch (effect?.op) {
    case 'change-bit':
      return n.args[effect.word] ?? null;
    case 'atomic-set':
    case 'atomic-xchg':
    case 'atomic-cmpxchg':
    case 'atomic-add':
      return n.args[effect.cell] ?? null;
    default:
      return null;
  }
}

/** The address that a bit or atomic operation reads. */
export function readCell(n: CallNode): Expr | null {
  const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
  if (effect?.op === 'test-bit') return n.args[effect.word] ?? null;
  if (effect?.op === 'atomic-read') return n.args[effect.cell] ?? null;
  return effect?.op === 'change-bit' && effect.result
    ? writtenCell(n)
    : effect && effect.op !== 'change-bit' && effect.op !== 'atomic-set'
      ? writtenCell(n)
      : null;
}
