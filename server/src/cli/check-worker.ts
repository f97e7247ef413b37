import { createEngine } from '../engine/index';
import { openCache } from '../host/cache';
import { HostError } from '../host/errors';
import { EngineFailure } from '../host/load';
import type { Answer, UnitTask } from './pool';
import { analyseUnit } from './unit';

/** What a process of the pool does: analyses one unit. Errors are data, so that they keep their kind on the way. */
export async function run({ root, files, named, cache }: UnitTask): Promise<Answer> {
  const unit = { root, files, shown: new Set<string>(), named: new Set(named), folders: [], unlisted: [] };
  try {
    const results = await analyseUnit(unit, {
      createEngine: async () => createEngine,
      cache: cache && openCache(cache.folder, cache.version),
      filter: true,
    });
    return { ...results, skipped: results.skipped.map(plain) };
  } catch (error) {
    if (error instanceof HostError) return { refused: plain(error) };
    if (error instanceof EngineFailure) return { failure: { file: error.file, message: error.message } };
    throw error;
  }
}

function plain({ code, path, message }: HostError) {
  return { code, path, message };
}
