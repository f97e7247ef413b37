import type { FnDef } from '../../../program/types';
import { applyEdits, type TextEdit } from '../../../text';
import type { FixContext } from '../../types';
import { unmet } from '../plan/types';
import { declarationEdits, leadingDeclarations } from '../source/declarations';
import { call, indentAt, isBlankLine, lineAfter, lineStart } from '../source/layout';
import { type Definition, definitionAt, definitionsOf, innermost, type Statement } from '../source/statements';

/** Edits under construction: all offsets speak of the analysed texts. */
export class Draft {
  private readonly edits = new Map<string, TextEdit[]>();
  private readonly parsed = new Map<string, Definition[]>();
  private readonly declared = new Map<FnDef, string[]>();
  private readonly undeclared = new Map<FnDef, Statement[]>();

  constructor(private readonly context: FixContext) {}

  text(path: string): string {
    return this.context.text(path);
  }

  replace(path: string, at: number, end: number, text: string): void {
    if (!this.context.editable(path)) unmet(`${path} is not among the files that are checked`);
    const list = this.edits.get(path);
    if (list) list.push({ at, end, text });
    else this.edits.set(path, [{ at, end, text }]);
  }

  insert(path: string, at: number, text: string): void {
    this.replace(path, at, at, text);
  }

  definition(fn: FnDef): Definition {
    const path = fn.file.path;
    let all = this.parsed.get(path);
    if (!all) {
      all = definitionsOf(this.text(path));
      this.parsed.set(path, all);
    }
    return definitionAt(all, fn.fn.nameAt) ?? unmet(`${fn.fn.name}() comes from a macro`);
  }

  /** The innermost statement that contains [at, end) of a function. */
  statement(fn: FnDef, at: number, end = at + 1): Statement {
    return innermost(this.definition(fn).body, at, end);
  }

  /** Lines before a statement, indented like it. */
  before(fn: FnDef, statement: Statement, lines: readonly string[]): void {
    const text = this.text(fn.file.path);
    const indent = indentAt(text, statement.at);
    this.insert(fn.file.path, lineStart(text, statement.at), lines.map((line) => (line ? `${indent}${line}\n` : '\n')).join(''));
  }

  /** Lines behind a statement, indented like it. */
  after(fn: FnDef, statement: Statement, lines: readonly string[]): void {
    const text = this.text(fn.file.path);
    const indent = indentAt(text, statement.at);
    this.insert(fn.file.path, lineAfter(text, statement.end - 1), lines.map((line) => (line ? `${indent}${line}\n` : '\n')).join(''));
  }

  /** Lines that become the first statements of a function. */
  first(fn: FnDef, lines: readonly string[]): void {
    const text = this.text(fn.file.path);
    const { body } = this.definition(fn);
    const last = leadingDeclarations(body).at(-1);
    let at = lineAfter(text, last ? last.end - 1 : body.at);
    const separated = !last || isBlankLine(text, at);
    if (last && separated) at = lineAfter(text, at);
    const code = lines.map((line) => (line ? `\t${line}\n` : '\n')).join('');
    this.insert(fn.file.path, at, `${separated ? '' : '\n'}${code}`);
  }

  declare(fn: FnDef, declaration: string): void {
    this.declared.set(fn, [...(this.declared.get(fn) ?? []), declaration]);
  }

  undeclare(fn: FnDef, declaration: Statement): void {
    this.undeclared.set(fn, [...(this.undeclared.get(fn) ?? []), declaration]);
  }

  /** A call as lines of at most 80 columns at the indentation of a statement. */
  call(fn: FnDef, statement: Statement, head: string, args: readonly string[], tail: string): string {
    return call(indentAt(this.text(fn.file.path), statement.at), head, args, tail).trimStart();
  }

  /** The texts of every file that changes. */
  results(): Map<string, string> {
    for (const fn of new Set([...this.declared.keys(), ...this.undeclared.keys()]))
      for (const edit of declarationEdits(
        this.text(fn.file.path),
        this.definition(fn).body,
        this.declared.get(fn) ?? [],
        this.undeclared.get(fn) ?? [],
      ))
        this.replace(fn.file.path, edit.at, edit.end, edit.text);
    this.declared.clear();
    this.undeclared.clear();
    return new Map([...this.edits].map(([path, edits]) => [path, applyEdits(this.text(path), edits)]));
  }
}
