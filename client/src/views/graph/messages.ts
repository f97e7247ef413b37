import type { Graph, Room } from '../../../../protocol/graph';

/** What the graph's page and the extension say to each other. */
export type ToPage = { kind: 'graph'; graph: Graph; hops: number | null };

export type FromPage =
  /** The page is there, or has another size. */
  | { kind: 'room'; room: Room }
  | { kind: 'hops'; hops: number | null }
  /** The source of a node. */
  | { kind: 'open'; id: string }
  | { kind: 'export'; format: 'svg' | 'dot' };
