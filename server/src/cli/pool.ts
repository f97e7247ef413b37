import type { Cache } from '../host/cache';
import { HostError, type HostErrorCode } from '../host/errors';
import { EngineFailure } from '../host/load';
import type { TreeTarget } from '../host/tree';
import type { UnitResults } from './unit';

export interface UnitTask {
  root: string;
  files: string[];
  named: string[];
  cache: Cache['place'] | null;
  fixes: boolean;
}

interface PlainHostError {
  code: HostErrorCode;
  path: string;
  message: string;
}

export type Answer =
  | (Omit<UnitResults, 'skipped'> & { skipped: PlainHostError[] })
  | { refused: PlainHostError }
  | { failure: { file: string; message: string } };

/** Processes that analyse units. */
export interface UnitPool {
  /** Throws as `analyseUnit` does, and an Error when the process ends. */
  run(unit: TreeTarget, options: { cache: Cache | null; fixes: boolean }): Promise<UnitResults>;
  end(): Promise<void>;
}

/** Old space of one process in MB: twice what the largest folder of a kernel needs. */
const HEAP = 900;

/**
 * Starts `jobs` processes of the bundled worker. Processes, not threads: one that runs out of memory leaves the others alone, and what the
 * native parser holds goes with it.
 */
export async function startPool(worker: string, jobs: number): Promise<UnitPool> {
  const { Tinypool } = await import('tinypool');
  const pool = new Tinypool({
    filename: worker,
    name: 'run',
    runtime: 'child_process',
    minThreads: jobs,
    maxThreads: jobs,
    execArgv: ['--expose-gc', `--max-old-space-size=${HEAP}`],
    env: process.env as Record<string, string>,
  });
  return {
    async run({ root, files, named }, { cache, fixes }) {
      const task: UnitTask = { root, files, named: [...named], cache: cache?.place ?? null, fixes };
      const answer = (await pool.run(task)) as Answer;
      if ('refused' in answer) throw hostError(answer.refused);
      if ('failure' in answer) throw new EngineFailure(answer.failure.file, new Error(answer.failure.message));
      return { ...answer, skipped: answer.skipped.map(hostError) };
    },
    end: () => pool.destroy(),
  };
}

function hostError({ code, path, message }: PlainHostError): HostError {
  return new HostError(code, path, message);
}
