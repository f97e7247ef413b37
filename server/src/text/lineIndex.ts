/** Zero-based line and column; the column counts UTF-16 units from the line's start. */
export interface Position {
  line: number;
  column: number;
}

/** How a client counts columns. */
export type ColumnEncoding = 'utf-8' | 'utf-16' | 'utf-32';

/** Offsets at which the lines of a text start. Lines end with \n, \r\n or \r. */
export function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  return starts;
}

/** Converts between UTF-16 offsets and positions. Needs only the starts of the lines, not the text. */
export interface LineIndex {
  lineStarts: readonly number[];
  /** Position of an offset; one before the text is at its start. */
  positionAt(offset: number): Position;
  /** Offset of a position; lines outside the text are clamped, columns never reach into the next line. */
  offsetAt(position: Position): number;
}

/** `length` is the text's length in UTF-16 units. */
export function createLineIndex(lineStarts: readonly number[], length: number): LineIndex {
  const lineOf = (offset: number): number => {
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lineStarts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    lineStarts,
    positionAt(offset) {
      const inside = Math.max(0, Math.min(offset, length));
      const line = lineOf(inside);
      return { line, column: inside - (lineStarts[line] as number) };
    },
    offsetAt({ line, column }) {
      if (line < 0) return 0;
      const start = lineStarts[line];
      if (start === undefined) return length;
      const next = lineStarts[line + 1];
      const last = next === undefined ? length : next - 1;
      return Math.min(start + Math.max(0, column), last);
    },
  };
}

/** The column of a UTF-16 column in another encoding; `line` is the line's text. A column inside a surrogate pair counts as its start. */
export function encodeColumn(line: string, column: number, encoding: ColumnEncoding): number {
  if (encoding === 'utf-16') return column;
  let units = 0;
  let encoded = 0;
  for (const character of line) {
    if (units + character.length > column) break;
    units += character.length;
    encoded += widthOf(character, encoding);
  }
  return encoded;
}

/** The UTF-16 column of a column in another encoding; one inside a character counts as its start, one behind the line as its end. */
export function decodeColumn(line: string, column: number, encoding: ColumnEncoding): number {
  if (encoding === 'utf-16') return Math.min(column, line.length);
  let units = 0;
  let encoded = 0;
  for (const character of line) {
    const width = widthOf(character, encoding);
    if (encoded + width > column) break;
    encoded += width;
    units += character.length;
  }
  return units;
}

function widthOf(character: string, encoding: ColumnEncoding): number {
  if (encoding === 'utf-32') return 1;
  if (encoding === 'utf-16') return character.length;
  const point = character.codePointAt(0) as number;
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}
