import type { Engine, LifetimeView, ReadFile } from '../engine/types';
import type { ParseError } from '../facts/types';
import type { CheckReport } from '../findings/types';
import type { Cache } from '../host/cache';
import { HostError } from '../host/errors';
import { type CreateEngine, EngineFailure, loadEngine, type Overlay, treeReader } from '../host/load';
import { recall } from '../host/recall';
import type { TreeTarget } from '../host/tree';
import { isShown, narrowReport } from './narrow';

/** What an analysis found: plain data, so that it can be kept. */
export interface Results {
  report: CheckReport;
  lifetimes: LifetimeView[];
  /** What the parser did not understand; lines count from 1. */
  parseErrors: { file: string; error: ParseError }[];
}

export interface Analysis extends Results {
  /** Texts as they were analysed. */
  readFile: ReadFile;
  /** Files that could not be read. */
  skipped: HostError[];
}

/** Reads and explores a target. Throws HostError and EngineFailure. */
export function analyse(target: TreeTarget, createEngine: CreateEngine, overlay?: Overlay): Analysis & { engine: Engine } {
  return guarded(target.root, () => {
    const { engine, readFile, skipped } = loadEngine(target, createEngine, overlay);
    return { ...narrowed(resultsOf(engine), target), engine, readFile, skipped };
  });
}

/** The same from the results that were kept of these texts, where there are any: then no engine is made. */
export async function analyseCached(
  target: TreeTarget,
  createEngine: () => Promise<CreateEngine>,
  cache: Cache,
  overlay: Overlay = () => undefined,
): Promise<Analysis> {
  const readFile = treeReader(target.root, overlay);
  const files = target.files.filter((path) => overlay(path) !== null);
  // What could not be read is not known by its content.
  if (target.unlisted.length > 0 || files.some((path) => readFile(path) === null)) return analyse(target, await createEngine(), overlay);
  const start = performance.now();
  const { result, cached } = await recall(cache, files, readFile, async (recorded) => {
    const create = await createEngine();
    return guarded(target.root, () => resultsOf(loadEngine(target, create, overlay, recorded).engine));
  });
  const { stats } = result.report;
  // The tree may have moved since, and the times were those of another run.
  const ms = cached ? { cache: Math.round(performance.now() - start) } : stats.ms;
  const report = { ...result.report, root: target.root, stats: { ...stats, ms } };
  return { ...narrowed({ ...result, report }, target), readFile, skipped: [] };
}

function resultsOf(engine: Engine): Results {
  return { report: engine.check(), lifetimes: engine.lifetimes(), parseErrors: engine.parseErrors() };
}

function narrowed({ report, lifetimes, parseErrors }: Results, target: TreeTarget): Results {
  return { report: narrowReport(report, target, lifetimes), lifetimes: lifetimes.filter((view) => isShown(view, target)), parseErrors };
}

/** Whatever the engine throws is its own fault: the tree's texts are all it got. */
export function guarded<T>(root: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof EngineFailure || error instanceof HostError ? error : new EngineFailure(root, error);
  }
}
