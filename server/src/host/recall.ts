import type { ReadFile } from '../engine/types';
import { hashText } from '../text';
import type { Cache } from './cache';

/** A file that was asked for and its content's hash; null where there was none. */
export type Read = [path: string, hash: string | null];

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
  const own = files.map((path) => readOf(path, readFile(path)));
  const kept = await lookUp<T>(cache, own, readFile);
  if (kept !== undefined && suffices(kept)) return { result: kept, cached: true };
  const checked = new Set(files);
  const headers = new Map<string, Read>();
  const result = await compute((path) => {
    const text = readFile(path);
    if (!checked.has(path) && !headers.has(path)) headers.set(path, readOf(path, text));
    return text;
  });
  await keep(cache, own, [...headers.values()], result);
  return { result, cached: false };
}

/** What was kept for these files and for the same texts of all that was read with them; undefined where nothing was. */
export async function lookUp<T>(cache: Cache, files: readonly Read[], readFile: ReadFile): Promise<T | undefined> {
  const kept = (await cache.get(keyOf(files))) as Partial<Kept> | undefined;
  const isSame = Array.isArray(kept?.headers) && kept.headers.every(([path, hash]) => readOf(path, readFile(path))[1] === hash);
  return isSame ? (kept.result as T) : undefined;
}

/** Keeps what was found in these files; `headers` are those that were read with them. */
export async function keep(cache: Cache, files: readonly Read[], headers: Read[], result: unknown): Promise<void> {
  await cache.put(keyOf(files), { headers, result } satisfies Kept);
}

/** How a file is remembered that has this text, or that is not there. */
export function readOf(path: string, text: string | null): Read {
  return [path, text === null ? null : hashText(text)];
}

function keyOf(files: readonly Read[]): string {
  return hashText(JSON.stringify(files));
}
