import type { Engine, LifetimeView, ReadFile } from '../engine/types';
import type { CheckReport } from '../findings/types';
import { HostError } from '../host/errors';
import { type CreateEngine, EngineFailure, loadEngine, type Overlay } from '../host/load';
import type { TreeTarget } from '../host/tree';
import { isShown, narrowReport } from './narrow';

export interface Analysis {
  engine: Engine;
  /** Narrowed to the files whose findings are shown, as the lifetimes are. */
  report: CheckReport;
  lifetimes: LifetimeView[];
  /** Texts as they were analysed. */
  readFile: ReadFile;
  /** Files that could not be read. */
  skipped: HostError[];
}

/** Reads and explores a target. Throws HostError and EngineFailure. */
export function analyse(target: TreeTarget, createEngine: CreateEngine, overlay?: Overlay): Analysis {
  return guarded(target.root, () => {
    const { engine, readFile, skipped } = loadEngine(target, createEngine, overlay);
    const report = engine.check();
    const views = engine.lifetimes();
    const lifetimes = views.filter((view) => isShown(view, target));
    return { engine, report: narrowReport(report, target, views), lifetimes, readFile, skipped };
  });
}

/** Whatever the engine throws is its own fault: the tree's texts are all it got. */
export function guarded<T>(root: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof EngineFailure || error instanceof HostError ? error : new EngineFailure(root, error);
  }
}
