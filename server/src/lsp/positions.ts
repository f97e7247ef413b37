import type { Position, Range } from 'vscode-languageserver/node';

export type PositionEncoding = 'utf-8' | 'utf-16' | 'utf-32';

/** The first encoding of the client's list that is known here; utf-16 is what every client understands. */
export function negotiateEncoding(offered: readonly string[] | undefined): PositionEncoding {
  for (const encoding of offered ?? []) {
    if (encoding === 'utf-8' || encoding === 'utf-16' || encoding === 'utf-32') return encoding;
  }
  return 'utf-16';
}

function widthOf(codePoint: number, encoding: PositionEncoding): number {
  if (encoding === 'utf-32') return 1;
  if (encoding === 'utf-16') return codePoint > 0xffff ? 2 : 1;
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** A text with its lines, as the protocol counts them (\n, \r\n and \r end a line). Offsets are UTF-16 offsets. */
export class SourceText {
  #starts: number[] | undefined;

  constructor(readonly text: string) {}

  get #lines(): number[] {
    if (this.#starts) return this.#starts;
    const starts = [0];
    for (const match of this.text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
    this.#starts = starts;
    return starts;
  }

  get lineCount(): number {
    return this.#lines.length;
  }

  /** End of a line without what ends it. */
  #lineEnd(line: number): number {
    let end = this.#lines[line + 1] ?? this.text.length;
    const start = this.#lines[line] ?? 0;
    if (line + 1 >= this.#lines.length) return end;
    while (end > start && /[\r\n]/.test(this.text[end - 1] ?? '')) end -= 1;
    return end;
  }

  positionAt(offset: number, encoding: PositionEncoding): Position {
    const clamped = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.#lines.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if ((this.#lines[middle] ?? 0) <= clamped) low = middle;
      else high = middle;
    }
    const start = this.#lines[low] ?? 0;
    const end = Math.min(clamped, this.#lineEnd(low));
    if (encoding === 'utf-16') return { line: low, character: end - start };
    let character = 0;
    for (let at = start; at < end; ) {
      const codePoint = this.text.codePointAt(at) ?? 0;
      character += widthOf(codePoint, encoding);
      at += codePoint > 0xffff ? 2 : 1;
    }
    return { line: low, character };
  }

  /** The offset of a position; past a line's end it is the line's end, past the text it is the text's end. */
  offsetAt(position: Position, encoding: PositionEncoding): number {
    const start = this.#lines[position.line];
    if (start === undefined) return position.line < 0 ? 0 : this.text.length;
    const end = this.#lineEnd(position.line);
    if (encoding === 'utf-16') return Math.max(start, Math.min(start + position.character, end));
    let at = start;
    for (let left = position.character; at < end && left > 0; ) {
      const codePoint = this.text.codePointAt(at) ?? 0;
      left -= widthOf(codePoint, encoding);
      if (left < 0) break;
      at += codePoint > 0xffff ? 2 : 1;
    }
    return Math.min(at, end);
  }

  range(at: number, end: number, encoding: PositionEncoding): Range {
    return { start: this.positionAt(at, encoding), end: this.positionAt(end, encoding) };
  }
}
