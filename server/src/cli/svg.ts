import type { GraphEdge, GraphNode, GraphView } from '../engine/types';
import { plain } from '../findings/render';
import { IMPLICIT } from './dot';
import { layers } from './layers';

const FONT = 12;
/** Width of a character of the monospaced font, a little generous. */
const CHAR = 7.4;
const BOX = 26;
const GAP = { x: 90, y: 14 };
const MARGIN = 20;

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

/** The graph as a picture, from callers at the left to callees at the right. */
export function svg(view: GraphView): string {
  const { boxes, width, height } = place(view);
  const edges = view.edges.flatMap((edge) => {
    const from = boxes.get(edge.from);
    const to = boxes.get(edge.to);
    return from && to ? [drawEdge(edge, from, to)] : [];
  });
  const nodes = view.nodes.flatMap((node) => {
    const box = boxes.get(node.id);
    return box ? [drawNode(node, box)] : [];
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="${FONT}">`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>',
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...edges,
    ...nodes,
    '</svg>',
  ].join('\n')}\n`;
}

function place(view: GraphView): { boxes: Map<string, Box>; width: number; height: number } {
  const labels = new Map(view.nodes.map((node) => [node.id, plain(node.label)]));
  const boxes = new Map<string, Box>();
  let x = MARGIN;
  let height = MARGIN;
  for (const layer of layers({ nodes: [...labels.keys()], edges: view.edges })) {
    const width = Math.round(Math.max(...layer.map((id) => (labels.get(id) ?? '').length), 1) * CHAR + 20);
    layer.forEach((id, index) => void boxes.set(id, { x, y: MARGIN + index * (BOX + GAP.y), width }));
    height = Math.max(height, MARGIN + layer.length * (BOX + GAP.y));
    x += width + GAP.x;
  }
  return { boxes, width: Math.max(2 * MARGIN, x - GAP.x + MARGIN), height: height + MARGIN };
}

function drawNode(node: GraphNode, { x, y, width }: Box): string {
  const where = node.place ? `<title>${escapeXml(`${node.place.file}:${node.place.line}`)}</title>` : '';
  const dash = node.kind === 'core' ? ' stroke-dasharray="4 2"' : '';
  const box = `<rect x="${x}" y="${y}" width="${width}" height="${BOX}" rx="4" fill="${FILLS[node.kind]}" stroke="#333"${dash}/>`;
  const text = `<text x="${x + width / 2}" y="${y + BOX / 2 + FONT / 3}" text-anchor="middle">${escapeXml(plain(node.label))}</text>`;
  return `<g>${where}${box}${text}</g>`;
}

function drawEdge(edge: GraphEdge, from: Box, to: Box): string {
  const start = { x: from.x + from.width, y: from.y + BOX / 2 };
  const end = { x: to.x, y: to.y + BOX / 2 };
  const bend = GAP.x / 2;
  const path = `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`;
  const line = `<path d="${path}" fill="none" stroke="#555" marker-end="url(#arrow)"${edge.kind === 'call' ? '' : ' stroke-dasharray="5 3"'}/>`;
  if (edge.kind === 'call') return line;
  const middle = `x="${(start.x + end.x) / 2}" y="${(start.y + end.y) / 2 - 3}"`;
  return `${line}<text ${middle} text-anchor="middle" font-size="10" fill="#555">${IMPLICIT[edge.kind]}</text>`;
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
