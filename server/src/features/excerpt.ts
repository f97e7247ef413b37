/** The stretch of text that a finding or a trace step speaks of. Lines and columns are 1-based, lines end with \n, offsets are UTF-16 offsets. */
export interface Span {
  at: number;
  end: number;
}

function lineSpan(text: string, line: number): Span | null {
  let at = 0;
  for (let current = 1; current < line; current += 1) {
    const next = text.indexOf('\n', at);
    if (next < 0) return null;
    at = next + 1;
  }
  const newline = text.indexOf('\n', at);
  const end = newline < 0 ? text.length : newline;
  return { at, end: text[end - 1] === '\r' ? end - 1 : end };
}

/** A line without its indentation. Null where the text has no such line. */
export function statementOf(text: string, line: number): Span | null {
  const span = lineSpan(text, line);
  if (!span) return null;
  const content = text.slice(span.at, span.end);
  const trimmed = content.trim();
  if (trimmed === '') return span;
  const at = span.at + content.indexOf(trimmed);
  return { at, end: at + trimmed.length };
}

/** Longer is no expression, but something that was not understood. */
const LONGEST = 400;

/** From a column on: the call that begins there with its arguments, else the expression, else the rest of the line. */
export function expressionAt(text: string, line: number, column: number): Span | null {
  const span = lineSpan(text, line);
  if (!span) return null;
  const at = Math.min(span.at + column - 1, span.end);
  const name = /^[A-Za-z_]\w*/.exec(text.slice(at, span.end));
  if (!name) return statementOf(text, line);
  const after = at + name[0].length;
  if (text[after] !== '(') return { at, end: expressionEnd(text, after) };
  const close = closingParenthesis(text, after);
  return { at, end: close === null ? after : close + 1 };
}

/** Where an expression ends whose first name ends at an offset; there, where no end of it is found. */
function expressionEnd(text: string, after: number): number {
  let depth = 0;
  for (let at = after; at < Math.min(text.length, after + LONGEST); at += 1) {
    const character = text[at] ?? '';
    if ('{}#'.includes(character)) return after;
    if ('(['.includes(character)) depth += 1;
    else if (')]'.includes(character)) depth -= 1;
    if (depth < 0 || (depth === 0 && ';,'.includes(character))) return after + text.slice(after, at).trimEnd().length;
  }
  return after;
}

/** Offset of the parenthesis that closes the one at `open`; null where there is none within a statement. */
function closingParenthesis(text: string, open: number): number | null {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    const character = text[at];
    if (character === '(') depth += 1;
    else if (character === ')') {
      depth -= 1;
      if (depth === 0) return at;
    } else if (character === ';' || character === '{') return null;
  }
  return null;
}
