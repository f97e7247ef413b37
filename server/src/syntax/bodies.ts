import { endOfComment, endOfDirective, endOfLiteral } from './tokens';

/** The body of a function at top level: UTF-16 offsets of its opening brace and behind its closing one. */
export interface BodyRange {
  open: number;
  end: number;
}

/**
 * Bodies of function definitions at top level that can be parsed apart from their file: they stand behind a parenthesis, in no initializer,
 * and conditional directives that open inside close there. A body that opens in the first column, as in the kernel's style, ends with its
 * function even while braces are missing, so that what is half written in one function stays there. Total over arbitrary text.
 */
export function functionBodies(text: string): BodyRange[] {
  const out: BodyRange[] = [];
  let last = '';
  let valued = false;
  let parens = 0;
  for (let i = 0; i < text.length; i++) {
    const skipped = passOver(text, i);
    if (skipped > i) {
      if (text[i] !== '#' && text[i] !== '/') last = '"';
      i = skipped - 1;
      continue;
    }
    const c = text[i] as string;
    if (c <= ' ') continue;
    last = c === '{' ? last : c;
    if (c === '{') {
      const { end, whole } = throughBraces(text, i);
      if (whole && last === ')' && !valued && parens === 0) out.push({ open: i, end });
      if (startsLine(text, end - 1)) parens = 0;
      last = '}';
      i = end - 1;
    } else if (c === '(') parens++;
    else if (c === ')') parens = Math.max(0, parens - 1);
    else if (c === '=' && parens === 0) valued = true;
    else if (c === ';') [valued, parens] = [false, 0];
  }
  return out;
}

/** Offset behind the comment, literal or directive that starts at `at`; `at` where none does. */
function passOver(text: string, at: number): number {
  const c = text[at];
  if (c === '/') return endOfComment(text, at);
  if (c === '"' || c === "'") return endOfLiteral(text, at);
  return c === '#' && beginsLine(text, at) ? endOfDirective(text, at) : at;
}

/** From an opening brace to behind the one that closes it; `whole`: it can be read apart from the rest of the file. */
function throughBraces(text: string, open: number): { end: number; whole: boolean } {
  const inColumn = startsLine(text, open);
  let depth = 0;
  let conditionals = 0;
  let whole = true;
  for (let i = open; i < text.length; i++) {
    const skipped = passOver(text, i);
    if (skipped > i) {
      const [, word = ''] = text[i] === '#' ? (/^#\s*(\w*)/.exec(text.slice(i, i + 40)) ?? []) : [];
      if (word.startsWith('if')) conditionals++;
      else if (word === 'endif') conditionals--;
      if (text[i] === '#' && (!inColumn || conditionals < 0 || (conditionals === 0 && word.startsWith('el')))) whole = false;
      i = skipped - 1;
    } else if (text[i] === '{') depth++;
    else if (text[i] === '}') {
      depth--;
      const closed = depth === 0 && (!inColumn || startsLine(text, i) || itemFollows(text, i + 1));
      if (closed || (startsLine(text, i) && itemFollows(text, i + 1))) return { end: i + 1, whole: whole && conditionals === 0 };
    }
  }
  return { end: text.length, whole: false };
}

/** The line ends here, and the next that is not empty begins in the first column with something other than a label or a brace. */
function itemFollows(text: string, at: number): boolean {
  let i = at;
  while (i < text.length && (text[i] as string) <= ' ') i++;
  if (i === text.length) return true;
  if (!startsLine(text, i) || text[i] === '{' || text[i] === '}') return false;
  LABEL.lastIndex = i;
  return !LABEL.test(text);
}

const LABEL = /\w+[ \t]*:/y;

function startsLine(text: string, at: number): boolean {
  return at === 0 || text[at - 1] === '\n';
}

/** Only blanks stand before it in its line. */
function beginsLine(text: string, at: number): boolean {
  let i = at - 1;
  while (i >= 0 && (text[i] === ' ' || text[i] === '\t')) i--;
  return i < 0 || text[i] === '\n';
}
