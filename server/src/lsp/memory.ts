import type { ReadFile } from '../engine/types';
import { type Cache, openCache } from '../host/cache';
import { keep, lookUp, type Read, readOf } from '../host/recall';
import type { Analysis } from './analyst';

/** Analyses that outlast the server: a folder whose texts are those of an earlier run is shown at once. */
export interface AnalysisMemory {
  /** The analysis of these texts; null where none is known. `readFile` is asked for the headers that it was made with. */
  recall(texts: ReadonlyMap<string, string>, readFile: ReadFile): Promise<Analysis | null>;
  /** Keeps an analysis of these texts; `headers` are those that were read for it. */
  keep(texts: ReadonlyMap<string, string>, headers: Read[], analysis: Analysis): Promise<void>;
}

/** In the cache below `folder`, where only the same version of the program finds it again. */
export function analysisMemory(folder: string, version: string): AnalysisMemory {
  const cache: Cache = openCache(folder, version);
  const files = (texts: ReadonlyMap<string, string>) => [...texts].map(([path, text]) => readOf(path, text));
  return {
    recall: async (texts, readFile) => (await lookUp<Analysis>(cache, files(texts), readFile)) ?? null,
    async keep(texts, headers, analysis) {
      await keep(cache, files(texts), headers, analysis);
      await cache.trim();
    },
  };
}
