import type { Expr } from '../../../facts/types';
import { effectOf } from '../../../kernel';
import type { FnDef } from '../../../program/types';
import { effectCalls, type StructuralCheck, type StructuralContext, sameExpr, siteOf } from '../../structural';

/** A handler that tests ->driver of a host without the host's lock, and releases an action of that host on the strength of it. */
export const locklessDriverCheck: StructuralCheck = (context) => {
  const handlers = new Set(context.program.entryPoints.filter((p) => p.kind.startsWith('sysfs') && !p.deviceLocked));
  return [...handlers].flatMap((point) => {
    const { fn } = point;
    for (const { n, effect } of effectCalls([fn])) {
      if (effect.op !== 'release-action' && effect.op !== 'remove-action') continue;
      const host = n.args[effect.host];
      const test = host && testOf(fn, host, context);
      if (!host || !test || locksDevice(fn, host)) continue;
      const action = n.args[effect.action];
      const data = n.args[effect.data];
      return [
        {
          rule: 'lockless-driver-check' as const,
          detail: '->driver of the host is tested without its device lock, which unbind holds while it releases the actions',
          sites: [siteOf(fn, n, effect.op), siteOf(fn, test, 'test-driver')],
          action: action?.k === 'global' ? context.program.resolve(action.name, fn.file) : null,
          object: data ? ([...context.roots.of(data, fn)].find((tag) => context.program.struct(tag)) ?? null) : null,
          entry: point,
        },
      ];
    }
    return [];
  });
};

/** The branch on `host->driver`. */
function testOf(fn: FnDef, host: Expr, { program }: StructuralContext) {
  const reads = (e: Expr): boolean => {
    switch (e.k) {
      case 'load':
        return (
          e.addr.k === 'field' &&
          e.addr.name === 'driver' &&
          sameExpr(e.addr.base, host) &&
          program.typeOf(host, fn)?.base === 'struct device'
        );
      case 'un':
        return reads(e.e);
      case 'bin':
        return reads(e.l) || reads(e.r);
      default:
        return false;
    }
  };
  return fn.fn.nodes.find((n) => n.k === 'branch' && reads(n.cond));
}

function locksDevice(fn: FnDef, host: Expr): boolean {
  return fn.fn.nodes.some((n) => {
    const effect = n.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    if (n.k !== 'call' || (effect?.op !== 'lock' && effect?.op !== 'assert-held') || !effect.device) return false;
    const arg = n.args[effect.lock];
    return arg !== undefined && sameExpr(arg, host);
  });
}
