import type { Cache } from '../host/cache';
import type { CreateEngine } from '../host/load';
import type { UnitPool } from './pool';

/** What the commands need of the process, so that tests can stand in for it. */
export interface Io {
  cwd: string;
  /** Standard output and standard error. */
  out(text: string): void;
  err(text: string): void;
  /** Standard output takes colours. */
  colour: boolean;
  /** Loaded when a command analyses something: help and errors of usage do not wait for the parser. */
  createEngine(): Promise<CreateEngine>;
  /** Processes that analyse the parts of a large tree; null where this one does it. */
  startPool(jobs: number): Promise<UnitPool | null>;
  /** Shows how far a long analysis is, where somebody watches. */
  progress?(done: number, total: number): void;
  /** Results of earlier runs; null where none are kept. */
  cache(): Cache | null;
}

/** The part of the contract that scripts rest on. */
export const EXIT = { nothing: 0, findings: 1, error: 2, incomplete: 3 } as const;

/** The command line asks for something that is not there; the message says what there is. */
export class UsageError extends Error {
  override name = 'UsageError';
}
