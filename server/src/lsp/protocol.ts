import { NotificationType, type Range, RequestType } from 'vscode-languageserver/node';

/** What the server is doing with one analysed folder. */
export interface StatusParams {
  state: 'starting' | 'indexing' | 'idle' | 'degraded';
  /** One line for the user; why it is degraded, where it is. */
  message: string;
  findings: number;
  /** While files are read in. */
  percent?: number;
  /** URI of the analysed folder. */
  folder: string;
}

export const StatusNotification = new NotificationType<StatusParams>('devresLens/status');

/** One finding by its fingerprint, or the one nearest to a line of a document. */
export type InterleavingParams = { fingerprint: string } | { uri: string; position: { line: number; character: number } };

export interface InterleavingResult {
  fingerprint: string;
  title: string;
  text: string;
}

export const InterleavingRequest = new RequestType<InterleavingParams, InterleavingResult | null, void>('devresLens/interleaving');

/** A place in a document, in the encoding of positions that was agreed on. */
export interface ReplayPlace {
  uri: string;
  range: Range;
}

/** One fact about the shared state after a step. `before`: what it was, where the step changed it. */
export interface ReplayItem {
  scope: 'locks' | 'references' | 'registration' | 'devres' | 'containers' | 'members';
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
  place: ReplayPlace;
  /** Calls of the thread, innermost first; a function of the kernel has no place. Empty where the finding was not explored. */
  stack: { function: string; place: ReplayPlace | null }[];
  /** The same rows in every step. */
  state: ReplayItem[];
  /** The devres entries that unbind moves to its own list with the step. */
  moved: string[];
}

/** A finding as something to step through. */
export interface ReplayResult {
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
  threads: { name: string; entry: string; kind: string; place: ReplayPlace }[];
  steps: ReplayStep[];
  pairs: [string, string][];
  assumptions: string[];
  /** The other findings about the same object, and this one, in the order of their places. */
  related: { fingerprint: string; title: string }[];
}

/** `states: false` asks for the trace alone, which is there at once. */
export type ReplayParams = InterleavingParams & { states?: boolean };

/** Answers without states (and calls) also while the texts are ahead of the results. */
export const ReplayRequest = new RequestType<ReplayParams, ReplayResult | null, void>('devresLens/replay');

/** The draft of a commit message for one finding. */
export interface ChangelogParams {
  fingerprint: string;
}

export const ChangelogRequest = new RequestType<ChangelogParams, string | null, void>('devresLens/changelog');

/** How to see a finding happen on a test machine, or why nothing can be made for it. */
export type ReproducerResult = { patch: string; script: string } | { refused: string };

export const ReproducerRequest = new RequestType<{ fingerprint: string }, ReproducerResult | null, void>('devresLens/reproducer');

/** The graph around the cursor, or around a function of an earlier graph of the same document's folder. */
export type GraphParams = {
  uri: string;
  /** Edges to go at most; null: as far as they lead. */
  hops: number | null;
} & ({ position: { line: number; character: number } } | { focus: string });

export interface GraphResultNode {
  id: string;
  kind: 'action' | 'handler' | 'entry' | 'function' | 'core';
  label: string;
  detail: string;
  /** The box in pixels, from its upper left corner. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** Null for what stands in no source. */
  place: ReplayPlace | null;
}

export interface GraphResultEdge {
  from: string;
  to: string;
  /** Empty for a call. */
  label: string;
  /** Path data of SVG. */
  path: string;
  /** Middle of the label. */
  x: number;
  y: number;
}

export interface GraphResult {
  /** Id of the node in the middle. */
  focus: string;
  /** Functions of the whole graph, of which `nodes` are a part. */
  total: number;
  width: number;
  height: number;
  nodes: GraphResultNode[];
  edges: GraphResultEdge[];
  /** The same drawing as a picture, and its graph in the language of Graphviz. */
  svg: string;
  dot: string;
}

export const GraphRequest = new RequestType<GraphParams, GraphResult | null, void>('devresLens/graph');

/**
 * Commands of the client that code actions may name; their argument is a fingerprint.
 * A client says which of them it has in its capabilities, as `experimental.commands`.
 */
export const SHOW_INTERLEAVING = 'devresLens.showInterleaving';
export const COPY_CHANGELOG = 'devresLens.copyChangelog';
export const SHOW_REPRODUCER = 'devresLens.showReproducer';
export const STEP_THROUGH = 'devresLens.stepThrough';

/** What a diagnostic of ours carries in `data`. */
export interface DiagnosticData {
  fingerprint: string;
}

export function isDiagnosticData(data: unknown): data is DiagnosticData {
  return typeof data === 'object' && data !== null && typeof (data as DiagnosticData).fingerprint === 'string';
}
