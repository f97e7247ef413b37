import { extractFacts, FileMemory } from '../../facts';
import type { FunctionFacts } from '../../facts/types';
import { effectOf } from '../../kernel';
import type { FnDef, Program } from '../../program/types';
import { applyEdits, type TextEdit } from '../../text';
import { declarationEdits, declarators, declaredNames, leadingDeclarations } from './source/declarations';
import { identifiers } from './source/identifiers';
import { definitionStart, isBlankLine, lineAfter } from './source/layout';
import { definitionAt, definitionsOf } from './source/statements';

/** A file before the fix, and what reading one version of it leaves for the next. */
interface Before {
  path: string;
  /** Text of each function, by its name. */
  functions: ReadonlyMap<string, string>;
  mentions: ReadonlyMap<string, number>;
  memory: FileMemory;
}

/** Removes locals and static functions that the text before mentioned and the text after only defines. */
export function withoutUnused(program: Program, path: string, before: string, after: string): string {
  const memory = new FileMemory();
  const functions = new Map(extractFacts(path, before, memory).functions.map((fn) => [fn.name, before.slice(fn.at, fn.end)]));
  const was: Before = { path, functions, mentions: mentionsOf(before), memory };
  let text = after;
  for (;;) {
    const next = withoutFunctions(was, withoutLocals(program, was, text));
    if (next === text) return text;
    text = next;
  }
}

function withoutLocals(program: Program, { path, functions, memory }: Before, text: string): string {
  const definitions = definitionsOf(text);
  const edits: TextEdit[] = [];
  for (const fn of extractFacts(path, text, memory).functions) {
    const was = functions.get(fn.name);
    const definition = definitionAt(definitions, fn.nameAt);
    if (fn.macro || was === undefined || !definition || was === text.slice(fn.at, fn.end)) continue;
    const now = mentionsOf(text.slice(fn.at, fn.end));
    const then = mentionsOf(was);
    const unused = leadingDeclarations(definition.body).filter((declaration) => {
      const source = text.slice(declaration.at, declaration.end);
      const [name, ...more] = declaredNames(text, declaration);
      if (!name || more.length > 0 || declarators(source).length > 1) return false;
      return now.get(name) === 1 && (then.get(name) ?? 0) > 1 && isPure(program, path, fn, declaration.at, declaration.end);
    });
    edits.push(...declarationEdits(text, definition.body, [], unused));
  }
  return applyEdits(text, edits);
}

/** How often each name is mentioned. */
function mentionsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of identifiers(text)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
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

function withoutFunctions({ path, mentions, memory }: Before, text: string): string {
  const edits: TextEdit[] = [];
  const now = mentionsOf(text);
  for (const fn of extractFacts(path, text, memory).functions) {
    if (!fn.static || fn.inline || fn.macro || now.get(fn.name) !== 1 || (mentions.get(fn.name) ?? 0) < 2) continue;
    const at = definitionStart(text, fn.at);
    let end = lineAfter(text, fn.end - 1);
    if (isBlankLine(text, end)) end = lineAfter(text, end);
    edits.push({ at, end, text: '' });
  }
  return applyEdits(text, edits);
}
