import type { Reproducer } from '../engine/reproducer';
import type { Structure } from '../engine/structure';
import type { CheckOptions, Replay } from '../engine/types';
import type { FileEdits, FixOfferAt } from '../features/fix-provider';
import type { Centre, GraphAround, Room } from '../features/graph';
import type { Read } from '../host/recall';
import type { Analysis } from './analyst';

/** What the thread of the engine is asked to do; all of it can be cloned between threads. */
export interface Calls {
  setFile(path: string, text: string): void;
  removeFile(path: string): void;
  setContext(path: string, text: string | null): void;
  /** What explores goes on as long as the shared counter has the value of its ticket; null when it has not. */
  check(ticket: number, options: Pick<CheckOptions, 'maxStates'>): Analysis | null;
  structure(): Structure;
  headers(): Read[];
  fixes(ticket: number, path: string, at: number): FixOfferAt[] | null;
  edits(ticket: number, id: string, fingerprint: string): FileEdits[] | { refused: string } | null;
  graph(centre: Centre, hops: number | null, room?: Room): GraphAround | null;
  fixAll(ticket: number, path: string): FileEdits[] | null;
  replay(ticket: number, fingerprint: string): Replay | null;
  reproducer(ticket: number, fingerprint: string): Reproducer | { refused: string } | null;
}

export type CallName = keyof Calls;

export interface Call<N extends CallName = CallName> {
  id: number;
  name: N;
  args: Parameters<Calls[N]>;
}

export type Answer = { id: number; value: unknown } | { id: number; error: string };

/** What the thread is started with. */
export interface Start {
  /** Root of the tree; empty where there is none. */
  root: string;
  /** Shared between the threads; what stands where is said below. */
  counter: Int32Array;
}

/** Counting it up abandons what was asked for before. */
export const TICKET = 0;
/** Not 0: the thread is to end before its next call. */
export const CLOSING = 1;
