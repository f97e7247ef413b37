import { closeOf, isName, isPunct, type Source } from './cursor';
import { blank, joinToName, overwrite, type Rewriter } from './rewriter';
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
  const at = firstBlank(rw.source, token.end, next.at);
  if (at >= 0) overwrite(rw, at, at + 1, ',', 'separator');
}

/** Offset of the first space or tab outside comments, or -1. */
function firstBlank(source: string, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const c = source[at];
    if (c === ' ' || c === '\t') return at;
    if (c !== '/') continue;
    const end = source[at + 1] === '*' ? source.indexOf('*/', at + 2) + 1 : source.indexOf('\n', at);
    if (end <= 0) return -1;
    at = end;
  }
  return -1;
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

/**
 * What stands before a string literal is part of it: a macro call becomes one name, of two names the first is blanked.
 * So does `__stringify(…)`, whatever stands in it. Returns the last token done with, `i - 1` if none is.
 */
export function joinBeforeString(source: Source, i: number, close: number): number {
  const { rw, tokens } = source;
  const name = tokens[i] as Token;
  if (KEYWORDS.has(name.text)) return i - 1;
  if (close > 0) {
    if (tokens[close + 1]?.kind !== 'string' && name.text !== '__stringify') return i - 1;
    joinToName(rw, name.at, (tokens[close] as Token).end, 'macro');
    return close;
  }
  const next = tokens[i + 1];
  if (!isName(next) || KEYWORDS.has(next.text) || tokens[i + 2]?.kind !== 'string') return i - 1;
  blank(rw, name.at, name.end, 'macro');
  return i;
}

/** `82801AA_3`, the part of a name that a macro pastes together, is no number: it becomes a name. */
export function rewriteNumber(rw: Rewriter, token: Token): void {
  const { text } = token;
  if (text.length === 1 || /^(?:0x[\da-f]+|0b[01]+|[\d.]+(?:e[+-]?\d+)?)[ulf]*$/i.test(text) || text.startsWith("'")) return;
  overwrite(rw, token.at, token.end, `_${text.slice(1).replace(/[^\w]/g, '_')}`, 'argument');
}
