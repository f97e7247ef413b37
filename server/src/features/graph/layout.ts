import { Graph, layout as place } from '@dagrejs/dagre';
import type { GraphEdge, GraphNode, GraphView } from '../../engine/types';
import { plain } from '../../findings/render';
import { IMPLICIT } from './dot';

/** What the sizes below are for: a monospaced font of these many pixels, and a smaller one for what stands below a name and beside an edge. */
export const FONT = 12;
export const SMALL_FONT = 10;
/** Widths of a character in them, a little generous. */
const CHAR = 7.6;
const SMALL_CHAR = 6.4;
const PADDING = 12;
const BOX_HEIGHT = 40;
const MARGIN = 16;

/** Which way the edges lead, with the room between boxes that this needs. */
const ACROSS = { rankdir: 'LR', nodesep: 14, edgesep: 8, ranksep: 48 } as const;
const DOWN = { rankdir: 'TB', nodesep: 24, edgesep: 12, ranksep: 30 } as const;
type Direction = typeof ACROSS | typeof DOWN;

/** An area in pixels that a drawing is seen through. */
export interface Room {
  width: number;
  height: number;
}

export interface DrawnNode {
  node: GraphNode;
  /** The name of the function, in one line. */
  label: string;
  /** What it is and where it stands, in one line. */
  detail: string;
  /** The box: its upper left corner and size, in pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface DrawnEdge {
  edge: GraphEdge;
  /** What is written beside it; empty for a call. */
  label: string;
  /** Path data of SVG, from the border of one box to the border of the other. */
  path: string;
  /** Middle of the label. */
  x: number;
  y: number;
}

export interface Drawing {
  width: number;
  height: number;
  nodes: DrawnNode[];
  edges: DrawnEdge[];
}

const KINDS: Record<GraphNode['kind'], string> = {
  action: 'teardown',
  handler: 'sysfs handler',
  entry: 'entry point',
  function: '',
  core: 'driver core',
};

interface Point {
  x: number;
  y: number;
}

interface Text {
  label: string;
  detail: string;
}

/** As the library places it: by its middle. */
interface Box extends Point {
  width: number;
  height: number;
}

/**
 * Places a graph from callers at the left to callees at the right, or from top to bottom where it is seen larger in `room` then. The same
 * graph always gives the same drawing; edges to nodes that are not in it are left out.
 */
export function draw(view: GraphView, room?: Room): Drawing {
  const across = placed(view, ACROSS);
  if (!room || scaleIn(across, room) >= 1) return across;
  const down = placed(view, DOWN);
  return scaleIn(down, room) > scaleIn(across, room) ? down : across;
}

/** How large a drawing is when it is seen whole, where 1 is as large as it was drawn. */
function scaleIn({ width, height }: Drawing, room: Room): number {
  return Math.min(room.width / width, room.height / height);
}

function placed(view: GraphView, direction: Direction): Drawing {
  const graph = new Graph({ directed: true, multigraph: true });
  graph.setGraph({ marginx: MARGIN, marginy: MARGIN, ...direction });
  for (const node of view.nodes) graph.setNode(node.id, { ...textOf(node), height: BOX_HEIGHT });
  const edges = view.edges.filter((edge) => graph.hasNode(edge.from) && graph.hasNode(edge.to));
  for (const edge of edges) {
    const label = labelOf(edge);
    const size = label === '' ? {} : { width: label.length * SMALL_CHAR + 4, height: SMALL_FONT + 4, labelpos: 'c' as const };
    graph.setEdge(edge.from, edge.to, { ...size }, edge.kind);
  }
  place(graph);
  const { width = 0, height = 0 } = graph.graph() as Partial<Box>;
  const boxOf = (id: string) => graph.node(id) as unknown as Box & Text;
  return {
    width: finite(width),
    height: finite(height),
    nodes: view.nodes.map((node) => {
      const box = boxOf(node.id);
      const { label, detail, width, height } = box;
      return { node, label, detail, width, height, ...corner(box) };
    }),
    edges: edges.map((edge) => {
      const { points, x = 0, y = 0 } = graph.edge(edge.from, edge.to, edge.kind) as unknown as { points: Point[] } & Partial<Point>;
      return {
        edge,
        label: labelOf(edge),
        path: pathOf(facing(points, boxOf(edge.from), boxOf(edge.to), direction), direction),
        x: round(x),
        y: round(y),
      };
    }),
  };
}

function textOf(node: GraphNode): Text & { width: number } {
  const label = plain(node.label);
  const where = node.place ? `${node.place.file.split('/').pop()}:${node.place.line}` : '';
  const detail = [KINDS[node.kind], where].filter((part) => part !== '').join(' · ');
  return { label, detail, width: Math.ceil(Math.max(label.length * CHAR, detail.length * SMALL_CHAR) + 2 * PADDING) };
}

function corner({ x, y, width, height }: Box): Point {
  return { x: round(x - width / 2), y: round(y - height / 2) };
}

function labelOf(edge: GraphEdge): string {
  return edge.kind === 'call' ? '' : IMPLICIT[edge.kind];
}

/** Where an edge leaves a box and where it arrives: in the middle of the sides that face each other, where the boxes stand apart. */
function facing(points: Point[], from: Box, to: Box, { rankdir }: Direction): Point[] {
  const [along, size] = rankdir === 'LR' ? (['x', 'width'] as const) : (['y', 'height'] as const);
  const gap = Math.abs(to[along] - from[along]) - (from[size] + to[size]) / 2;
  if (gap <= 0) return points;
  const side = Math.sign(to[along] - from[along]) / 2;
  const middle = ({ x, y }: Box, offset: number) => ({ x, y, [along]: { x, y }[along] + offset });
  return [middle(from, side * from[size]), ...points.slice(1, -1), middle(to, -side * to[size])];
}

/** Curves from point to point that pass each of them in the direction of the drawing. */
function pathOf(points: Point[], { rankdir }: Direction): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      if (!before) return `M${at(point)}`;
      const middle = { x: (before.x + point.x) / 2, y: (before.y + point.y) / 2 };
      const bend = ({ x, y }: Point) => at(rankdir === 'LR' ? { x: middle.x, y } : { x, y: middle.y });
      return `C${bend(before)} ${bend(point)} ${at(point)}`;
    })
    .join('');
}

function at({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`;
}

const round = (value: number) => Math.round(value * 10) / 10;
/** An empty graph has no size. */
const finite = (value: number) => (Number.isFinite(value) ? Math.ceil(value) : 2 * MARGIN);
