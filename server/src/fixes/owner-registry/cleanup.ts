import { extractFacts } from '../../facts';
import type { FunctionFacts } from '../../facts/types';
import { effectOf } from '../../kernel';
import type { FnDef, Program } from '../../program/types';
import { applyEdits, type TextEdit } from '../../text';
import { declarationEdits, declarators, declaredNames, leadingDeclarations } from './source/declarations';
import { identifiers } from './source/identifiers';
import { definitionStart, isBlankLine, lineAfter } from './source/layout';
import { definitionAt, definitionsOf } from './source/statements';

/** Removes locals and static functions that the text before mentioned and the text after only defines. */
export function withoutUnused(program: Program, path: string, before: string, after: string): string {
  let text = after;
  for (;;) {
    const next = withoutFunctions(path, before, withoutLocals(program, path, before, text));
    if (next === text) return text;
    text = next;
  }
}

function withoutLocals(program: Program, path: string, before: string, text: string): string {
  const old = new Map(extractFacts(path, before).functions.map((fn) => [fn.name, before.slice(fn.at, fn.end)]));
  const definitions = definitionsOf(text);
  const edits: TextEdit[] = [];
  for (const fn of extractFacts(path, text).functions) {
    const was = old.get(fn.name);
    const definition = definitionAt(definitions, fn.nameAt);
    if (fn.macro || was === undefined || !definition || was === text.slice(fn.at, fn.end)) continue;
    const unused = leadingDeclarations(definition.body).filter((declaration) => {
      const source = text.slice(declaration.at, declaration.end);
      const [name, ...more] = declaredNames(text, declaration);
      if (!name || more.length > 0 || declarators(source).length > 1) return false;
      return (
        count(text.slice(fn.at, fn.end), name) === 1 && count(was, name) > 1 && isPure(program, path, fn, declaration.at, declaration.end)
      );
    });
    edits.push(...declarationEdits(text, definition.body, [], unused));
  }
  return applyEdits(text, edits);
}

function count(text: string, name: string): number {
  return identifiers(text).filter((mention) => mention.name === name).length;
}

/** What the declaration calls has no effect besides its value. */
function isPure(program: Program, path: string, fn: FunctionFacts, at: number, end: number): boolean {
  const file = program.files.find((f) => f.path === path);
  return fn.nodes.every((n) => {
    if (n.at < at || n.at >= end || n.k !== 'call') return true;
    const callee = typeof n.callee === 'string' && file ? program.resolve(n.callee, file) : null;
    return callee !== null && isPureFunction(program, callee, new Set());
  });
}

function isPureFunction(program: Program, fn: FnDef, seen: Set<FnDef>): boolean {
  if (seen.has(fn)) return true;
  seen.add(fn);
  return fn.fn.nodes.every((n, node) => {
    if (n.k === 'store' || n.k === 'opaque' || n.k === 'iter') return false;
    if (n.k !== 'call') return true;
    const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    if (effect) return effect.op === 'warn' || effect.op === 'same' || effect.op === 'is-err';
    const targets = program.targets(fn, node);
    return targets.length > 0 && targets.every((target) => isPureFunction(program, target.fn, seen));
  });
}

function withoutFunctions(path: string, before: string, text: string): string {
  const edits: TextEdit[] = [];
  for (const fn of extractFacts(path, text).functions) {
    if (!fn.static || fn.inline || fn.macro || count(text, fn.name) !== 1 || count(before, fn.name) < 2) continue;
    const at = definitionStart(text, fn.at);
    let end = lineAfter(text, fn.end - 1);
    if (isBlankLine(text, end)) end = lineAfter(text, end);
    edits.push({ at, end, text: '' });
  }
  return applyEdits(text, edits);
}
