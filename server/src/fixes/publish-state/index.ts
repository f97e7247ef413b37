import { printExpr } from '../../facts/print';
import type { Expr, Node, TypeRef } from '../../facts/types';
import { before, mayHoldLock } from '../../findings/structural';
import { effectOf } from '../../kernel';
import type { FnDef } from '../../program/types';
import type { TextEdit } from '../../text';
import { EditSet } from '../edits';
import { lineBefore, statementAt } from '../source';
import type { Fix, FixContext, Refusal } from '../types';

/** Calls that take and give a lock for reading, by the call under which the writer holds it. */
const READERS = new Map([
  ['down_write', ['down_read', 'up_read']],
  ['mutex_lock', ['mutex_lock', 'mutex_unlock']],
]);

/** The teardown copies what others write under a lock, under that lock, and decides by the copy. */
export const publishState: Fix = {
  id: 'publish-state',
  title: 'Read what the teardown decides by under its lock',
  description: [
    'The teardown takes the lock of the writers, copies the member, and goes by the copy.',
    'Judged by the rule on reads without a lock, not by exploration, which is sequentially consistent. Assumes that no caller of the teardown holds the lock.',
  ].join('\n'),
  rules: ['unlocked-teardown-read'],
  needs: [],
  compute(context) {
    const { action } = context.lifetime;
    for (const [i, n] of action.fn.nodes.entries()) {
      if (n.k !== 'branch' || mayHoldLock(action, i)) continue;
      const read = memberReads(n.cond).find((e) => isScalar(context.program.typeOf(e, action)));
      const lock = read && lockOfWriters(context, read.addr.name);
      if (read && lock) return copyUnder(context, action, n, read, lock);
    }
    return { refused: `${action.fn.name}() decides by no member that others write under one lock` };
  },
};

type MemberRead = Expr & { k: 'load'; addr: { k: 'field'; name: string } };

function memberReads(e: Expr): MemberRead[] {
  if (e.k === 'load') return e.addr.k === 'field' ? [e as MemberRead] : [];
  if (e.k === 'un' || e.k === 'cast') return memberReads(e.e);
  return e.k === 'bin' ? [...memberReads(e.l), ...memberReads(e.r)] : [];
}

function isScalar(type: TypeRef | null): boolean {
  return type !== null && type.pointers === 0 && !type.array && !/^(?:struct|union) /.test(type.base);
}

interface Lock {
  take: string;
  drop: string;
  /** As the writer passes it. */
  text: string;
}

/** The one file-wide lock under which every function of the action's file writes the member. */
function lockOfWriters(context: FixContext, member: string): Lock | null {
  const { file } = context.lifetime.action;
  const text = context.text(file.path);
  const found = new Map<string, Lock>();
  for (const fn of context.program.functions) {
    if (fn.file !== file) continue;
    fn.fn.nodes.forEach((n, i) => {
      if (n.k !== 'store' || n.addr.k !== 'field' || n.addr.name !== member) return;
      for (const j of before(fn, i)) {
        const call = fn.fn.nodes[j];
        const [take, drop] = call?.k === 'call' && typeof call.callee === 'string' ? (READERS.get(call.callee) ?? []) : [];
        const arg = call?.k === 'call' ? /\(\s*(&\w+)\s*\)$/.exec(text.slice(call.at, call.end))?.[1] : undefined;
        if (take && drop && arg && !isLocal(fn, arg.slice(1))) found.set(arg, { take, drop, text: arg });
      }
    });
  }
  return found.size === 1 ? ([...found.values()][0] ?? null) : null;
}

function isLocal(fn: FnDef, name: string): boolean {
  return [...fn.fn.params, ...fn.fn.locals].some((variable) => variable.name === name);
}

function copyUnder(context: FixContext, action: FnDef, n: Node, read: MemberRead, lock: Lock): ReturnType<Fix['compute']> {
  const { path } = action.file;
  const text = context.text(path);
  const name = read.addr.name;
  const written = printExpr(read);
  const type = context.program.typeOf(read, action);
  if (!type || action.fn.locals.some((l) => l.name === name)) return { refused: `${action.fn.name}() has a variable ${name} already` };
  if (takesLock(action, lock)) return { refused: `${action.fn.name}() takes ${lock.text} itself` };
  const lineAt = text.lastIndexOf('\n', n.at) + 1;
  const line = text.slice(lineAt, text.indexOf('\n', n.at));
  const at = text.indexOf(written, lineAt);
  const declared = declarationsEnd(text, action);
  if (at < 0 || at >= lineAt + line.length || declared === null) return notPlain(action);
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  if (indent !== '\t' || !/^\s*(?:for|if|while) /.test(line)) return notPlain(action);
  const comment = text.slice(aboveComment(text, lineAt), lineAt);
  // What says why the lock is not needed is wrong once it is taken.
  const insert = speaksOfLock(comment, lock)
    ? { at: lineAt - comment.length, end: lineAt }
    : { at: lineAt - comment.length, end: lineAt - comment.length };
  const copy = [`${lock.take}(${lock.text});`, `${name} = ${written};`, `${lock.drop}(${lock.text});`];
  const edits = new EditSet();
  edits.add(path, [
    declaration(text, declared, type.base, name),
    { ...insert, text: `${copy.map((l) => `${indent}${l}\n`).join('')}\n` },
    { at, end: at + written.length, text: name },
  ]);
  return edits.all();
}

/** Joins the declaration above where that is of the same type. */
function declaration(text: string, at: number, type: string, name: string): TextEdit {
  const above = lineBefore(text, at);
  if (!new RegExp(`^\\t${type} \\w+(?:, \\w+)*;$`).test(above.text)) return { at, end: at, text: `\t${type} ${name};\n` };
  return { at: at - 2, end: at - 2, text: `, ${name}` };
}

function notPlain(action: FnDef): Refusal {
  return { refused: `${action.fn.name}() reads the member in a nested or unusual place` };
}

function takesLock(action: FnDef, lock: Lock): boolean {
  return action.fn.nodes.some(
    (n) =>
      n.k === 'call' &&
      typeof n.callee === 'string' &&
      effectOf(n.callee)?.op === 'lock' &&
      n.args.some((arg) => printExpr(arg) === lock.text),
  );
}

function speaksOfLock(comment: string, lock: Lock): boolean {
  const words = comment.toLowerCase().match(/\w+/g) ?? [];
  return words.some((word) => /^(?:un)?lock(?:s|ed|ing|less)?$|^(?:rwsem|mutex)$/.test(word) || word === lock.text.slice(1).toLowerCase());
}

/** Start of the comment that stands directly above a line, or of the line. */
function aboveComment(text: string, lineAt: number): number {
  if (!/\*\/\s*$/.test(lineBefore(text, lineAt).text)) return lineAt;
  const open = text.lastIndexOf('/*', lineAt);
  return open < 0 ? lineAt : text.lastIndexOf('\n', open) + 1;
}

/** Behind the declarations at the start of the body. */
function declarationsEnd(text: string, fn: FnDef): number | null {
  const body = text.indexOf('{\n', fn.fn.nameAt) + 2;
  const blank = text.indexOf('\n\n', body) + 1;
  return body < 2 || blank === 0 || blank > fn.fn.end || statementAt(text, blank - 2) === null ? null : blank;
}
