import { rewriteArguments, rewriteOffsetof, rewriteTypeof } from './arguments';
import { type Context, closeOf, isName, isPunct, type Source } from './cursor';
import { rewriteBareName, rewriteDefinition } from './definitions';
import { joinBeforeString, rewriteElement, rewriteNumber, rewriteStringNeighbour } from './initializers';
import { rewriteBitmap, rewriteEnumerator, rewriteMember, rewriteUnnamedBits } from './members';
import { blank, type Rewriter } from './rewriter';
import { rewriteCase, rewriteLastLabel, rewriteStatement, startsStatement } from './statements';
import type { Token } from './tokens';
import { EXPRESSION_WORDS, KEYWORDS } from './words';

interface Open {
  context: Context;
  /** Index of the closing bracket. A rule may have consumed it together with what it rewrote. */
  close: number;
  /** In a declaration at top level: behind its `=`. */
  valued: boolean;
}

const TYPEOF = new Set(['typeof', '__typeof__', '__typeof', 'typeof_unqual']);

/** Applies the rules that depend on where a token stands: at top level, in a body, struct, initializer or argument list. */
export function rewriteStructure(rw: Rewriter, tokens: readonly Token[]): void {
  const source: Source = { rw, tokens };
  const stack: Open[] = [{ context: 'top', close: tokens.length, valued: false }];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    while ((stack[stack.length - 1] as Open).close < i) stack.pop();
    const open = stack[stack.length - 1] as Open;
    if (token.kind === 'name') {
      i = Math.max(i, rewriteName(source, i, open));
    } else if (token.kind === 'string') {
      i = Math.max(i, rewriteStringNeighbour(source, i));
    } else if (token.kind === 'number') {
      rewriteNumber(rw, token);
    } else if (token.kind === 'punct') {
      if (token.match > i) {
        stack.push({ context: enter(source, i, open), close: token.match, valued: false });
      } else if (token.match >= 0) {
        if (open.close === i) stack.pop();
        if (open.context === 'block' && token.text === '}') (stack[stack.length - 1] as Open).valued = false;
        if (stack[stack.length - 1]?.context === 'init') rewriteElement(source, i);
      } else if (token.text === '=') {
        open.valued = true;
      } else if (token.text === ';') {
        open.valued = false;
        if (open.context === 'struct' && isEmptyMember(tokens, i)) blank(rw, token.at, token.end, 'separator');
      } else if (token.text === ':' && open.context === 'struct') {
        rewriteUnnamedBits(source, i);
      } else if (token.text === ':' && open.context === 'block' && isLastLabel(tokens, i)) {
        rewriteLastLabel(source, i);
      }
    }
  }
}

function isEmptyMember(tokens: readonly Token[], i: number): boolean {
  return isPunct(tokens[i - 1], ';') || isPunct(tokens[i - 1], '{');
}

function isLastLabel(tokens: readonly Token[], i: number): boolean {
  return isPunct(tokens[i + 1], '}') && isName(tokens[i - 1]) && tokens[i - 1]?.text !== 'default' && startsStatement(tokens, i - 1);
}

/** Rules for a name. Returns the index of the last token that is done with, at most `i - 1` if none is. */
function rewriteName(source: Source, i: number, open: Open): number {
  const { rw, tokens } = source;
  const token = tokens[i] as Token;
  const close = isPunct(tokens[i + 1], '(') ? closeOf(tokens, i + 1) : -1;
  if (token.text === 'case' && open.context === 'block') rewriteCase(source, i);
  if (token.text === 'goto' && isPunct(tokens[i + 1], '*')) blank(rw, (tokens[i + 1] as Token).at, (tokens[i + 1] as Token).end, 'label');
  const joined = joinBeforeString(source, i, close);
  if (joined >= i) return joined;
  if (close < 0) {
    if (open.context === 'init') rewriteElement(source, i);
    else if ((open.context === 'top' && !open.valued) || open.context === 'struct') rewriteBareName(source, i);
    return i - 1;
  }
  if (TYPEOF.has(token.text)) {
    rewriteTypeof(source, i, close);
    return close;
  }
  if (token.text === 'DECLARE_BITMAP' && rewriteBitmap(source, i, close)) return i;
  if (open.context === 'top' && !open.valued) return rewriteDefinition(source, i, close);
  if (open.context === 'enum') return rewriteEnumerator(source, i, close);
  if (open.context === 'struct') return rewriteMember(source, i, close);
  if (open.context === 'block') return rewriteStatement(source, i);
  return i - 1;
}

/** Kind of the bracket that opens at `i`; arguments of calls are rewritten on the way in. */
function enter(source: Source, i: number, open: Open): Context {
  const { tokens } = source;
  const token = tokens[i] as Token;
  if (token.text === '{') return braceContext(tokens, i, open);
  if (token.text === '[') return 'index';
  const name = tokens[i - 1];
  if (!isName(name)) return 'paren';
  if (name.text === 'offsetof') rewriteOffsetof(source, i, token.match);
  if (KEYWORDS.has(name.text)) return 'paren';
  if (!holdsExpressions(open)) return 'paren';
  if (open.context === 'block' && isDeclarator(tokens, i - 1) && !open.valued) return 'paren';
  rewriteArguments(source, i, token.match);
  return 'call';
}

function holdsExpressions(open: Open): boolean {
  return open.context !== 'struct' && (open.context !== 'top' || open.valued);
}

/** The name at `i` is declared here: a type stands before it. */
function isDeclarator(tokens: readonly Token[], i: number): boolean {
  const previous = tokens[i - 1];
  return isName(previous) && !EXPRESSION_WORDS.has(previous.text);
}

function braceContext(tokens: readonly Token[], i: number, open: Open): Context {
  const previous = tokens[i - 1];
  const before = tokens[i - 2];
  if (isName(previous)) {
    if (previous.text === 'struct' || previous.text === 'union') return 'struct';
    if (previous.text === 'enum') return 'enum';
    if (isName(before) && (before.text === 'struct' || before.text === 'union')) return 'struct';
    if (isName(before) && before.text === 'enum') return 'enum';
    return 'block';
  }
  if (isPunct(previous, '(')) return open.context === 'paren' ? 'block' : 'init';
  if (open.context === 'init' || open.context === 'call') return 'init';
  if (isPunct(previous, '=') || isPunct(previous, ',')) return 'init';
  if (isPunct(previous, ')')) return isCompoundLiteral(tokens, previous.match) ? 'init' : 'block';
  if (isPunct(previous, ']')) return 'init';
  return 'block';
}

/** `(type) {`: before the parenthesis stands neither a name nor a closing bracket, or a word like `return`. */
function isCompoundLiteral(tokens: readonly Token[], open: number): boolean {
  const before = tokens[open - 1];
  if (!before) return false;
  if (isName(before)) return before.text === 'return';
  return before.kind === 'punct' && ['=', '(', ',', '&', '?', ':', '*', '['].includes(before.text);
}
