import type { ParseError } from '../facts/types';
import type { CheckReport, EntryKind, Verdict } from '../findings/types';
import type { Structure } from './structure';

/** A place in a file: 1-based line and column, path relative to the tree's root. */
export interface Place {
  file: string;
  line: number;
  column: number;
  /** UTF-16 offsets of the text meant, in the version of the file that was analysed. */
  at: number;
  end: number;
}

/** A device that devm actions are registered on. */
export interface HostView {
  /** Equal for two registrations that the code shows to be on the same member of the same struct, or on one variable of one function. */
  id: string;
  /** The expression at the registration. */
  text: string;
  /** Tag of the struct that the device is a member of, or is reached through. Null where the code does not tell. */
  struct: string | null;
  /** The function that registers, where the struct is not known. */
  within: string | null;
}

/** A call that registers a teardown with devres. */
export interface RegistrationView extends Place {
  host: HostView;
  /** Among the registrations of one host, the lower one's action runs earlier. */
  rank: number;
}

/** One way in which a lifetime can be ended or used. */
export interface ReleaserView {
  entry: string;
  kind: EntryKind;
  place: Place;
  /** The release or teardown call reached from the entry. */
  site: Place | null;
}

/** A devres or owner-kept lifetime, as hover, code lens, `lifetime` and the tree view show it. */
export interface LifetimeView {
  action: string;
  /** Struct tag without `struct `. */
  object: string;
  host: string | null;
  actionPlace: Place;
  /** Calls that register the teardown with devres. */
  registrations: RegistrationView[];
  constructors: ReleaserView[];
  releasers: ReleaserView[];
  /** Handlers and other entries that use the object without building or ending it. */
  users: ReleaserView[];
  /** Teardowns of the same host in the order in which its devres stack unwinds (newest first), this one included. */
  unwind: string[];
  /** Entry points drained by which removal: `delete_x_store is drained by the removal of struct owner's device`. */
  drains: string[];
  verdicts: Verdict[];
}

export interface GraphNode {
  id: string;
  label: string;
  kind: 'action' | 'handler' | 'entry' | 'function' | 'core';
  place: Place | null;
}

export interface GraphEdge {
  from: string;
  to: string;
  /** `call`, or an edge that no call in the source shows. */
  kind: 'call' | 'registers' | 'releases' | 'runs-action' | 'drains';
  place: Place | null;
}

export interface GraphView {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/** One fact about the shared state after a step, in words of the source. */
export interface ReplayItem {
  scope: 'locks' | 'references' | 'registration' | 'devres' | 'containers' | 'members';
  name: string;
  value: string;
  /** Nothing is known of it: it has not come to be, or is gone. */
  idle: boolean;
  /** What it was before the step; only where the step changed it. */
  before?: string;
}

/** One call that a thread is in; without a place in functions of the kernel. */
export interface ReplayCall {
  function: string;
  place: Place | null;
}

export interface ReplayStep {
  /** Null where no source line shows the step. */
  place: Place | null;
  /** Of the thread that makes the step, innermost first. */
  stack: ReplayCall[];
  /** The same rows in every step. */
  state: ReplayItem[];
  /** The devres entries that unbind moves to its own list with the step. */
  moved: string[];
}

/** A finding's trace with the state after each of its steps; `steps` are those of `Finding.trace`. */
export interface Replay {
  steps: ReplayStep[];
}

/** Reads a file of the tree by path relative to its root; null where there is none. The engine does no I/O itself. */
export type ReadFile = (path: string) => string | null;

export interface CheckOptions {
  /** Stop exploring a pair after this many states; the verdict is then incomplete. */
  maxStates?: number;
  /** Stop exploring a lifetime after this many steps; verdicts of pairs that were not finished are then incomplete. */
  steps?: number;
  /** Threads explored at once beyond every pair: 3 or more adds sets of that size, whose verdicts name the first and the last. */
  threads?: number;
  /** Milliseconds for one lifetime; without it only states and steps are counted. */
  maxMs?: number;
  /** Polled between states: true abandons the run (CancelledError). */
  cancelled?: () => boolean;
  /** Told what the exploration of each lifetime cost. */
  measured?: (cost: LifetimeCost) => void;
}

/** What exploring one lifetime took. Steps are what the budget of a lifetime counts; they do not depend on the machine, milliseconds do. */
export interface LifetimeCost {
  action: string;
  object: string;
  steps: number;
  ms: number;
}

/**
 * The analysis of one tree. Files are handed in; editing one replaces its
 * facts. All methods are synchronous and pure with respect to the file system.
 */
export interface Engine {
  /** Sets or replaces one checked file (path relative to the root). */
  setFile(path: string, text: string): void;
  removeFile(path: string): void;
  /** Explores everything that the files allow. Results for unchanged inputs are reused. */
  check(options?: CheckOptions): CheckReport;
  lifetimes(): LifetimeView[];
  graph(): GraphView;
  structure(): Structure;
  /**
   * The states along the trace of a finding of the last check; null where none were explored. Takes a part of the time
   * of exploring its lifetime. Throws CancelledError where `cancelled` says so meanwhile.
   */
  replay(fingerprint: string, cancelled?: () => boolean): Replay | null;
  /** What the parser did not understand; lines count from 1. */
  parseErrors(): { file: string; error: ParseError }[];
}
