import type { Graph, GraphEdge, GraphNode } from '../../../../../protocol/graph';

const SVG = 'http://www.w3.org/2000/svg';

export interface GraphDrawing {
  svg: SVGSVGElement;
  /** The box of each node, by its id. */
  boxes: Map<string, SVGGElement>;
}

/** The graph as elements of the page; colours are the style sheet's. What leads where is said in the names of the boxes, so the lines are hidden from screen readers. */
export function drawGraph(graph: Graph): GraphDrawing {
  const boxes = new Map(graph.nodes.map((node) => [node.id, box(node, graph)]));
  const arrow = make('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 8, refY: 4, markerWidth: 8, markerHeight: 8, orient: 'auto' }, [
    make('path', { class: 'arrow', d: 'M0 0L8 4L0 8z' }),
  ]);
  const lines = make('g', { 'aria-hidden': 'true' }, graph.edges.flatMap(line));
  const svg = make(
    'svg',
    { role: 'group', 'aria-label': 'Functions, from callers to callees', viewBox: `0 0 ${graph.width} ${graph.height}` },
    [make('defs', {}, [arrow]), lines, ...boxes.values()],
  );
  return { svg, boxes };
}

function box(node: GraphNode, graph: Graph): SVGGElement {
  const { x, y, width, height, kind, label, detail } = node;
  const middle = x + width / 2;
  return make(
    'g',
    {
      class: `node ${kind}${node.id === graph.focus ? ' focus' : ''}`,
      role: node.place ? 'link' : 'img',
      tabindex: -1,
      'aria-label': spoken(node, graph),
    },
    [
      make('rect', { x, y, width, height, rx: 4 }),
      make('text', { x: middle, y: y + (detail === '' ? 24 : 17) }, [label]),
      ...(detail === '' ? [] : [make('text', { class: 'detail', x: middle, y: y + 31 }, [detail])]),
      make('title', {}, [node.place ? `Open ${label}()` : label]),
    ],
  );
}

/** A box in words: what it is, what it leads to, and what leads to it. */
function spoken(node: GraphNode, { nodes, edges }: Graph): string {
  const name = (id: string) => nodes.find((other) => other.id === id)?.label ?? '';
  const to = edges.filter((edge) => edge.from === node.id).map((edge) => `${edge.label === '' ? 'calls' : edge.label} ${name(edge.to)}`);
  const from = edges
    .filter((edge) => edge.to === node.id)
    .map((edge) => `${name(edge.from)}${edge.label === '' ? '' : ` (${edge.label})`}`);
  return [`${node.label}, ${node.detail}`, to.join(', '), from.length > 0 ? `reached from ${from.join(', ')}` : '']
    .filter(Boolean)
    .join('; ');
}

function line({ label, path, x, y }: GraphEdge): SVGElement[] {
  const drawn = make('path', { class: label === '' ? 'edge' : 'edge implicit', d: path, 'marker-end': 'url(#arrow)' });
  return label === '' ? [drawn] : [drawn, make('text', { class: 'edge-label', x, y: y + 3 }, [label])];
}

function make<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number>,
  children: (Node | string)[] = [],
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}
