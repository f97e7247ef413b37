import type { Expr, Node } from '../../../facts/types';
import { effectOf } from '../../../kernel';
import type { DevmRegistration, FnDef } from '../../../program/types';
import { before, entryOf, type StructuralCheck, type StructuralContext, sameExpr, siteOf } from '../../structural';

/** Actions run newest first: one that was added later frees what one added before it still uses. */
export const releaseOrder: StructuralCheck = ({ program }) =>
  program.registrations.flatMap((late) =>
    program.registrations.flatMap((early) => {
      if (late.fn !== early.fn || late.node === early.node || !sameExpr(late.host, early.host)) return [];
      const { fn } = late;
      if (!before(fn, late.node).has(early.node) || before(fn, early.node).has(late.node)) return [];
      const member = freedMember(late, early, program);
      const user = early.action[0];
      const use = member && user && early.action.length === 1 ? dereference(user, member) : null;
      if (!use || !user) return [];
      const nodes = [early, late].map((r) => fn.fn.nodes[r.node] as Node);
      return [
        {
          rule: 'release-order' as const,
          detail: `${user.fn.name}() uses ->${member} after ${late.action[0]?.fn.name}() has freed it`,
          sites: [...nodes.map((n) => siteOf(fn, n, 'add-action')), siteOf(user, use, 'use')],
          action: user,
          object: early.dataTag,
          entry: entryOf(program, fn),
        },
      ];
    }),
  );

/** The later action frees its argument, which is a pointer member of what the earlier one is given: the member. */
function freedMember(late: DevmRegistration, early: DevmRegistration, program: StructuralContext['program']): string | null {
  const { data } = late;
  if (late.action.length !== 1 || data.k !== 'load' || data.addr.k !== 'field' || !frees(late.action[0] as FnDef)) return null;
  const tag = /^struct (\w+)$/.exec(program.typeOf(data.addr.base, late.fn)?.base ?? '')?.[1];
  return tag !== undefined && tag === early.dataTag && early.dataPath === '' ? data.addr.name : null;
}

function frees(fn: FnDef): boolean {
  const param = fn.fn.params[0]?.name;
  return fn.fn.nodes.some((n) => {
    const effect = n.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    const arg = n.k === 'call' && effect?.op === 'free' ? n.args[effect.ptr] : undefined;
    return arg?.k === 'var' && (arg.name === param || fn.fn.nodes.some((s) => s.k === 'set' && s.dst === arg.name && isVar(s.src, param)));
  });
}

function isVar(e: Expr, name: string | undefined): boolean {
  return e.k === 'cast' ? isVar(e.e, name) : e.k === 'var' && e.name === name;
}

/** A node that reads or writes what the member points to. */
function dereference(fn: FnDef, member: string): Node | null {
  const through = (addr: Expr): boolean => {
    if (addr.k === 'field' || addr.k === 'index') return through(addr.base);
    return addr.k === 'load' && addr.addr.k === 'field' && addr.addr.name === member;
  };
  const reads = (e: Expr): boolean => {
    switch (e.k) {
      case 'load':
        return (e.addr.k !== 'load' && through(e.addr) && e.addr.k !== 'var') || reads(e.addr);
      case 'field':
      case 'index':
        return reads(e.base);
      case 'un':
      case 'cast':
        return reads(e.e);
      case 'bin':
        return reads(e.l) || reads(e.r);
      default:
        return false;
    }
  };
  return (
    fn.fn.nodes.find((n) => {
      if (n.k === 'store') return through(n.addr) || reads(n.src);
      if (n.k === 'set') return reads(n.src);
      if (n.k === 'branch') return reads(n.cond);
      return n.k === 'call' && n.args.some(reads);
    }) ?? null
  );
}
