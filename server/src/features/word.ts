import type { Span } from './excerpt';

const WORD = /[A-Za-z_]\w*/g;

/** The identifier at an offset. */
export function wordAt(text: string, offset: number): (Span & { word: string }) | null {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  const line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd);
  for (const match of line.matchAll(WORD)) {
    const at = lineStart + match.index;
    const end = at + match[0].length;
    if (offset >= at && offset <= end) return { word: match[0], at, end };
  }
  return null;
}
