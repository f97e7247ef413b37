import { ruleInfo } from './registry';
import type { Finding, Severity } from './types';

/** Below this a column holds no call any more, and steps are listed one after the other. */
const MIN_COLUMN = 16;
const MARGIN = 2;
const GAP = 2;
/** Rows that one step may take. */
const MAX_ROWS = 2;

type Drawable = Pick<Finding, 'rule' | 'threads' | 'trace'>;

/** The word that compilers use, so that editors' error matchers find the line. */
export function severityWord(severity: Severity): string {
  return severity === 'information' ? 'note' : severity;
}

/** What happens, as one sentence: the first line of a finding's message; why and what to do follow in it. */
export function headline(finding: Pick<Finding, 'message'>): string {
  return plain(finding.message.split('\n')[0] ?? '');
}

/** Text in rows of at most `width` columns. */
export function paragraph(text: string, width: number): string[] {
  return wrap(plain(text), width, width);
}

/**
 * The interleaving as kernel changelogs draw it: a column per thread, headed
 * by its entry, time running down, what happens in the end below the last step.
 * No line is longer than `width`; no trailing blanks; empty without a trace.
 */
export function renderInterleaving(finding: Drawable, width: number): string[] {
  if (finding.trace.length === 0) return [];
  const count = Math.max(1, finding.threads.length);
  const column = Math.floor((width - MARGIN - GAP * (count - 1)) / count);
  return column < MIN_COLUMN ? renderList(finding, width) : renderColumns(finding, column);
}

function renderColumns(finding: Drawable, column: number): string[] {
  const heads = finding.threads.map((thread) => [plain(thread.name), ...fit(entryLabel(thread.entry), column, 0)]);
  const headRows = Math.max(...heads.map((head) => head.length), 0);
  const lines: string[] = [];
  for (let row = 0; row < headRows; row++)
    lines.push(
      joinCells(
        heads.map((head) => head[row] ?? ''),
        column,
      ),
    );
  for (const { thread, rows } of steps(finding, column)) {
    for (const row of rows) lines.push(joinCells(Array.from({ length: thread }, () => '').concat(row), column));
  }
  return lines;
}

/** Rows of each step in its thread's column. A function's name is shown when the thread enters another than before. */
function steps(finding: Drawable, column: number): { thread: number; rows: string[] }[] {
  const current = new Map<number, string>();
  const last = finding.trace.length - 1;
  return finding.trace.map((step, index) => {
    const entry = finding.threads[step.thread]?.entry ?? '';
    const rows: string[] = [];
    const nested = step.function !== entry && step.function !== '';
    if (nested && current.get(step.thread) !== step.function) rows.push(...fit(`${plain(step.function)}():`, column, 2));
    current.set(step.thread, step.function);
    const indent = nested ? 4 : 2;
    rows.push(...fit(plain(step.text), column, indent));
    if (index === last) rows.push(...fit(`^ ${ruleInfo(finding.rule).consequence}`, column, indent));
    return { thread: step.thread, rows };
  });
}

function renderList(finding: Drawable, width: number): string[] {
  const lines = finding.trace.flatMap((step) => {
    const name = finding.threads[step.thread]?.name ?? '';
    return fit(`${plain(name)} ${plain(step.function)}: ${plain(step.text)}`, width, MARGIN);
  });
  return [...lines, ...fit(`^ ${ruleInfo(finding.rule).consequence}`, width, MARGIN)];
}

/** `label: text`, wrapped at `width`, continuation lines under the text. */
export function renderNote(label: string, text: string, width: number): string[] {
  const head = `${' '.repeat(MARGIN)}${label}: `;
  const room = Math.max(MIN_COLUMN, width - head.length);
  return wrap(plain(text), room, room).map((row, index) => (index === 0 ? head : ' '.repeat(head.length)) + row);
}

/** An unbind entry carries its own parentheses. */
function entryLabel(entry: string): string {
  return entry.endsWith(')') ? plain(entry) : `${plain(entry)}()`;
}

/** Text in at most MAX_ROWS rows of `width` columns, indented; what is cut off is marked by `...`. */
function fit(text: string, width: number, indent: number): string[] {
  const rows = wrap(text, width - indent, width - indent - 2);
  const kept = rows.slice(0, MAX_ROWS);
  if (rows.length > MAX_ROWS) kept[MAX_ROWS - 1] = `${(kept[MAX_ROWS - 1] ?? '').slice(0, width - indent - 5)}...`;
  return kept.map((row, index) => ' '.repeat(index === 0 ? indent : indent + 2) + row);
}

/** Rows of at most `first`, then `rest` columns. */
function wrap(text: string, first: number, rest: number): string[] {
  const rows: string[] = [];
  let left = text;
  for (let room = first; left.length > room; room = rest) {
    const at = breakAt(left, room);
    rows.push(left.slice(0, at).trimEnd());
    left = left.slice(at).trimStart();
  }
  return [...rows, left];
}

/** After a blank; where there is none in reach after an opening parenthesis, before a member, or anywhere. */
function breakAt(text: string, room: number): number {
  const candidates = [text.lastIndexOf(' ', room), text.lastIndexOf('(', room - 1) + 1, text.lastIndexOf('->', room)];
  return candidates.find((at) => at > room / 3) ?? room;
}

function joinCells(cells: string[], column: number): string {
  const padded = cells.map((cell, index) => (index === cells.length - 1 ? cell : cell.padEnd(column + GAP)));
  return (' '.repeat(MARGIN) + padded.join('')).trimEnd();
}

/** One line without control and direction characters: source text must not steer a terminal. */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '?')
    .trim();
}
