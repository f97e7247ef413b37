import type { ReadFile } from '../engine/types';
import { hashText } from '../text';
import type { Cache } from './cache';

/** A file that was asked for and its content's hash; null where there was none. */
type Read = [path: string, hash: string | null];

interface Kept {
  headers: Read[];
  result: unknown;
}

/**
 * The result that an earlier run computed from the same texts, or else the one that `compute` returns, which is kept. The texts are those
 * of `files`, all of them readable, and of every other file that `compute` asked its reader for, whether it was there or not. One that
 * does not suffice is computed again and replaced.
 */
export async function recall<T>(
  cache: Cache,
  files: readonly string[],
  readFile: ReadFile,
  compute: (readFile: ReadFile) => Promise<T>,
  suffices: (kept: T) => boolean,
): Promise<{ result: T; cached: boolean }> {
  const key = hashText(JSON.stringify(files.map((path) => [path, hashOf(readFile(path))])));
  const kept = (await cache.get(key)) as Partial<Kept> | undefined;
  const isSame = Array.isArray(kept?.headers) && kept.headers.every(([path, hash]) => hashOf(readFile(path)) === hash);
  if (isSame && suffices(kept.result as T)) return { result: kept.result as T, cached: true };
  const own = new Set(files);
  const headers = new Map<string, string | null>();
  const result = await compute((path) => {
    const text = readFile(path);
    if (!own.has(path) && !headers.has(path)) headers.set(path, hashOf(text));
    return text;
  });
  await cache.put(key, { headers: [...headers], result } satisfies Kept);
  return { result, cached: false };
}

function hashOf(text: string | null): string | null {
  return text === null ? null : hashText(text);
}
