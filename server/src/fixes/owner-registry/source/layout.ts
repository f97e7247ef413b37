/** Columns up to which the kernel's style keeps lines, and of a tab. */
const WIDTH = 80;
const TAB = 8;

/** Offset of the start of the line that contains `at`. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** Offset behind the newline that ends the line of `at`. */
export function lineAfter(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

/** White space before the first character of the line of `at`. */
export function indentAt(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, at), at))?.[0] ?? '';
}

/** The whole lines that [at, end) stands on. */
export function wholeLines(text: string, at: number, end: number): { at: number; end: number } {
  return { at: lineStart(text, at), end: lineAfter(text, Math.max(at, end - 1)) };
}

/** Start of the line of a definition, or of the comment right above it. */
export function definitionStart(text: string, definition: number): number {
  const at = lineStart(text, definition);
  const above = text.slice(0, at).trimEnd();
  return above.endsWith('*/') && !isBlankLine(text, at - 1) ? lineStart(text, above.lastIndexOf('/*')) : at;
}

/** Whether the line is empty or white space. */
export function isBlankLine(text: string, at: number): boolean {
  return text.slice(lineStart(text, at), lineAfter(text, at)).trim() === '';
}

export function columns(line: string): number {
  let column = 0;
  for (const c of line) column = c === '\t' ? (Math.floor(column / TAB) + 1) * TAB : column + 1;
  return column;
}

/** `head(a, b, …)tail` at an indentation, arguments wrapped under the parenthesis where 80 columns do not hold it. */
export function call(indent: string, head: string, args: readonly string[], tail: string): string {
  const open = `${indent}${head}(`;
  const pieces = args.map((arg, i) => (i < args.length - 1 ? `${arg},` : `${arg})${tail}`));
  const done: string[] = [];
  let line = open;
  pieces.forEach((piece, i) => {
    const joined = i === 0 ? line + piece : `${line} ${piece}`;
    if (i === 0 || columns(joined) <= WIDTH) {
      line = joined;
      return;
    }
    done.push(line);
    line = alignment(columns(open)) + piece;
  });
  return [...done, line].join('\n');
}

/** Whether a line stays within the columns of the kernel's style. */
export function fits(line: string): boolean {
  return columns(line) <= WIDTH;
}

function alignment(column: number): string {
  return '\t'.repeat(Math.floor(column / TAB)) + ' '.repeat(column % TAB);
}
