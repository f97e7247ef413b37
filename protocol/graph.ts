import type { Place, Position, Request } from './message';

/** An area in pixels. */
export interface Room {
  width: number;
  height: number;
}

/** The graph around the cursor, or around a function of an earlier graph of the same document's folder. */
export type GraphParams = {
  uri: string;
  /** Edges to go at most; null: as far as they lead. */
  hops: number | null;
  /** What it is seen through: callers stand to the left of what they call, or above it where that leaves it larger. Without: to the left. */
  room?: Room;
} & ({ position: Position } | { focus: string });

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
  place: Place | null;
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

/** A drawing of the graph. */
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

/** The same drawing as a picture, and its graph in the language of Graphviz. */
export type GraphResult = Graph & { svg: string; dot: string };

export const GraphRequest: Request<GraphParams, GraphResult | null> = { method: 'devresLens/graph' };
