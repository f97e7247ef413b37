/** A finding as something to step through; the server's half is server/src/lsp/protocol.ts. Nothing here knows the editor: pages of webviews use it too. */

/** Lines and characters count from 0. */
export interface Place {
  uri: string;
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
}

export type Scope = 'locks' | 'references' | 'registration' | 'devres' | 'containers' | 'members';

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
  place: Place;
  /** Calls of the thread, innermost first; a function of the kernel has no place. Empty where the finding was not explored. */
  stack: { function: string; place: Place | null }[];
  /** The same rows in every step; none where the finding was not explored. */
  state: StateItem[];
  /** The devres entries that unbind moves to its own list with the step. */
  moved: string[];
}

export interface Replay {
  fingerprint: string;
  rule: string;
  title: string;
  what: string;
  why: string;
  action: string;
  /** What the last step comes to. */
  consequence: string;
  /** Found by exploring: there are states, and a way to step through them. */
  explored: boolean;
  lifetime: { action: string; object: string; host: string | null };
  threads: { name: string; entry: string; kind: string; place: Place }[];
  steps: ReplayStep[];
  pairs: [string, string][];
  assumptions: string[];
  /** The findings about the same object, this one among them. */
  related: { fingerprint: string; title: string }[];
}

/** Headings of the parts of the state, in the order in which they are shown. */
export const SCOPES: Record<Scope, string> = {
  locks: 'Locks',
  references: 'References',
  registration: 'Registration',
  devres: 'Devres entries',
  containers: 'Containers',
  members: 'Flags and members',
};
