import { isName, isPunct } from './cursor';
import { blank, overwrite, type Rewriter } from './rewriter';
import type { Token } from './tokens';
import { CALL_ANNOTATIONS, isReservedWordOrType, KEYWORDS, PLAIN_ANNOTATIONS, STORAGE_WORDS, TYPE_WORDS } from './words';

const isPlainName = (token: Token | undefined): boolean => isName(token) && !KEYWORDS.has(token.text);

/**
 * An unknown `__name` is an annotation where C allows no further name: behind a
 * complete declarator and before its end, or between `)` of a prototype and its body.
 */
function standsAsAnnotation(tokens: readonly Token[], i: number): boolean {
  const name = (tokens[i] as Token).text;
  if (isPlainName(tokens[i]) && isPunct(tokens[i - 1], ']')) return ['=', ';', ','].includes(tokens[i + 1]?.text ?? '');
  if (!/^__[a-z]/.test(name) || isReservedWordOrType(name)) return false;
  const next = tokens[i + 1];
  if (isName(next) && (TYPE_WORDS.has(next.text) || STORAGE_WORDS.has(next.text))) return true;
  if (isPlainName(next) && endsType(tokens, i - 1) && !isAggregateTag(tokens, i)) return mayBeDeclared(tokens, i + 1);
  if (!next || !['=', ';', ',', ')', '{'].includes(next.text)) return false;
  const previous = tokens[i - 1];
  if (!isPlainName(previous)) return false;
  const before = tokens[i - 2];
  if (isPunct(before, '*')) return true;
  return isPlainName(before) && !isAggregateTag(tokens, i - 1);
}

/** The name at `i` is no annotation itself: a function's or a common name. */
function mayBeDeclared(tokens: readonly Token[], i: number): boolean {
  const { text } = tokens[i] as Token;
  if (PLAIN_ANNOTATIONS.has(text) || CALL_ANNOTATIONS.has(text)) return false;
  return !text.startsWith('__') || isPunct(tokens[i + 1], '(');
}

/** A type may end with token `i`: then a name and another name do not both follow. */
function endsType(tokens: readonly Token[], i: number): boolean {
  const token = tokens[i];
  return isPunct(token, '*') || isPlainName(token) || (isName(token) && BASE_TYPES.has(token.text));
}

const BASE_TYPES = new Set(['int', 'char', 'void', 'long', 'short', 'bool', 'unsigned', 'signed', 'float', 'double']);

/** The name at `i` is the tag in `struct tag`. */
function isAggregateTag(tokens: readonly Token[], i: number): boolean {
  const word = tokens[i - 1]?.text;
  return word === 'struct' || word === 'union' || word === 'enum';
}

/** `void * __foo(3) name`, `name(args) __foo(3);`: a call of a `__name` where only a declarator can go on. */
function standsAsCallAnnotation(tokens: readonly Token[], i: number, close: number): boolean {
  const name = (tokens[i] as Token).text;
  if (!/^__[a-z]/.test(name) || isReservedWordOrType(name)) return false;
  if (
    isPlainName(tokens[close + 1]) &&
    !/^__/.test((tokens[close + 1] as Token).text) &&
    (tokens[close + 1] as Token).line === (tokens[close] as Token).line
  )
    return endsType(tokens, i - 1);
  return false;
}

/** Annotations of a function that tell which lock its callers hold when it begins. */
const HELD_AT_ENTRY = new Set(['__must_hold', '__must_hold_shared', '__releases', '__releases_shared']);

/** The `{` that opens the body of the function whose annotations go on behind token `close`, and whether another of them tells of a lock. */
function bodyBehind(tokens: readonly Token[], close: number): { brace: Token; more: boolean } | null {
  let more = false;
  let at = close + 1;
  for (; CALL_ANNOTATIONS.has(tokens[at]?.text ?? '') && isPunct(tokens[at + 1], '('); at = (tokens[at + 1] as Token).match + 1)
    more ||= HELD_AT_ENTRY.has((tokens[at] as Token).text);
  return isPunct(tokens[at], '{') ? { brace: tokens[at] as Token, more } : null;
}

/**
 * `int f(...) __must_hold(&x->lock) {` becomes `int f(...) {_must_hold(&x->lock) ;`: a call at the begin of the body, as lockdep_assert_held() is.
 * `opened`: an annotation before it has opened the body already.
 */
function intoBody(rw: Rewriter, tokens: readonly Token[], i: number, close: number, opened: boolean): boolean {
  const token = tokens[i] as Token;
  const behind = HELD_AT_ENTRY.has(token.text) && close > i + 2 && isPunct(tokens[i - 1], ')') ? bodyBehind(tokens, close) : null;
  if (!behind) return false;
  overwrite(rw, token.at, token.at + 1, opened ? ';' : '{', 'annotation');
  if (!behind.more) overwrite(rw, behind.brace.at, behind.brace.end, ';', 'annotation');
  return true;
}

/** Blanks annotations and `__free(…)`; returns the tokens that remain. */
export function blankAnnotations(rw: Rewriter, tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  let opened = false;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    if (isPunct(token, '{')) opened = false;
    if (token.kind !== 'name') {
      kept.push(token);
      continue;
    }
    const next = tokens[i + 1];
    const close = isPunct(next, '(') ? next.match : -1;
    const afterDeclarator = isPunct(tokens[i - 1], '*') || isPlainName(tokens[i - 1]);
    if (token.text === '__free' && close > 0 && afterDeclarator) {
      blank(rw, token.at, (tokens[close] as Token).end, 'cleanup');
      i = close;
    } else if (close > 0 && intoBody(rw, tokens, i, close, opened)) {
      i = close;
      opened = true;
    } else if (close > 0 && (CALL_ANNOTATIONS.has(token.text) || standsAsCallAnnotation(tokens, i, close))) {
      blank(rw, token.at, (tokens[close] as Token).end, 'annotation');
      i = close;
    } else if (PLAIN_ANNOTATIONS.has(token.text) ? close < 0 || mayPrecedeParenthesis(tokens, i) : standsAsAnnotation(tokens, i)) {
      blank(rw, token.at, token.end, 'annotation');
    } else {
      kept.push(token);
    }
  }
  return kept;
}

/** An annotation before `(`, as in `void __init (*fn)(void)` or `int (__user *p)`: not a call of that name. */
function mayPrecedeParenthesis(tokens: readonly Token[], i: number): boolean {
  return isName(tokens[i - 1]) || isPunct(tokens[i - 1], '*');
}
