import type { Expr, Node } from '../../../facts/types';
import type { FnDef } from '../../../program/types';
import { before, type CallNode, effectCalls, mayHoldLock, type StructuralCheck, sameExpr, siteOf } from '../../structural';

interface Guard {
  test: Node;
  set: Node;
}

/**
 * A flag that is tested in one step and set in another, so that two threads may both find it clear. Reported where the
 * exploration found that two threads do hurt each other.
 */
export const nonAtomicGuard: StructuralCheck = ({ program, lifetimes, reach, violated }) =>
  lifetimes.flatMap((lifetime) => {
    if (violated(lifetime) !== true) return [];
    const functions = [lifetime.action, ...lifetime.releasers.map((point) => point.fn)];
    return [...new Set(functions)].flatMap((fn) => {
      const entry = lifetime.releasers.find((point) => reach(point.fn).has(fn.id)) ?? null;
      const guard = entry && endsSomething(fn, lifetime.action, program) ? guardOf(fn) : null;
      if (!guard || !entry || (fn !== entry.fn && mayHoldLock(entry.fn, callOf(program, entry.fn, fn)))) return [];
      return [
        {
          rule: 'non-atomic-guard' as const,
          detail: 'the flag is tested in one step and set in another: two threads may both find it clear',
          sites: [siteOf(fn, guard.set, 'set-flag'), siteOf(fn, guard.test, 'test-flag')],
          action: lifetime.action,
          object: lifetime.tag,
          entry,
        },
      ];
    });
  });

/** Tears down itself, or lets devres do it. */
function endsSomething(fn: FnDef, action: FnDef, program: { resolve(name: string, from: FnDef['file']): FnDef | null }): boolean {
  if (fn === action) return true;
  for (const { effect } of effectCalls([fn])) if (effect.op === 'release-action' || effect.op === 'device-del') return true;
  return fn.fn.nodes.some((n) => n.k === 'call' && typeof n.callee === 'string' && program.resolve(n.callee, fn.file) === action);
}

function callOf(program: { targets(fn: FnDef, node: number): { fn: FnDef }[] }, from: FnDef, to: FnDef): number {
  return from.fn.nodes.findIndex((n, i) => n.k === 'call' && program.targets(from, i).some((t) => t.fn === to));
}

/** test_bit() of a bit that set_bit() sets afterwards, no lock being taken before. */
function guardOf(fn: FnDef): Guard | null {
  for (const { n: set, i, effect } of effectCalls([fn])) {
    if (effect.op !== 'change-bit' || effect.to !== 1 || effect.result) continue;
    const earlier = before(fn, i);
    for (const { n: test, i: at, effect: read } of effectCalls([fn]))
      if (read.op === 'test-bit' && earlier.has(at) && sameFlag(test, read, set, effect) && !mayHoldLock(fn, at)) return { test, set };
  }
  return null;
}

type Flag = { bit: number; word: number };

function sameFlag(a: CallNode, fa: Flag, b: CallNode, fb: Flag): boolean {
  const same = (x: Expr | undefined, y: Expr | undefined) => x !== undefined && y !== undefined && sameExpr(x, y);
  return same(a.args[fa.bit], b.args[fb.bit]) && same(a.args[fa.word], b.args[fb.word]);
}
