import { isAbsolute, join, relative } from 'node:path';
import type { Place } from '../engine/types';

/** A file of the tree as it can be opened from `cwd`: relative when it lies below, else absolute. */
export function displayPath(root: string, file: string, cwd: string): string {
  const absolute = join(root, file);
  const short = relative(cwd, absolute);
  return short.startsWith('..') || isAbsolute(short) ? absolute : short;
}

export function displayPlace(root: string, place: Pick<Place, 'file' | 'line' | 'column'>, cwd: string): string {
  return `${displayPath(root, place.file, cwd)}:${place.line}:${place.column}`;
}
