import { printExpr } from '../../../facts/print';
import type { FnDef } from '../../../program/types';
import type { FixContext } from '../../types';
import { locksOf } from '../plan/names';
import { callAt, errorVariable, pointerTo, pointsTo, typeOfVariable } from '../plan/query';
import { type Plan, unmet } from '../plan/types';
import { type Statement, siblings, standsInBlock } from '../source/statements';
import { endSection, handles, lastUse, removeStatement } from './critical-section';
import type { Draft } from './draft';

/** Whoever creates an object holds the owner's lock until it has done with it. */
export function editCreators(context: FixContext, plan: Plan, draft: Draft): void {
  for (const { fn, calls } of plan.paths.creators) {
    const held = plan.names.lockExists ? locksOf(context.program, fn, plan.owner.tag) : [];
    if (held.length > 1) unmet(`${fn.fn.name}() takes ${plan.names.lock} more than once`);
    if (held[0]) extend(plan, fn, held[0], draft);
    else for (const node of calls) take(plan, fn, node, draft);
  }
}

/** The lock is held around the call already: it is kept as long as the object is in use. */
function extend(plan: Plan, fn: FnDef, held: { at: number; until: number }, draft: Draft): void {
  const text = draft.text(fn.file.path);
  const names = handles(fn, (name) => pointsTo(typeOfVariable(fn, name), plan.tag));
  const lock = draft.statement(fn, held.at);
  // guard() ends with the function.
  if (held.until >= fn.fn.end) return;
  const unlock = draft.statement(fn, held.until);
  if (!siblings(lock).includes(unlock)) unmet(`${fn.fn.name}() does not release ${plan.names.lock} in the block that takes it`);
  const last = lastUse(text, lock, names);
  if (last.at <= unlock.end) return;
  removeStatement(draft, fn, unlock);
  endSection(draft, fn, unlock.end, last, text.slice(unlock.at, unlock.end));
}

function take(plan: Plan, fn: FnDef, node: number, draft: Draft): void {
  const call = callAt({ fn, node }) ?? unmet(`${fn.fn.name}() does not call the constructor itself`);
  const text = draft.text(fn.file.path);
  const owner = ownerIn(plan, fn, node);
  const statement = blockStatement(draft.statement(fn, call.at, call.end));
  if (statement.kind === 'declaration') unmet(`${fn.fn.name}() creates the object in a declaration`);
  draft.before(fn, statement, lockLines(fn, `&${owner}->${plan.names.lock}`));
  const names = handles(fn, (name) => pointsTo(typeOfVariable(fn, name), plan.tag));
  endSection(draft, fn, statement.at, lastUse(text, statement, names), `mutex_unlock(&${owner}->${plan.names.lock});`);
}

/** The owner as the creator names it: a variable of its own, or what it hands to the constructor. */
function ownerIn(plan: Plan, fn: FnDef, node: number): string {
  const own = pointerTo(fn, plan.owner.tag);
  if (own) return own;
  const arg = callAt({ fn, node })?.args.find((a) => a.k === 'load' && a.addr.k === 'field' && a.addr.base.k === 'var');
  return arg ? printExpr(arg) : unmet(`${fn.fn.name}() has no pointer to the struct ${plan.owner.tag}`);
}

/** Taking the lock in a function: interruptibly where it returns errors to user space. */
export function lockLines(fn: FnDef, lock: string, result = errorVariable(fn)): string[] {
  const returnsErrors = /^(int|ssize_t|long)$/.test(fn.fn.ret.base) && fn.fn.ret.pointers === 0;
  return result && returnsErrors
    ? [`${result} = mutex_lock_interruptible(${lock});`, `if (${result})`, `\treturn ${result};`, '']
    : [`mutex_lock(${lock});`];
}

function blockStatement(statement: Statement): Statement {
  return standsInBlock(statement) ? statement : blockStatement(statement.parent as Statement);
}
