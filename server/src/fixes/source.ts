import type { TextEdit } from '../text';

/** Columns of a tab, and where the kernel breaks lines (Documentation/process/coding-style.rst). */
const TAB = 8;
const COLUMNS = 80;

/** A statement that has its lines to itself. */
export interface Statement {
  /** First character of its first line. */
  lineAt: number;
  /** First character behind its indentation. */
  at: number;
  /** Behind its semicolon. */
  end: number;
  indent: string;
  text: string;
}

/** The simple statement around an offset; null where it shares its line or is no simple statement. */
export function statementAt(text: string, offset: number): Statement | null {
  let lineAt = text.lastIndexOf('\n', offset - 1) + 1;
  let indent = indentAt(text, lineAt);
  // A continuation line is indented beyond the line before it, which does not end a statement.
  for (let guard = 0; guard < 20 && lineAt > 0; guard++) {
    const before = lineBefore(text, lineAt);
    if (/[;{}:]\s*$|\*\/\s*$|^\s*$|^\s*#/.test(before.text) || /^\s*(?:if|else|for|while|do|switch)\b/.test(before.text)) break;
    lineAt = before.at;
    indent = indentAt(text, lineAt);
  }
  const at = lineAt + indent.length;
  const end = text.indexOf(';', offset) + 1;
  if (end === 0 || /^(?:if|for|while|switch|else|do|\}|\{)/.test(text.slice(at, at + 7))) return null;
  if (!/^[ \t]*(?:\/\*.*\*\/)?[ \t]*(?:\n|$)/.test(text.slice(end, nextLine(text, end)))) return null;
  return { lineAt, at, end, indent, text: text.slice(at, end) };
}

/**
 * Edits that put whole lines before a statement, with braces where it is the bare body of a condition. A return that stands apart
 * goes on doing so.
 */
export function insertBefore(text: string, statement: Statement, lines: readonly string[]): TextEdit[] {
  const isApart = /^return\b/.test(statement.text) && lineBefore(text, statement.lineAt).text.trim() === '' && lines.at(-1) !== '';
  const added = [...lines, ...(isApart ? [''] : [])].map((line) => (line === '' ? '\n' : `${statement.indent}${line}\n`)).join('');
  const insert = { at: statement.lineAt, end: statement.lineAt, text: added };
  const before = lineBefore(text, statement.lineAt);
  if (!/^\s*(?:(?:\} )?else\b|if\b|for\b|while\b).*(?:\)|else)\s*$|^\s+[^;{}]*\)\s*$/.test(before.text)) return [insert];
  const stop = before.at + before.text.trimEnd().length;
  return [
    { at: stop, end: stop, text: ' {' },
    insert,
    { at: statement.end, end: statement.end, text: `\n${statement.indent.slice(0, -1)}}` },
  ];
}

/** The lines of a call, broken where the kernel breaks them: continuation lines stand under the first argument. */
export function callLines(indent: string, head: string, args: readonly string[], tail: string): string[] {
  const lines: string[] = [];
  const column = widthOf(indent) + head.length;
  const under = '\t'.repeat(Math.floor(column / TAB)) + ' '.repeat(column % TAB);
  let line = `${indent}${head}`;
  args.forEach((arg, i) => {
    const piece = `${arg}${i === args.length - 1 ? tail : ','}`;
    const fresh = i === 0 || line === under;
    if (!fresh && widthOf(line) + 1 + piece.length > COLUMNS) {
      lines.push(line);
      line = `${under}${piece}`;
    } else line += fresh ? piece : ` ${piece}`;
  });
  return [...lines, line];
}

/** The arguments of the call whose text is given, as written, on one line each. */
export function argumentTexts(call: string): string[] {
  const open = call.indexOf('(');
  const out: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let i = open; i < call.length; i++) {
    const c = call[i];
    if (c === '(' || c === '[' || c === '{') depth++;
    else if (c === ')' || c === ']' || c === '}') depth--;
    if ((c === ',' && depth === 1) || (c === ')' && depth === 0)) {
      out.push(call.slice(from, i).replace(/\s+/g, ' ').trim());
      from = i + 1;
      if (depth === 0) break;
    }
  }
  return out;
}

/** The line before a line's start. */
export function lineBefore(text: string, lineAt: number): { at: number; text: string } {
  if (lineAt === 0) return { at: 0, text: '' };
  const at = text.lastIndexOf('\n', lineAt - 2) + 1;
  return { at, text: text.slice(at, lineAt - 1) };
}

/** Start of the line after an offset. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

function indentAt(text: string, lineAt: number): string {
  return /^[ \t]*/.exec(text.slice(lineAt, lineAt + 80))?.[0] ?? '';
}

function widthOf(line: string): number {
  let width = 0;
  for (const c of line) width = c === '\t' ? (Math.floor(width / TAB) + 1) * TAB : width + 1;
  return width;
}
