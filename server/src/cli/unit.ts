import { relevantFiles } from '../engine/prefilter';
import type { Engine, LifetimeView, ReadFile } from '../engine/types';
import type { ParseError } from '../facts/types';
import type { CheckReport } from '../findings/types';
import type { Cache } from '../host/cache';
import { HostError } from '../host/errors';
import { type CreateEngine, EngineFailure, loadEngine, type Overlay, treeReader } from '../host/load';
import { recall } from '../host/recall';
import type { TreeTarget } from '../host/tree';
import { type Remedy, withFixes } from './remedies';

/** What an analysis found: plain data, so that it can be kept and sent. */
export interface Results {
  report: CheckReport;
  lifetimes: LifetimeView[];
  /** What the parser did not understand; lines count from 1. */
  parseErrors: { file: string; error: ParseError }[];
  /** Of the fixes that the findings name; absent where nobody asked for fixes. */
  remedies?: Remedy[];
  /** Explored with the budget of a sweep. */
  swept?: boolean;
}

export interface UnitResults extends Results {
  /** Files that could not be read. */
  skipped: HostError[];
  /** An earlier run had found it. */
  cached: boolean;
}

export interface UnitOptions {
  createEngine(): Promise<CreateEngine>;
  cache: Cache | null;
  overlay?: Overlay | undefined;
  /** One of many: files in which nothing can be found are not parsed, and what takes long is not explored to the end. */
  sweep: boolean;
  /** Explore what fixes each finding: several times the work of finding it. */
  fixes: boolean;
}

/** Steps of one lifetime where a large tree is swept: a second or two. What needs more is told as incomplete, and explored when its folder is named. */
export const STEPS_OF_SWEEP = 800_000;

/** Analyses files that belong together, or recalls what was found in the same texts. Throws HostError and EngineFailure. */
export async function analyseUnit(whole: TreeTarget, options: UnitOptions): Promise<UnitResults> {
  const { cache, overlay = () => undefined } = options;
  const start = performance.now();
  const all = whole.files.filter((path) => overlay(path) !== null);
  // Read anew below: texts of files that do not matter are not held.
  const files = options.sweep ? relevantFiles(all, (path) => treeReader(whole.root, overlay)(path)) : all;
  if (files.length === 0) return nothing(whole.root, all.length);
  const unit = { ...whole, files };
  const readFile = treeReader(unit.root, overlay);
  // What could not be read is not known by its content.
  if (!cache || files.some((path) => readFile(path) === null)) {
    const { engine, skipped } = await load(unit, options);
    const results = guarded(unit.root, () => resultsOf(engine, options));
    return counted({ ...results, skipped, cached: false }, all.length - files.length);
  }
  const compute = async (recorded: ReadFile): Promise<Results> => {
    const { engine } = await load(unit, options, recorded);
    return guarded(unit.root, () => resultsOf(engine, options));
  };
  const { result, cached } = await recall(cache, files, readFile, compute, (known) => isEnough(known, options));
  const { stats } = result.report;
  // The tree may have moved since, and the times were those of another run.
  const ms = cached ? { cache: Math.round(performance.now() - start) } : stats.ms;
  const report = { ...result.report, root: unit.root, stats: { ...stats, ms } };
  return counted({ ...result, report, skipped: [], cached }, all.length - files.length);
}

/** What was kept says all that is asked for now. */
function isEnough({ remedies, swept }: Results, { fixes, sweep }: UnitOptions): boolean {
  return (!fixes || remedies !== undefined) && (!swept || sweep);
}

/** Files that were left out count too: they were looked at. */
function counted({ report, ...rest }: UnitResults, left: number): UnitResults {
  return { ...rest, report: { ...report, stats: { ...report.stats, files: report.stats.files + left } } };
}

async function load(unit: TreeTarget, { createEngine, overlay }: UnitOptions, readFile?: (path: string) => string | null) {
  const create = await createEngine();
  return guarded(unit.root, () => loadEngine(unit, create, overlay, readFile));
}

export function resultsOf(engine: Engine, { fixes, sweep }: Pick<UnitOptions, 'fixes' | 'sweep'>): Results {
  const report = engine.check(sweep ? { steps: STEPS_OF_SWEEP } : {});
  return {
    ...(sweep ? { swept: true } : {}),
    ...(fixes ? withFixes(report, engine) : { report }),
    lifetimes: engine.lifetimes(),
    parseErrors: engine.parseErrors(),
  };
}

/** The report on files that are not parsed. */
function nothing(root: string, files: number): UnitResults {
  const stats = { files, lines: 0, functions: 0, parseErrors: 0, ms: {} };
  const report: CheckReport = { version: 1, root, findings: [], verdicts: [], stats };
  return { report, lifetimes: [], parseErrors: [], remedies: [], skipped: [], cached: true };
}

/** Whatever the engine throws is its own fault: the tree's texts are all it got. */
export function guarded<T>(root: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof EngineFailure || error instanceof HostError ? error : new EngineFailure(root, error);
  }
}
