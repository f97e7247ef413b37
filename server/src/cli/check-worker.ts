import { setImmediate } from 'node:timers/promises';
import { createEngine } from '../engine/index';
import { openCache } from '../host/cache';
import { HostError } from '../host/errors';
import { EngineFailure } from '../host/load';
import type { Answer, UnitTask } from './pool';
import { analyseUnit } from './unit';

/** What a process of the pool does: analyses one unit. Errors are data, so that they keep their kind on the way. */
export async function run({ root, files, named, cache, fixes }: UnitTask): Promise<Answer> {
  const unit = { root, files, shown: new Set<string>(), named: new Set(named), folders: [], unlisted: [] };
  try {
    const results = await analyseUnit(unit, {
      createEngine: async () => createEngine,
      cache: cache && openCache(cache.folder, cache.version),
      sweep: true,
      fixes,
    });
    const answer = { ...results, skipped: results.skipped.map(plain) };
    await collect();
    return answer;
  } catch (error) {
    if (error instanceof HostError) return { refused: plain(error) };
    if (error instanceof EngineFailure) return { failure: { file: error.file, message: error.message } };
    throw error;
  }
}

/** Resident bytes from which on garbage is collected between two units. */
const ENOUGH = 350e6;

/** Frees the parser's trees: their weight is not felt by the collector, which would let them pile up, and they go when the event loop turns. */
async function collect(): Promise<void> {
  if (process.memoryUsage.rss() < ENOUGH) return;
  globalThis.gc?.();
  await setImmediate();
}

function plain({ code, path, message }: HostError) {
  return { code, path, message };
}
