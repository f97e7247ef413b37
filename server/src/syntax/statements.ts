import { rewriteArguments } from './arguments';
import { closeOf, isName, isPunct, type Source } from './cursor';
import { blank, overwrite } from './rewriter';
import type { Token } from './tokens';
import { isIterationMacro, KEYWORDS } from './words';

const GUARDS = new Set(['scoped_guard', 'scoped_cond_guard']);
const STATEMENT_HEADS = new Set(['if', 'while', 'for', 'switch']);

/** The token before `i` ends a statement or a statement's head. */
export function startsStatement(tokens: readonly Token[], i: number): boolean {
  const previous = tokens[i - 1];
  if (!previous) return true;
  if (previous.kind === 'name') return previous.text === 'else' || previous.text === 'do';
  if (previous.kind !== 'punct') return false;
  if (previous.text === ')') return endsHead(tokens, previous.match);
  return previous.text === ';' || previous.text === '{' || previous.text === '}' || previous.text === ':';
}

function endsHead(tokens: readonly Token[], open: number): boolean {
  const name = open > 0 ? tokens[open - 1] : undefined;
  return isName(name) && (STATEMENT_HEADS.has(name.text) || GUARDS.has(name.text) || isIterationMacro(name.text));
}

/**
 * A macro at the start of a statement. Returns the index of the last token that is done with, or `i - 1` if nothing was.
 * Iteration macros become `while`, guards with a scope `if`; the arguments then are one comma expression.
 */
export function rewriteStatement(source: Source, i: number): number {
  const { rw, tokens } = source;
  const name = tokens[i] as Token;
  const close = closeOf(tokens, i + 1);
  if (close < 0 || !isPunct(tokens[i + 1], '(') || KEYWORDS.has(name.text)) return i - 1;
  const next = tokens[close + 1];
  if (isStaticDefinition(tokens, i, close)) {
    blank(rw, (tokens[i - 1] as Token).at, (tokens[i - 1] as Token).end, 'annotation');
    rewriteArguments(source, i + 1, close);
    return i;
  }
  if (!startsStatement(tokens, i)) return i - 1;
  if (opensScope(tokens, name.text, close)) {
    overwrite(rw, name.at, name.end, 'if', 'guard');
    rewriteArguments(source, i + 1, close);
    return i;
  }
  const loops = isIterationMacro(name.text) ? !isPunct(next, ';') : isPunct(next, '{');
  if (loops) {
    rewriteLoop(source, i, close);
    return i;
  }
  if (isUnterminated(tokens, close)) {
    blank(rw, name.at, (tokens[close] as Token).end, 'macro');
    return close;
  }
  return i - 1;
}

/** A guard over the statement behind it: one of cleanup.h's, or a subsystem's own, which by its name takes a scope or lock. */
function opensScope(tokens: readonly Token[], name: string, close: number): boolean {
  if (GUARDS.has(name)) return true;
  if (!isPunct(tokens[close + 1], '{') && (!isUnterminated(tokens, close) || isPunct(tokens[close + 1], '}'))) return false;
  return !isIterationMacro(name) && /(?:^|_)(?:scoped|guard|lock)/.test(name);
}

/** `static DEFINE_RATELIMIT_STATE(…);` in a body. */
function isStaticDefinition(tokens: readonly Token[], i: number, close: number): boolean {
  return tokens[i - 1]?.text === 'static' && startsStatement(tokens, i - 1) && isPunct(tokens[close + 1], ';');
}

function rewriteLoop(source: Source, i: number, close: number): void {
  const { rw, tokens } = source;
  const name = tokens[i] as Token;
  const head = name.text.length >= 5 ? 'while' : 'if';
  if (name.text.length < 2) return;
  if (close === i + 2) {
    const end = (tokens[close] as Token).end;
    overwrite(rw, name.at, end, name.text.length >= 5 ? 'while(1)' : 'if(1)', 'iterator');
    return;
  }
  overwrite(rw, name.at, name.end, head, 'iterator');
  rewriteArguments(source, i + 1, close);
}

/** A macro call behind which neither an operator nor `;` stands, so that the next statement would run into it. */
function isUnterminated(tokens: readonly Token[], close: number): boolean {
  const next = tokens[close + 1];
  if (!next) return true;
  if (isPunct(next, '}')) return true;
  return next.kind === 'name' && next.line > (tokens[close] as Token).line;
}

/** `case A ... B:` keeps its first value only. */
export function rewriteCase(source: Source, i: number): void {
  const { rw, tokens } = source;
  let range: number | undefined;
  for (let k = i + 1; k < tokens.length; k++) {
    const token = tokens[k] as Token;
    if (token.match > k && token.text !== '{') k = token.match;
    else if (isPunct(token, '...')) range ??= k;
    else if (token.text === 'case' || isPunct(token, ';') || isPunct(token, '{') || isPunct(token, '}')) return;
    else if (isPunct(token, ':')) {
      if (range !== undefined) blank(rw, (tokens[range] as Token).at, (tokens[k - 1] as Token).end, 'case-range');
      return;
    }
  }
}

/** A label directly before `}` needs a statement: the blank before the brace becomes `;`. */
export function rewriteLastLabel(source: Source, colon: number): void {
  const { rw, tokens } = source;
  const at = (tokens[colon + 1] as Token).at - 1;
  const before = rw.source[at];
  if (before === ' ' || before === '\t') overwrite(rw, at, at + 1, ';', 'label');
}
