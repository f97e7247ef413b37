import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Engine, ReadFile } from '../engine/types';
import { byPlace } from '../findings/order';
import type { CheckReport } from '../findings/types';
import type { Cache } from '../host/cache';
import { HostError } from '../host/errors';
import { type CreateEngine, EngineFailure, loadEngine, type Overlay, treeReader } from '../host/load';
import type { TreeTarget } from '../host/tree';
import { unitsOf } from '../host/units';
import type { Io } from './io';
import { isShown, narrowReport } from './narrow';
import { analyseUnit, guarded, type Results, resultsOf, type UnitResults } from './unit';

export interface Analysis extends Results {
  /** Texts as they were analysed. */
  readFile: ReadFile;
  /** Files that could not be read, and folders that could not be analysed. */
  skipped: HostError[];
}

export interface AnalysisOptions {
  cache: Cache | null;
  /** Processes that analyse the units of a large target; as many as the machine has processors when left out. */
  jobs?: number | undefined;
  overlay?: Overlay | undefined;
  /** Explore what fixes each finding. */
  fixes: boolean;
}

/** Reads and explores a target as one unit, and leaves its engine to be asked. Throws HostError and EngineFailure. */
export function analyse(target: TreeTarget, createEngine: CreateEngine): Analysis & { engine: Engine } {
  return guarded(target.root, () => {
    const { engine, readFile, skipped } = loadEngine(target, createEngine);
    return { ...narrowed(resultsOf(engine, { fixes: false, sweep: false }), target), engine, readFile, skipped };
  });
}

/**
 * Reads and explores a target, a large one in units: the results are the same for any number of jobs. Throws HostError, and EngineFailure
 * where the target is one unit; a unit of several that fails is skipped.
 */
export async function analyseTree(target: TreeTarget, options: AnalysisOptions, io: Io): Promise<Analysis> {
  const units = unitsOf(target);
  const { cache, overlay } = options;
  const [only] = units;
  const single = units.length === 1 && only ? [await analyseUnit(only, { ...options, sweep: false, createEngine: io.createEngine })] : null;
  const parts = single ?? (await analyseUnits(units, options, io));
  if (parts.some(({ cached }) => !cached)) await cache?.trim();
  return {
    ...narrowed(merged(target.root, parts), target),
    readFile: treeReader(target.root, overlay),
    skipped: [...target.unlisted, ...parts.flatMap(({ skipped }) => skipped)],
  };
}

/** Results in the order of the units. */
async function analyseUnits(
  units: readonly TreeTarget[],
  { cache, jobs, overlay, fixes }: AnalysisOptions,
  io: Io,
): Promise<UnitResults[]> {
  const { createEngine } = io;
  // An overlay's texts are in this process.
  const pool = overlay ? null : await io.startPool(Math.min(jobs ?? availableParallelism(), units.length));
  const run = (unit: TreeTarget) =>
    pool?.run(unit, { cache, fixes }) ?? analyseUnit(unit, { createEngine, cache, overlay, sweep: true, fixes });
  let done = 0;
  const attempt = async (unit: TreeTarget): Promise<UnitResults> => {
    const result = await run(unit).catch((error: unknown) => failed(unit, error));
    io.progress?.(++done, units.length);
    return result;
  };
  try {
    if (pool) return await Promise.all(units.map(attempt));
    const results: UnitResults[] = [];
    for (const unit of units) results.push(await attempt(unit));
    return results;
  } finally {
    await pool?.end();
  }
}

/** One part that cannot be analysed is no reason to be silent about the others. */
function failed(unit: TreeTarget, error: unknown): UnitResults {
  // A file that was named itself must be readable.
  if (error instanceof HostError) throw error;
  const files = `${join(unit.root, unit.files[0] ?? '')} and ${unit.files.length - 1} more`;
  const why =
    error instanceof EngineFailure
      ? `${error.message} (this is a bug in devres-lens)`
      : 'the process that analysed them ended, perhaps for lack of memory; check their folder alone';
  const skipped = [new HostError('not-analysed', unit.root, `${files}: ${why}`)];
  return { ...merged(unit.root, []), skipped, cached: true };
}

function merged(root: string, parts: readonly UnitResults[]): Results {
  const sum = (key: 'files' | 'lines' | 'functions' | 'parseErrors') => parts.reduce((total, { report }) => total + report.stats[key], 0);
  const ms: Record<string, number> = {};
  for (const { report } of parts) for (const [phase, time] of Object.entries(report.stats.ms)) ms[phase] = (ms[phase] ?? 0) + time;
  const report: CheckReport = {
    version: 1,
    root,
    findings: parts.flatMap(({ report: { findings } }) => findings).sort(byPlace),
    verdicts: parts.flatMap(({ report: { verdicts } }) => verdicts),
    stats: { files: sum('files'), lines: sum('lines'), functions: sum('functions'), parseErrors: sum('parseErrors'), ms },
  };
  return {
    report,
    lifetimes: parts.flatMap(({ lifetimes }) => lifetimes),
    parseErrors: parts.flatMap(({ parseErrors }) => parseErrors),
    remedies: parts.flatMap(({ remedies }) => remedies ?? []),
  };
}

function narrowed(results: Results, target: TreeTarget): Results {
  const { report, lifetimes } = results;
  return { ...results, report: narrowReport(report, target, lifetimes), lifetimes: lifetimes.filter((view) => isShown(view, target)) };
}
