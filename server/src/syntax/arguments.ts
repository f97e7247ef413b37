import { isName, isPunct, type Source, splitArguments } from './cursor';
import { blank, joinToName, onOneLine, overwrite } from './rewriter';
import type { Token } from './tokens';
import { TYPE_WORDS } from './words';

const STATEMENT_WORDS = new Set(['if', 'for', 'while', 'do', 'switch', 'goto', 'break', 'continue', 'return', 'case', 'default', 'else']);
const STORAGE = new Set(['static', 'extern', 'register', 'inline', 'typedef']);

/** A macro argument made of statements: it cannot become an expression of the same length. */
export function holdsStatements(source: Source, open: number, close: number): boolean {
  const { tokens } = source;
  for (let i = open + 1; i < close; i++) {
    const token = tokens[i] as Token;
    if (isPunct(token, '(') && isPunct(tokens[i + 1], '{') && token.match > i) i = token.match;
    else if (isPunct(token, ';') || (isName(token) && STATEMENT_WORDS.has(token.text))) return true;
  }
  return false;
}

/**
 * Makes the arguments of a macro call between `open` and `close` expressions:
 * types become names (`struct foo *` reads `struct_foo  `), keywords and
 * designators are blanked, empty arguments lose their comma.
 */
export function rewriteArguments(source: Source, open: number, close: number): void {
  const args = splitArguments(source.tokens, open, close);
  if (args.length === 1 && (args[0] as [number, number])[1] < (args[0] as [number, number])[0]) return;
  for (const [first, last] of args) rewriteArgument(source, first, last, close);
}

function rewriteArgument(source: Source, first: number, last: number, close: number): void {
  const { rw, tokens } = source;
  const head = tokens[first] as Token;
  if (last < first) {
    dropComma(source, first, close);
    return;
  }
  const tail = tokens[last] as Token;
  if (isType(tokens, first, last)) {
    joinType(source, first, last);
  } else if (isName(head) && STATEMENT_WORDS.has(head.text)) {
    rewriteStatementArgument(source, first, last);
  } else if (isPunct(head, '{') && head.match === last) {
    rewriteBraces(source, first, last);
  } else if (isPunct(head, '.') || (isPunct(head, '[') && head.match > first)) {
    blankDesignator(source, first);
  } else if (first === last && head.kind === 'punct' && head.text !== '...') {
    overwrite(rw, head.at, head.end, '_', 'argument');
  } else if (isPunct(tail, ';')) {
    blank(rw, tail.at, tail.end, 'argument');
  }
  if (first === last && isPunct(head, '...')) overwrite(rw, head.at, head.end, '___', 'argument');
}

/** An argument that names a type: it begins with a type word or is a name followed only by stars. */
function isType(tokens: readonly Token[], first: number, last: number): boolean {
  const head = tokens[first] as Token;
  if (!isName(head)) return false;
  if (STORAGE.has(head.text)) return true;
  if (TYPE_WORDS.has(head.text)) return first !== last || !['int', 'char', 'void', 'float', 'double', 'bool'].includes(head.text);
  let i = first + 1;
  while (i <= last && isPunct(tokens[i], '*')) i++;
  if (i === first + 1) return isName(tokens[i]) && i <= last && !isPunct(tokens[i + 1], '(') && tokens[i]?.kind === 'name' && i === last;
  return i > last;
}

function joinType(source: Source, first: number, last: number): void {
  const { rw, tokens } = source;
  let end = last;
  while (end > first && isPunct(tokens[end], '*')) end--;
  const at = (tokens[first] as Token).at;
  const stop = (tokens[end] as Token).end;
  if (end < last) blank(rw, stop, (tokens[last] as Token).end, 'type-argument');
  if (end > first) joinToName(rw, at, stop, 'type-argument');
  else if (TYPE_WORDS.has((tokens[first] as Token).text)) overwrite(rw, at, stop, `_${rw.source.slice(at + 1, stop)}`, 'type-argument');
}

/** `return -EINTR` reads `       -EINTR`; a bare keyword becomes a name. */
function rewriteStatementArgument(source: Source, first: number, last: number): void {
  const { rw, tokens } = source;
  const head = tokens[first] as Token;
  if (first === last) joinBare(source, head);
  else if (head.text === 'return' || head.text === 'goto') blank(rw, head.at, head.end, 'argument');
  else overwrite(rw, head.at, (tokens[last] as Token).end, '0', 'argument');
}

function joinBare(source: Source, head: Token): void {
  overwrite(source.rw, head.at, head.end, `_${head.text.slice(1)}`, 'argument');
}

/** `{ 1, 2 }` as an argument reads `( 1, 2 )`; designators inside make it `0`. Statements stay a block. */
function rewriteBraces(source: Source, first: number, last: number): void {
  const { rw, tokens } = source;
  let designated = last === first + 1;
  for (let i = first + 1; i < last; i++) {
    const token = tokens[i] as Token;
    if (isPunct(token, ';')) return;
    if (isPunct(token, '=') || isPunct(token, '{')) designated = true;
    if (token.match > i) i = token.match;
  }
  const head = tokens[first] as Token;
  const tail = tokens[last] as Token;
  if (designated) {
    overwrite(rw, head.at, tail.end, '0', 'argument');
  } else {
    overwrite(rw, head.at, head.end, '(', 'argument');
    overwrite(rw, tail.at, tail.end, ')', 'argument');
    if (isPunct(tokens[last - 1], ',')) blank(rw, (tokens[last - 1] as Token).at, (tokens[last - 1] as Token).end, 'argument');
  }
}

/** `.field = x` as an argument reads ` field = x`, `[a ... b] = x` reads `x`. */
function blankDesignator(source: Source, first: number): void {
  const { rw, tokens } = source;
  const head = tokens[first] as Token;
  if (isPunct(head, '.')) {
    blank(rw, head.at, head.end, 'argument');
    return;
  }
  const close = tokens[head.match] as Token;
  const equals = tokens[head.match + 1];
  blank(rw, head.at, isPunct(equals, '=') ? equals.end : close.end, 'argument');
}

/** An empty argument before token `i`: the comma next to it goes. */
function dropComma(source: Source, i: number, close: number): void {
  const { rw, tokens } = source;
  const comma = i < close && isPunct(tokens[i], ',') ? tokens[i] : tokens[i - 1];
  if (isPunct(comma, ',')) blank(rw, comma.at, comma.end, 'argument');
}

/** `typeof(expr) x` and its spellings: the whole becomes one type name. */
export function rewriteTypeof(source: Source, i: number, close: number): void {
  const { rw, tokens } = source;
  const at = (tokens[i] as Token).at;
  const end = (tokens[close] as Token).end;
  if (close === i + 3 && isName(tokens[i + 2])) return;
  joinToName(rw, at, end, 'type');
}

/** The member of `offsetof(type, a.b[1])` must be one name. */
export function rewriteOffsetof(source: Source, open: number, close: number): void {
  const { rw, tokens } = source;
  const args = splitArguments(tokens, open, close);
  const member = args[1];
  if (!member || member[1] <= member[0]) return;
  const at = (tokens[member[0]] as Token).at;
  const end = (tokens[member[1]] as Token).end;
  if (onOneLine(rw, at, end)) joinToName(rw, at, end, 'argument');
}
