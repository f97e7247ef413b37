import { holdsStatements, rewriteArguments } from './arguments';
import { isName, isPunct, type Source } from './cursor';
import { rewriteTypeThenName } from './members';
import { blank, overwrite } from './rewriter';
import type { Token } from './tokens';
import { declaresTypeThenName, KEYWORDS, STORAGE_WORDS, TYPE_WORDS } from './words';

/** Index of the first token of the item at top level that `i` belongs to, if only storage words stand between. */
function itemStart(tokens: readonly Token[], i: number): number | undefined {
  let first = i;
  while (first > 0) {
    if ((tokens[first] as Token).afterDirective) return first;
    const previous = tokens[first - 1] as Token;
    if (isPunct(previous, ';') || isPunct(previous, '}') || isPunct(previous, '{')) return first;
    if (isPunct(previous, ')') && (tokens[first] as Token).line > previous.line) return first;
    if (!isName(previous) || !STORAGE_WORDS.has(previous.text)) return undefined;
    first--;
  }
  return first;
}

/**
 * A macro call at the start of a top-level item. With `;` it stays a call with expression arguments, a storage word before it is blanked;
 * without one, or with statements as arguments, it is blanked whole (kind `macro`). Returns the last token done with.
 */
export function rewriteDefinition(source: Source, i: number, close: number): number {
  const { rw, tokens } = source;
  const name = tokens[i] as Token;
  if (KEYWORDS.has(name.text)) return i - 1;
  const first = itemStart(tokens, i);
  if (first === undefined) return i - 1;
  if (declaresTypeThenName(name.text) && rewriteTypeThenName(source, i, close)) return close;
  const next = tokens[close + 1];
  if (isPunct(next, '{')) return defineFunction(source, i, close, first);
  if (isPunct(next, ';')) {
    if (holdsStatements(source, i + 1, close)) {
      blank(rw, (tokens[first] as Token).at, next.end, 'macro');
      return close + 1;
    }
    if (first < i) blank(rw, (tokens[first] as Token).at, (tokens[i - 1] as Token).end, 'annotation');
    rewriteArguments(source, i + 1, close);
    return i;
  }
  if (!next || next.kind === 'name' || next.afterDirective) {
    if (next && next.line === (tokens[close] as Token).line && !next.afterDirective) return i - 1;
    blank(rw, (tokens[first] as Token).at, (tokens[close] as Token).end, 'macro');
    return close;
  }
  if (isPunct(next, '=')) defineVariable(source, i, close);
  return i - 1;
}

const PM_OPS = 'struct dev_pm_ops';

/** `MACRO(name, …) = {` defines a variable: it reads `MACRO name = {`, with the type where the kernel's macro is known. */
function defineVariable(source: Source, i: number, close: number): void {
  const { rw, tokens } = source;
  const open = tokens[i + 1] as Token;
  const name = tokens[i + 2] as Token;
  if (!isName(name)) return;
  const macro = tokens[i] as Token;
  if (/_DEV_PM_OPS$/.test(macro.text) && macro.text.length >= PM_OPS.length) overwrite(rw, macro.at, open.end, PM_OPS, 'macro');
  else blank(rw, open.at, open.end, 'macro');
  blank(rw, name.end, (tokens[close] as Token).end, 'macro');
}

/** `MACRO(a, b) {` defines a function: it reads `int …(a, b) {`. */
function defineFunction(source: Source, i: number, close: number, first: number): number {
  const { rw, tokens } = source;
  const name = tokens[i] as Token;
  if (name.text.length < 5 || (first < i && name.text.length < 5)) return i - 1;
  overwrite(rw, name.at, name.end, `int ${name.text.slice(4)}`, 'macro');
  rewriteArguments(source, i + 1, close);
  return close;
}

/** A macro name alone on its line, before a definition or among members, stands for annotations or members of its own. */
export function rewriteBareName(source: Source, i: number): void {
  const { rw, tokens } = source;
  const name = tokens[i] as Token;
  const next = tokens[i + 1];
  if (!/^[A-Z_][A-Z0-9_]*(?:_xxx)?$/.test(name.text) || !next || (next.line === name.line && !next.afterDirective)) return;
  const previous = tokens[i - 1];
  if (
    previous &&
    !name.afterDirective &&
    !isPunct(previous, ';') &&
    !isPunct(previous, '}') &&
    !isPunct(previous, '{') &&
    !endsMacroLine(previous, name)
  )
    return;
  const begins = isName(next) && (TYPE_WORDS.has(next.text) || STORAGE_WORDS.has(next.text) || isName(tokens[i + 2]));
  if (begins || isPunct(next, '}')) blank(rw, name.at, name.end, 'macro');
}

/** The line before ends with `)`: a macro call without `;`. */
function endsMacroLine(previous: Token, name: Token): boolean {
  return isPunct(previous, ')') && previous.line < name.line;
}
