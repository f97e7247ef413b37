import type cacache from 'cacache';

/** Results of earlier runs by key. Nothing that goes wrong with it is an error: then there is no result, or none is kept. */
export interface Cache {
  /** For `openCache` in another process. */
  place: { folder: string; version: string };
  /** The value kept under the key; undefined where there is none or it is damaged. */
  get(key: string): Promise<unknown>;
  /** Keeps a value that JSON can write. */
  put(key: string, value: unknown): Promise<void>;
  /** After a run that kept something: the oldest values go until what is left is below the limit. */
  trim(): Promise<void>;
}

/** Bytes on the disk that a cache may take after a run. */
const LIMIT = 256 * 1024 * 1024;

/**
 * The cache of one version of the program in a folder that all versions share. cacache writes beside and renames, and checks a content's
 * hash when it is read, so two processes may share the folder and what a crash left half-written is not found.
 */
export function openCache(folder: string, version: string, limit = LIMIT): Cache {
  // Loaded when first asked: `--no-cache`, help and errors of usage do not wait for it.
  const store = (): typeof cacache => require('cacache');
  return {
    place: { folder, version },
    async get(key) {
      try {
        const { data } = await store().get(folder, `${version} ${key}`);
        return JSON.parse(data.toString('utf8'));
      } catch {
        return undefined;
      }
    },
    async put(key, value) {
      try {
        const replaced = await store().get.info(folder, `${version} ${key}`);
        const integrity = await store().put(folder, `${version} ${key}`, JSON.stringify(value));
        if (replaced && replaced.integrity !== String(integrity)) await store().rm.content(folder, replaced.integrity);
      } catch {
        // A full or read-only disk: the next run computes it again.
      }
    },
    async trim() {
      try {
        await removeOldest(store(), folder, limit);
      } catch {
        // Another process is at it, or has removed the folder.
      }
    },
  };
}

async function removeOldest(store: typeof cacache, folder: string, limit: number): Promise<void> {
  const entries = Object.values(await store.ls(folder)).sort((a, b) => b.time - a.time);
  let total = 0;
  for (const { key, size, integrity } of entries) {
    total += size;
    if (total <= limit) continue;
    await store.rm.entry(folder, key);
    await store.rm.content(folder, integrity);
  }
}
