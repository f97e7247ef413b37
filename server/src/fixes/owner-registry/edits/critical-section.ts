import type { FnDef } from '../../../program/types';
import { usesVariable } from '../plan/query';
import { unmet } from '../plan/types';
import { identifiers } from '../source/identifiers';
import { isBlankLine, lineAfter, lineStart } from '../source/layout';
import { type Statement, siblings, standsInBlock, walk } from '../source/statements';
import type { Draft } from './draft';
import { inBraces } from './registration';

/** Functions that look at the value of a pointer, not at what it points to: they need no lock. */
const VALUE_TESTS = /\b(?:IS_ERR|IS_ERR_OR_NULL|PTR_ERR|PTR_ERR_OR_ZERO|ERR_CAST)\s*\(\s*$/;

/** Pointers by which a function holds the object: of its type, computed from one, or the device that one was converted from. */
export function handles(fn: FnDef, isObject: (name: string) => boolean): Set<string> {
  const pointers = new Map([...fn.fn.params, ...fn.fn.locals].filter((v) => v.type.pointers > 0).map((v) => [v.name, v.type]));
  const out = new Set([...pointers.keys()].filter(isObject));
  for (let size = -1; size !== out.size; ) {
    size = out.size;
    for (const n of fn.fn.nodes) {
      if ((n.k !== 'set' && n.k !== 'call') || !n.dst) continue;
      const from = n.k === 'set' ? [n.src] : n.args;
      if (n.k === 'set' && pointers.has(n.dst) && [...out].some((name) => usesVariable(n.src, name))) out.add(n.dst);
      const [only] = from;
      if (out.has(n.dst) && from.length === 1 && only?.k === 'var' && pointers.get(only.name)?.base === 'struct device') out.add(only.name);
    }
  }
  return out;
}

/** The last statement of the block at which the object is in use, from `first` on; value tests do not count. */
export function lastUse(text: string, first: Statement, names: ReadonlySet<string>): Statement {
  const rest = siblings(first).slice(siblings(first).indexOf(first));
  return rest.findLast((statement) => uses(text, statement, names)) ?? first;
}

/** The object is in use only in the block of a statement, and in those inside. */
export function staysInBlock(text: string, body: Statement, statement: Statement, names: ReadonlySet<string>): boolean {
  const block = statement.parent;
  if (!block || block === body) return true;
  return body.children.filter((child) => child.at > block.end).every((child) => !uses(text, child, names));
}

function uses(text: string, statement: Statement, names: ReadonlySet<string>): boolean {
  return identifiers(text, statement.at, statement.end).some(({ name, at }) => {
    if (!names.has(name) || VALUE_TESTS.test(text.slice(Math.max(0, at - 40), at))) return false;
    const behind = text.slice(at + name.length, at + name.length + 4);
    return !/^\s*=[^=]/.test(behind) && !/\breturn\s+$/.test(text.slice(Math.max(0, at - 12), at));
  });
}

/**
 * Ends a critical section behind `last`: `unlock` there, and before every jump out of it that starts behind `from`. Returns and gotos that an
 * unlock stands before already are left alone.
 */
export function endSection(draft: Draft, fn: FnDef, from: number, last: Statement, unlock: string): void {
  const text = draft.text(fn.file.path);
  const { body } = draft.definition(fn);
  let falls = true;
  for (const jump of walk(body)) {
    if (jump.at < from || jump.end > last.end || !leaves(body, jump, from, last)) continue;
    const before = siblings(jump)[siblings(jump).indexOf(jump) - 1];
    if (before && text.slice(before.at, before.end) === unlock) continue;
    if (jump.kind === 'return' && /->|\*/.test(text.slice(jump.at, jump.end))) unmet(`${fn.fn.name}() reads the object in a return`);
    if (standsInBlock(jump)) draft.before(fn, jump, [unlock]);
    else if (jump.parent?.kind === 'if') inBraces(fn.file.path, text, jump.parent, jump, unlock, draft);
    else unmet(`${fn.fn.name}() leaves the critical section from a ${jump.parent?.kind}`);
    if (jump === last) falls = false;
  }
  if (!falls) return;
  draft.after(fn, last, [unlock]);
}

/** A return, a goto to a label outside of the section, or a break or continue of a loop around it. */
function leaves(body: Statement, jump: Statement, from: number, last: Statement): boolean {
  if (jump.kind === 'return') return true;
  if (jump.kind === 'break') {
    let around = jump.parent;
    while (around && around.kind !== 'loop' && around.kind !== 'switch') around = around.parent;
    return around !== null && (around.at < from || around.end > last.end);
  }
  if (jump.kind !== 'goto') return false;
  const target = [...walk(body)].find((s) => s.kind === 'label' && s.label === jump.label);
  return !target || target.at < from || target.at > last.end;
}

/** Removes a statement with its line, and one of two blank lines that would meet. */
export function removeStatement(draft: Draft, fn: FnDef, statement: Statement): void {
  const text = draft.text(fn.file.path);
  const at = lineStart(text, statement.at);
  let end = lineAfter(text, statement.end - 1);
  if (at > 0 && isBlankLine(text, at - 1) && isBlankLine(text, end)) end = lineAfter(text, end);
  draft.replace(fn.file.path, at, end, '');
}
