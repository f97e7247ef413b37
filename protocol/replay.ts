import type { FindingParams } from './finding';
import type { Place, Request } from './message';

export type Scope = 'locks' | 'references' | 'registration' | 'devres' | 'containers' | 'members';

/** Headings of the parts of the state, in the order in which they are shown. */
export const SCOPES: Record<Scope, string> = {
  locks: 'Locks',
  references: 'References',
  registration: 'Registration',
  devres: 'Devres entries',
  containers: 'Containers',
  members: 'Flags and members',
};

/** One fact about the shared state after a step. `before`: what it was, where the step changed it. */
export interface StateItem {
  scope: Scope;
  name: string;
  value: string;
  /** Nothing is known of it: it has not come to be, or is gone. */
  idle: boolean;
  before?: string;
}

export interface ReplayStep {
  /** Index into `threads`. */
  thread: number;
  function: string;
  op: string;
  text: string;
  /** The line of the step or, where the kernel makes it, where its thread enters. */
  place: Place;
  /** Calls of the thread, innermost first; a function of the kernel has no place. Empty where the finding was not explored. */
  stack: { function: string; place: Place | null }[];
  /** The same rows in every step; none where the finding was not explored. */
  state: StateItem[];
  /** The devres entries that unbind moves to its own list with the step. */
  moved: string[];
}

/** A finding as something to step through. */
export interface Replay {
  fingerprint: string;
  rule: string;
  title: string;
  /** What happens, why that is bad, what to do, and what the last step comes to. */
  what: string;
  why: string;
  action: string;
  consequence: string;
  /** Found by exploring: there are states, and a way to step through them. */
  explored: boolean;
  lifetime: { action: string; object: string; host: string | null };
  threads: { name: string; entry: string; kind: string; place: Place }[];
  steps: ReplayStep[];
  pairs: [string, string][];
  assumptions: string[];
  /** The findings about the same object, this one among them, in the order of their places. */
  related: { fingerprint: string; title: string }[];
}

/** `states: false` asks for the trace alone, which is there at once. */
export type ReplayParams = FindingParams & { states?: boolean };

/** Answered without states (and calls) also while the texts are ahead of the results. */
export const ReplayRequest: Request<ReplayParams, Replay | null> = { method: 'devresLens/replay' };
