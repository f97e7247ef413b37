import type { GraphEdge, GraphNode, GraphView } from '../engine/types';
import { plain } from '../findings/render';
import { IMPLICIT } from './dot';
import { type Layered, layered } from './layers';

const FONT = 12;
/** Width of a character of the monospaced font, a little generous. */
const CHAR = 7.4;
const BOX = 26;
const GAP = { x: 130, y: 14 };
const MARGIN = 20;
/** Height below the boxes for the edges that lead back. */
const BACK_ROOM = 70;

interface Box {
  x: number;
  y: number;
  width: number;
}

const FILLS: Record<GraphNode['kind'], string> = {
  action: '#fde2e1',
  handler: '#fff2cc',
  entry: '#dbeafe',
  function: '#ffffff',
  core: '#e5e7eb',
};

/** The graph as a picture, from callers at the left to callees at the right. What closes a cycle runs below. */
export function svg(view: GraphView): string {
  const plan = layered({ nodes: view.nodes.map((node) => node.id), edges: view.edges });
  const { boxes, width, height } = place(view, plan);
  const edges = view.edges.map((edge, index) => drawEdge(edge, plan.routes[index] ?? null, boxes, height));
  const nodes = view.nodes.flatMap((node) => {
    const box = boxes.get(node.id);
    return box ? [drawNode(node, box)] : [];
  });
  const full = height + BACK_ROOM;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${full}" viewBox="0 0 ${width} ${full}" font-family="monospace" font-size="${FONT}">`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>',
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...edges,
    ...nodes,
    '</svg>',
  ].join('\n')}\n`;
}

function place(view: GraphView, { layers }: Layered): { boxes: Map<string, Box>; width: number; height: number } {
  const labels = new Map(view.nodes.map((node) => [node.id, plain(node.label)]));
  const boxes = new Map<string, Box>();
  let x = MARGIN;
  let height = MARGIN;
  for (const layer of layers) {
    const width = Math.round(Math.max(...layer.map((id) => (labels.get(id) ?? '').length), 1) * CHAR + 20);
    layer.forEach((id, index) => void boxes.set(id, { x, y: MARGIN + index * (BOX + GAP.y), width }));
    height = Math.max(height, MARGIN + layer.length * (BOX + GAP.y));
    x += width + GAP.x;
  }
  return { boxes, width: Math.max(2 * MARGIN, x - GAP.x + MARGIN), height };
}

function drawNode(node: GraphNode, { x, y, width }: Box): string {
  const where = node.place ? `<title>${escapeXml(`${node.place.file}:${node.place.line}`)}</title>` : '';
  const dash = node.kind === 'core' ? ' stroke-dasharray="4 2"' : '';
  const box = `<rect x="${x}" y="${y}" width="${width}" height="${BOX}" rx="4" fill="${FILLS[node.kind]}" stroke="#333"${dash}/>`;
  const text = `<text x="${x + width / 2}" y="${y + BOX / 2 + FONT / 3}" text-anchor="middle">${escapeXml(plain(node.label))}</text>`;
  return `<g>${where}${box}${text}</g>`;
}

function drawEdge(edge: GraphEdge, route: string[] | null, boxes: ReadonlyMap<string, Box>, bottom: number): string {
  const stops = (route ?? [edge.from, edge.to]).flatMap((name) => boxes.get(name) ?? []);
  const [from, next] = stops;
  const to = stops.at(-1);
  if (!from || !to || !next) return '';
  const path = route ? forwardPath(stops) : backPath(from, to, bottom);
  const line = `<path d="${path}" fill="none" stroke="#555" marker-end="url(#arrow)"${edge.kind === 'call' ? '' : ' stroke-dasharray="5 3"'}/>`;
  if (edge.kind === 'call') return line;
  const at = route
    ? { x: (from.x + from.width + next.x) / 2, y: (from.y + next.y + BOX) / 2 - 3 }
    : { x: (from.x + from.width / 2 + to.x + to.width / 2) / 2, y: bottom + BACK_ROOM / 2 };
  return `${line}<text x="${at.x}" y="${at.y}" text-anchor="middle" font-size="10" fill="#555">${IMPLICIT[edge.kind]}</text>`;
}

/** Curves from layer to layer, straight through the layers that are only passed. */
function forwardPath(stops: Box[]): string {
  const bend = GAP.x / 2;
  return stops
    .map(({ x, y, width }, index) => {
      const middle = y + BOX / 2;
      const before = stops[index - 1];
      if (!before) return `M${x + width} ${middle}`;
      const start = before.x + before.width;
      const curve = `C${start + bend} ${before.y + BOX / 2} ${x - bend} ${middle} ${x} ${middle}`;
      return index === stops.length - 1 ? curve : `${curve}H${x + width}`;
    })
    .join('');
}

function backPath(from: Box, to: Box, bottom: number): string {
  const [start, end] = [from.x + from.width / 2, to.x + to.width / 2];
  return `M${start} ${from.y + BOX}C${start} ${bottom + BACK_ROOM} ${end} ${bottom + BACK_ROOM} ${end} ${to.y + BOX}`;
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
