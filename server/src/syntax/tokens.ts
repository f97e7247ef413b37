/**
 * A C tokenizer for kernel sources: enough to know what is a name, a string,
 * a bracket or a directive. Comments and blanks are skipped, a preprocessor
 * directive with its continuation lines is one token.
 */

export type TokenKind = 'name' | 'number' | 'string' | 'punct' | 'directive';

export interface Token {
  kind: TokenKind;
  /** UTF-16 offsets into the text. */
  at: number;
  end: number;
  text: string;
  /** 0-based line of its first character. */
  line: number;
  /** Index of the other bracket in the same token list; -1 if there is none or this is no bracket. */
  match: number;
  /** A directive stands between the previous token and this one. */
  afterDirective: boolean;
}

enum Ch {
  Tab = 9,
  Lf = 10,
  Cr = 13,
  Space = 32,
  Bang = 33,
  Quote = 34,
  Hash = 35,
  Dollar = 36,
  Percent = 37,
  Amp = 38,
  Apostrophe = 39,
  Star = 42,
  Plus = 43,
  Minus = 45,
  Dot = 46,
  Slash = 47,
  Zero = 48,
  Nine = 57,
  Less = 60,
  Equal = 61,
  Greater = 62,
  A = 65,
  Z = 90,
  Backslash = 92,
  Caret = 94,
  Underscore = 95,
  LowerA = 97,
  LowerZ = 122,
  Bar = 124,
}

function isNameStart(c: number): boolean {
  return (c >= Ch.LowerA && c <= Ch.LowerZ) || (c >= Ch.A && c <= Ch.Z) || c === Ch.Underscore || c === Ch.Dollar || c > 127;
}

function isDigit(c: number): boolean {
  return c >= Ch.Zero && c <= Ch.Nine;
}

/** Offset behind a string or character literal that starts at `at`; an unterminated one ends with its line. */
export function endOfLiteral(text: string, at: number): number {
  const quote = text.charCodeAt(at);
  let i = at + 1;
  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c === quote) return i + 1;
    if (c === Ch.Lf) return i;
    i += c === Ch.Backslash ? 2 : 1;
  }
  return text.length;
}

/** Offset behind the comment that starts at `at`, or `at` if none starts there. */
export function endOfComment(text: string, at: number): number {
  const next = text.charCodeAt(at + 1);
  if (next === Ch.Star) {
    const close = text.indexOf('*/', at + 2);
    return close < 0 ? text.length : close + 2;
  }
  if (next !== Ch.Slash) return at;
  let i = at + 2;
  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c === Ch.Lf) return i;
    i += c === Ch.Backslash ? 2 : 1;
  }
  return text.length;
}

/** Offset of the line break that ends the directive starting at `at` (continuations and comments included). */
export function endOfDirective(text: string, at: number): number {
  let i = at;
  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c === Ch.Lf) return i;
    if (c === Ch.Backslash) {
      i += text.charCodeAt(i + 1) === Ch.Cr ? 3 : 2;
    } else if (c === Ch.Slash) {
      const end = endOfComment(text, i);
      i = end === i ? i + 1 : end;
    } else if (c === Ch.Quote) {
      i = endOfLiteral(text, i);
    } else {
      i++;
    }
  }
  return text.length;
}

/** Length of the operator at `at`; only those are joined whose parts would mislead a reader of single characters. */
function operatorLength(text: string, at: number, c: number): number {
  const next = text.charCodeAt(at + 1);
  if (c === Ch.Dot) return next === Ch.Dot && text.charCodeAt(at + 2) === Ch.Dot ? 3 : 1;
  if (c === Ch.Minus) return next === Ch.Greater || next === Ch.Minus || next === Ch.Equal ? 2 : 1;
  if (c === Ch.Plus || c === Ch.Amp || c === Ch.Bar || c === Ch.Equal) return next === c || next === Ch.Equal ? 2 : 1;
  if (c === Ch.Less || c === Ch.Greater) {
    if (next === c) return text.charCodeAt(at + 2) === Ch.Equal ? 3 : 2;
    return next === Ch.Equal ? 2 : 1;
  }
  if (c === Ch.Bang || c === Ch.Star || c === Ch.Slash || c === Ch.Percent || c === Ch.Caret) return next === Ch.Equal ? 2 : 1;
  return 1;
}

/** Splits C text into tokens, in order. Total over arbitrary text: never throws, every token is at least one unit long. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 0;
  let lineHasToken = false;
  let afterDirective = false;
  let i = 0;

  const countLines = (from: number, to: number): void => {
    for (let k = text.indexOf('\n', from); k >= 0 && k < to; k = text.indexOf('\n', k + 1)) line++;
  };
  const push = (kind: TokenKind, end: number): void => {
    const stop = Math.min(end, text.length);
    tokens.push({ kind, at: i, end: stop, text: text.slice(i, stop), line, match: -1, afterDirective });
    afterDirective = kind === 'directive';
    lineHasToken = true;
    i = stop;
  };

  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c === Ch.Lf) {
      line++;
      lineHasToken = false;
      i++;
    } else if (c <= Ch.Space || c === Ch.Backslash || c === 0xa0 || c === 0xfeff) {
      i++;
    } else if (c === Ch.Slash && endOfComment(text, i) !== i) {
      const end = endOfComment(text, i);
      countLines(i, end);
      i = end;
    } else if (c === Ch.Hash && !lineHasToken) {
      const start = i;
      const end = endOfDirective(text, i);
      push('directive', end);
      countLines(start, end);
    } else if (isNameStart(c)) {
      let end = i + 1;
      while (end < text.length && (isNameStart(text.charCodeAt(end)) || isDigit(text.charCodeAt(end)))) end++;
      push('name', end);
    } else if (isDigit(c) || (c === Ch.Dot && isDigit(text.charCodeAt(i + 1)))) {
      let end = i + 1;
      while (end < text.length) {
        const d = text.charCodeAt(end);
        const exponentSign = (d === Ch.Plus || d === Ch.Minus) && /^(?!0x).*e$/i.test(text.slice(i, end));
        if (!isNameStart(d) && !isDigit(d) && !exponentSign && (d !== Ch.Dot || text.charCodeAt(end + 1) === Ch.Dot)) break;
        end++;
      }
      push('number', end);
    } else if (c === Ch.Quote || c === Ch.Apostrophe) {
      const start = i;
      const end = endOfLiteral(text, i);
      push(c === Ch.Quote ? 'string' : 'number', end);
      countLines(start, Math.min(end, text.length));
    } else {
      push('punct', i + operatorLength(text, i, c));
    }
  }
  return tokens;
}

const CLOSER: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/** Sets `match` of every bracket in the list. A closing bracket that fits no open one stays unmatched. */
export function matchBrackets(tokens: Token[]): void {
  const open: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    token.match = -1;
    if (token.kind !== 'punct') continue;
    if (token.text in CLOSER) {
      open.push(i);
    } else if (token.text === ')' || token.text === ']' || token.text === '}') {
      // A brace closes whatever was left open inside it; a parenthesis never reaches across a brace.
      for (let k = open.length - 1; k >= 0; k--) {
        const candidate = tokens[open[k] as number] as Token;
        if (CLOSER[candidate.text] === token.text) {
          candidate.match = i;
          token.match = open[k] as number;
          open.length = k;
          break;
        }
        if (candidate.text === '{') break;
      }
    }
  }
}
