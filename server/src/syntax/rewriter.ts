/**
 * Collects length-preserving changes of one text. Later, larger changes swallow
 * earlier ones inside them; what was there before is always the source's own text.
 */

export type ReplacementKind =
  | 'annotation'
  | 'cleanup'
  | 'iterator'
  | 'guard'
  | 'type-argument'
  | 'type'
  | 'argument'
  | 'macro'
  | 'member'
  | 'separator'
  | 'case-range'
  | 'label'
  | 'preproc';

/** A stretch of the source that reads differently in the parsable text. `at` and `end` are UTF-16 offsets. */
export interface Replacement {
  at: number;
  end: number;
  /** The source's text between `at` and `end`. */
  original: string;
  kind: ReplacementKind;
}

interface Change {
  at: number;
  end: number;
  /** What stands at `at` then, the rest is blank; undefined joins the source's text to one name. */
  text: string | undefined;
  kind: ReplacementKind;
}

export interface Rewriter {
  readonly source: string;
  readonly changes: Change[];
}

export function createRewriter(source: string): Rewriter {
  return { source, changes: [] };
}

/** Puts `text` (no longer than the range, no line break below it) at `at` and blanks up to `end`; line breaks behind it stay. */
export function overwrite(rw: Rewriter, at: number, end: number, text: string, kind: ReplacementKind): void {
  rw.changes.push({ at, end, text, kind });
}

/** Replaces everything but line breaks between `at` and `end` by blanks. */
export function blank(rw: Rewriter, at: number, end: number, kind: ReplacementKind): void {
  overwrite(rw, at, end, '', kind);
}

/** True if no line break stands between `at` and `end`. */
export function onOneLine(rw: Rewriter, at: number, end: number): boolean {
  for (let i = at; i < end; i++) {
    const c = rw.source.charCodeAt(i);
    if (c === 10 || c === 13) return false;
  }
  return true;
}

/**
 * Turns [at, end) into one identifier of the same length: all that cannot be in
 * a name becomes `_`. Over several lines the last line is kept, the others are blanked.
 */
export function joinToName(rw: Rewriter, at: number, end: number, kind: ReplacementKind): void {
  rw.changes.push({ at, end, text: undefined, kind });
}

/** The rewritten text and what was replaced, sorted by position, without overlaps. */
export function finish(rw: Rewriter): { text: string; replacements: Replacement[] } {
  const order = rw.changes.map((change, index) => ({ change, index }));
  order.sort((a, b) => a.change.at - b.change.at || b.change.end - a.change.end || b.index - a.index);
  const pieces: string[] = [];
  const replacements: Replacement[] = [];
  let done = 0;
  for (const { change } of order) {
    if (change.at < done || change.end <= change.at) continue;
    pieces.push(rw.source.slice(done, change.at), newText(rw.source, change));
    replacements.push({ at: change.at, end: change.end, original: rw.source.slice(change.at, change.end), kind: change.kind });
    done = change.end;
  }
  pieces.push(rw.source.slice(done));
  return { text: pieces.join(''), replacements };
}

function blanks(source: string, at: number, end: number): string {
  if (at >= end) return '';
  return source.slice(at, end).replace(/[^\r\n]/g, ' ');
}

function newText(source: string, { at, end, text }: Change): string {
  if (text !== undefined) return text + blanks(source, at + text.length, end);
  let start = at;
  for (let i = at; i < end; i++) {
    const c = source.charCodeAt(i);
    if (c === 10 || c === 13) start = i + 1;
  }
  while (start < end && source.charCodeAt(start) <= 32) start++;
  const name = source
    .slice(start, end)
    .replace(/[^A-Za-z0-9_]/g, '_')
    .replace(/^[0-9]/, '_');
  return blanks(source, at, start) + name;
}
