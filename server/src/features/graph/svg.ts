import type { GraphNode } from '../../engine/types';
import type { Drawing, DrawnEdge, DrawnNode } from './layout';
import { FONT, SMALL_FONT } from './layout';

const FILLS: Record<GraphNode['kind'], string> = {
  action: '#fde2e1',
  handler: '#fff2cc',
  entry: '#dbeafe',
  function: '#ffffff',
  core: '#e5e7eb',
};

/** A drawing as a file of its own, on white. */
export function svg({ width, height, nodes, edges }: Drawing): string {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="${FONT}">`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>',
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...edges.map(edgeMarkup),
    ...nodes.map(nodeMarkup),
    '</svg>',
  ].join('\n')}\n`;
}

function nodeMarkup({ node, label, detail, x, y, width, height }: DrawnNode): string {
  const where = node.place ? `<title>${escapeXml(`${node.place.file}:${node.place.line}`)}</title>` : '';
  const dash = node.kind === 'core' ? ' stroke-dasharray="4 2"' : '';
  const box = `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" fill="${FILLS[node.kind]}" stroke="#333"${dash}/>`;
  const row = (text: string, down: number, more: string) =>
    `<text x="${x + width / 2}" y="${y + down}" text-anchor="middle"${more}>${escapeXml(text)}</text>`;
  const name = row(label, detail === '' ? height / 2 + FONT / 3 : 17, '');
  return `<g>${where}${box}${name}${detail === '' ? '' : row(detail, 31, ` font-size="${SMALL_FONT}" fill="#555"`)}</g>`;
}

function edgeMarkup({ label, path, x, y }: DrawnEdge): string {
  const line = `<path d="${path}" fill="none" stroke="#555" marker-end="url(#arrow)"${label === '' ? '' : ' stroke-dasharray="5 3"'}/>`;
  if (label === '') return line;
  // A rim of the background keeps the words legible where a line crosses them.
  const rim = 'stroke="#fff" stroke-width="3" paint-order="stroke"';
  return `${line}<text x="${x}" y="${y + SMALL_FONT / 3}" text-anchor="middle" font-size="${SMALL_FONT}" fill="#555" ${rim}>${escapeXml(label)}</text>`;
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
