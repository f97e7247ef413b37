import type { Reproducer } from '../engine/reproducer';
import type { Structure } from '../engine/structure';
import type { CheckOptions, LifetimeView, Replay } from '../engine/types';
import type { FileEdits, FixOfferAt } from '../features/fix-provider';
import type { Centre, GraphAround, Room } from '../features/graph';
import type { CheckReport } from '../findings/types';
import type { Read } from '../host/recall';

/** What a check says: the report, and the lifetimes that hover speaks of. */
export interface Analysis {
  report: CheckReport;
  lifetimes: LifetimeView[];
  /** Places within functions that were not understood, `file:line`: what stands there was not checked. */
  unread: string[];
}

/**
 * An engine that works beside the protocol. Calls are done in the order in
 * which they are made, and none keeps its caller from handling messages.
 * Every call rejects with AnalystEnded when the engine dies meanwhile; the next
 * call then starts a new one, which is given the files of the old.
 */
export interface Analyst {
  /** Sets or replaces one checked file; rejects where the engine cannot read it in. */
  setFile(path: string, text: string): Promise<void>;
  removeFile(path: string): Promise<void>;
  /** The text of a file that is not checked but may be included; null: what is on disk, read anew. */
  setContext(path: string, text: string | null): Promise<void>;
  check(options: Pick<CheckOptions, 'maxStates'>): Promise<Analysis | null>;
  /** Fixes of the findings of the last check that stand at an offset of a file. Each is explored, which takes as long as checks do. */
  fixes(path: string, at: number): Promise<FixOfferAt[] | null>;
  /** The edits of one offered fix, or why it no longer applies. */
  edits(id: string, fingerprint: string): Promise<FileEdits[] | { refused: string } | null>;
  /** The states along the trace of a finding of the last check; null where there are none. */
  replay(fingerprint: string): Promise<Replay | null>;
  /** The safe fixes of all findings in a file, together. */
  fixAll(path: string): Promise<FileEdits[] | null>;
  /** What lets somebody see a finding of the last check happen, or why there is no such thing. */
  reproducer(fingerprint: string): Promise<Reproducer | { refused: string } | null>;
  /** The part of the graph around a place; null where nothing of it is there. */
  graph(centre: Centre, hops: number | null, room?: Room): Promise<GraphAround | null>;
  /** Attributes, locks and the graph of the files as they were last checked. */
  structure(): Promise<Structure>;
  /** The files beside the checked ones that were read for the last check. */
  headers(): Promise<Read[]>;
  /** Abandons every check, fixes, edits, replay and reproducer that were asked for until now: they answer null. */
  abandon(): void;
  /** Rejects what was asked for. Settles when nothing of the engine runs any more. */
  dispose(): Promise<void>;
}

/** The engine ended without having been told to. */
export class AnalystEnded extends Error {
  override name = 'AnalystEnded';
}
