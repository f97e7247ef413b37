/** What the graph's page and the extension say to each other; the drawing is the server's (server/src/lsp/protocol.ts). */

export interface GraphPlace {
  uri: string;
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
}

export interface GraphNode {
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
  place: GraphPlace | null;
}

export interface GraphEdge {
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

export interface Graph {
  /** Id of the node in the middle. */
  focus: string;
  /** Functions of the whole graph, of which `nodes` are a part. */
  total: number;
  width: number;
  height: number;
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export type ToPage = { kind: 'graph'; graph: Graph; hops: number | null };

export type FromPage =
  | { kind: 'ready' }
  | { kind: 'hops'; hops: number | null }
  /** The source of a node. */
  | { kind: 'open'; id: string }
  | { kind: 'export'; format: 'svg' | 'dot' };
