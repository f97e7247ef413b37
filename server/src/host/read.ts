import { isAbsolute, join, normalize } from 'node:path';
import type { ReadFile } from '../engine/types';
import { readSource } from './text';

/**
 * Reading of the tree's files, each once. null for what is missing, not a file, binary, unreadable or
 * outside the root. Paths are relative to the root; `a/../b` is followed.
 */
export function readTreeFile(root: string): ReadFile {
  const cache = new Map<string, string | null>();
  return (path) => {
    const key = normalize(path);
    const known = cache.get(key);
    if (known !== undefined) return known;
    const text = isAbsolute(key) || key.startsWith('..') ? null : readOrNull(join(root, key));
    cache.set(key, text);
    return text;
  };
}

function readOrNull(path: string): string | null {
  try {
    return readSource(path);
  } catch {
    return null;
  }
}
