import { structuredPatch } from 'diff';
import { type Change, unifiedDiff } from '../text';

export interface Mail {
  /** `Name <address>`. */
  author: string;
  subject: string;
  body: string;
  /** For the reviewer: behind `---`, where git am drops it. */
  notes: string;
  changes: readonly Change[];
  /** Which of how many. */
  number: number;
  count: number;
}

/** Columns of the graph in a diffstat. */
const GRAPH = 40;

/** A patch as `git format-patch` writes it and `git am` takes it. `signature` stands below the diff. */
export function patchMail(mail: Mail, signature: string): string {
  const series = mail.count > 1 ? `PATCH ${mail.number}/${mail.count}` : 'PATCH';
  const header = [
    // What file(1) and git take for the start of a mail: no commit has this hash.
    `From ${'0'.repeat(40)} Mon Sep 17 00:00:00 2001`,
    `From: ${address(mail.author)}`,
    `Subject: [${series}] ${mail.subject}`,
  ];
  const diff = mail.changes.map((change) => `diff --git a/${change.path} b/${change.path}\n${unifiedDiff(change)}`).join('');
  const text = `${mail.body.trim()}\n---\n${mail.notes.trim()}\n\n${diffstat(mail.changes)}\n${diff}-- \n${signature}\n`;
  if (!isAscii(text)) header.push('MIME-Version: 1.0', 'Content-Type: text/plain; charset=UTF-8', 'Content-Transfer-Encoding: 8bit');
  return `${header.join('\n')}\n\n${text}`;
}

/** As `git diff --stat` has it. */
function diffstat(changes: readonly Change[]): string {
  const counts = changes.map((change) => ({ path: change.path, ...countLines(change) }));
  const width = Math.max(...counts.map(({ path }) => path.length));
  const most = Math.max(...counts.map(({ added, removed }) => added + removed));
  const digits = String(most).length;
  const scale = (n: number) => (most <= GRAPH || n === 0 ? n : Math.max(1, Math.round((n * GRAPH) / most)));
  const rows = counts.map(({ path, added, removed }) => {
    const graph = '+'.repeat(scale(added)) + '-'.repeat(scale(removed));
    return ` ${path.padEnd(width)} | ${String(added + removed).padStart(digits)} ${graph}`;
  });
  const sum = (key: 'added' | 'removed') => counts.reduce((total, count) => total + count[key], 0);
  return [...rows, ` ${total(counts.length, 'file')} changed${part(sum('added'), '+')}${part(sum('removed'), '-')}`, ''].join('\n');
}

function countLines({ path, before, after }: Change): { added: number; removed: number } {
  const lines = structuredPatch(path, path, before, after, '', '', { context: 0 }).hunks.flatMap((hunk) => hunk.lines);
  const of = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  return { added: of('+'), removed: of('-') };
}

function part(count: number, sign: '+' | '-'): string {
  return count === 0 ? '' : `, ${total(count, sign === '+' ? 'insertion' : 'deletion')}(${sign})`;
}

function total(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A name as mail headers take it: encoded where it is not ASCII (RFC 2047), quoted where it has more than words (RFC 5322). */
function address(author: string): string {
  const [, name = '', mail = ''] = /^(.*) (<[^>]*>)$/.exec(author) ?? [];
  if (!isAscii(name)) return `=?UTF-8?B?${Buffer.from(name).toString('base64')}?= ${mail}`;
  return /^[\w' -]+$/.test(name) ? author : `"${name.replace(/["\\]/g, '\\$&')}" ${mail}`;
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}
