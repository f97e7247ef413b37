import { printExpr } from '../../../facts/print';
import { effectOf } from '../../../kernel';
import type { FnDef } from '../../../program/types';
import type { FixContext } from '../../types';
import { locksOf } from '../plan/names';
import { callAt, errorVariable, pointerTo, pointsTo, typeOfVariable } from '../plan/query';
import { type Plan, unmet } from '../plan/types';
import { type Statement, siblings, standsInBlock } from '../source/statements';
import { endSection, handles, lastUse, removeStatement, staysInBlock } from './critical-section';
import type { Draft } from './draft';
import { refusalLines } from './gate';

/** Calls that read what was written to an attribute, and change nothing. */
const PARSERS = /^(kstrto\w+|sscanf|str\w+|sysfs_streq|memparse)$/;

interface Taking {
  fn: FnDef;
  node: number;
  /** Where the lock is taken, and the statement that creates. */
  start: Statement;
  creates: Statement;
}

/**
 * Whoever creates an object holds the owner's lock until it has done with it. True where a creator acquires something before it calls
 * the constructor: those refuse a dead owner themselves, before they do.
 */
export function editCreators(context: FixContext, plan: Plan, draft: Draft): boolean {
  const takings: Taking[] = [];
  const holders: { fn: FnDef; held: { at: number; until: number } }[] = [];
  for (const { fn, calls } of plan.paths.creators) {
    const held = plan.names.lockExists ? locksOf(context.program, fn, plan.owner.tag) : [];
    if (held.length > 1) unmet(`${fn.fn.name}() takes ${plan.names.lock} more than once`);
    if (held[0]) holders.push({ fn, held: held[0] });
    else {
      const own = calls.map((node) => takingOf(context, fn, node, draft));
      if (own.some((taking) => taking.creates !== own[0]?.creates)) unmet(`${fn.fn.name}() creates objects in several places`);
      takings.push(...own.slice(0, 1));
    }
  }
  const acquires = takings.some((taking) => taking.start !== taking.creates);
  for (const { fn, held } of holders) extend(plan, fn, held, acquires, draft);
  for (const taking of takings) take(plan, taking, acquires, draft);
  return acquires;
}

/** The lock is held around the call already: it is kept as long as the object is in use. */
function extend(plan: Plan, fn: FnDef, held: { at: number; until: number }, refuses: boolean, draft: Draft): void {
  const text = draft.text(fn.file.path);
  const names = handles(fn, (name) => pointsTo(typeOfVariable(fn, name), plan.tag));
  const lock = draft.statement(fn, held.at);
  // guard() ends with the function.
  if (held.until >= fn.fn.end) return;
  const unlock = draft.statement(fn, held.until);
  if (!siblings(lock).includes(unlock)) unmet(`${fn.fn.name}() does not release ${plan.names.lock} in the block that takes it`);
  if (refuses) unmet(`${fn.fn.name}() holds ${plan.names.lock}, and other creators acquire what the constructor consumes`);
  if (!staysInBlock(text, draft.definition(fn).body, lock, names)) unmet(`${fn.fn.name}() uses the object outside of the block that locks`);
  const last = lastUse(text, lock, names);
  if (last.at <= unlock.end) return;
  removeStatement(draft, fn, unlock);
  endSection(draft, fn, unlock.end, last, text.slice(unlock.at, unlock.end));
}

function takingOf({ program }: FixContext, fn: FnDef, node: number, draft: Draft): Taking {
  const call = callAt({ fn, node }) ?? unmet(`${fn.fn.name}() does not call the constructor itself`);
  const creates = blockStatement(draft.statement(fn, call.at, call.end));
  if (creates.kind === 'declaration') unmet(`${fn.fn.name}() creates the object in a declaration`);
  const acts = (s: Statement) =>
    fn.fn.nodes.some((n, i) => {
      if (n.k !== 'call' || n.at < s.at || n.at >= s.end) return false;
      if (typeof n.callee === 'string' && (PARSERS.test(n.callee) || isQuiet(n.callee))) return false;
      const targets = program.targets(fn, i);
      return targets.length === 0 || !targets.every((target) => program.wrapper(target.fn));
    });
  const before = siblings(creates).slice(0, siblings(creates).indexOf(creates));
  return { fn, node, creates, start: before.find((s) => s.kind !== 'declaration' && acts(s)) ?? creates };
}

function isQuiet(callee: string): boolean {
  return ['none', 'is-err', 'err-value', 'same', 'warn'].includes(effectOf(callee)?.op ?? '');
}

function take(plan: Plan, { fn, node, start, creates }: Taking, refuses: boolean, draft: Draft): void {
  const text = draft.text(fn.file.path);
  const owner = ownerIn(plan, fn, node);
  draft.before(fn, start, [...lockLines(fn, `&${owner}->${plan.names.lock}`), ...(refuses ? refusalLines(plan, fn, owner) : [])]);
  const names = handles(fn, (name) => pointsTo(typeOfVariable(fn, name), plan.tag));
  if (!staysInBlock(text, draft.definition(fn).body, creates, names))
    unmet(`${fn.fn.name}() uses the object outside of the block that creates it`);
  endSection(draft, fn, start.at, lastUse(text, creates, names), `mutex_unlock(&${owner}->${plan.names.lock});`);
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
