import { structuredPatch } from 'diff';
import { lineStartsOf } from '../text';
import type { FileEdits } from './types';

/** The edits, in whole lines, that turn one text into another; offsets into the first. */
export function editsBetween(path: string, before: string, after: string): FileEdits {
  const starts = lineStartsOf(before);
  const at = (line: number) => starts[line] ?? before.length;
  const edits: FileEdits['edits'] = [];
  for (const hunk of structuredPatch(path, path, before, after, undefined, undefined, { context: 0 }).hunks) {
    const from = hunk.oldStart - 1;
    const added = hunk.lines.filter((line) => line.startsWith('+')).map((line) => `${line.slice(1)}\n`);
    edits.push({ at: at(from), end: at(from + hunk.oldLines), text: added.join('') });
  }
  return { path, edits };
}

/** Lines that a diff would show as added or removed. */
export function linesTouched(text: (path: string) => string, files: readonly FileEdits[]): number {
  let lines = 0;
  for (const { path, edits } of files)
    for (const { at, end, text: added } of edits) lines += countLines(text(path).slice(at, end)) + countLines(added);
  return lines;
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}
