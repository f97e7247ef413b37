import { closeOf, isName, isPunct, type Source } from './cursor';
import { joinToName, overwrite } from './rewriter';
import type { Token } from './tokens';
import { KEYWORDS } from './words';

/**
 * Elements of an initializer come without a comma where a macro brings it along:
 * a blank behind token `i` becomes the comma that the next element needs.
 */
export function rewriteElement(source: Source, i: number): void {
  const { rw, tokens } = source;
  const token = tokens[i] as Token;
  const next = tokens[i + 1];
  if (!next || !endsElement(tokens, i) || !startsElement(tokens, i, next)) return;
  for (let at = token.end; at < next.at; at++) {
    const c = rw.source[at];
    if ((c === ' ' || c === '\t') && isBetween(rw.source, token.end, at)) {
      overwrite(rw, at, at + 1, ',', 'separator');
      return;
    }
  }
}

function endsElement(tokens: readonly Token[], i: number): boolean {
  const token = tokens[i] as Token;
  if (token.kind === 'name') return !KEYWORDS.has(token.text) && /^[A-Z_0-9]+$/.test(token.text) && !isPunct(tokens[i - 1], '.');
  return isPunct(token, ')') && isName(tokens[token.match - 1]) && !KEYWORDS.has((tokens[token.match - 1] as Token).text);
}

function startsElement(tokens: readonly Token[], i: number, next: Token): boolean {
  if (next.kind === 'name') return true;
  if (isPunct(next, '.')) return next.line > (tokens[i] as Token).line;
  if (isPunct(next, '[')) return isPunct(tokens[i], ')') && next.line > (tokens[i] as Token).line;
  return isPunct(next, '{');
}

/** No comment between `from` and `at`: then the character is a blank of its own. */
function isBetween(source: string, from: number, at: number): boolean {
  const between = source.slice(from, at);
  return !between.includes('/*') && !between.includes('//');
}

/** A macro call beside a string literal is part of the string: it becomes one name. */
export function rewriteStringNeighbour(source: Source, i: number): number {
  const { rw, tokens } = source;
  const name = tokens[i + 1];
  if (!isName(name) || !isPunct(tokens[i + 2], '(') || KEYWORDS.has(name.text)) return i;
  const close = closeOf(tokens, i + 2);
  if (close < 0) return i;
  joinToName(rw, name.at, (tokens[close] as Token).end, 'macro');
  return close;
}
