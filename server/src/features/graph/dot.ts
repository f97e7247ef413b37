import type { GraphEdge, GraphNode, GraphView } from '../../engine/types';

const SHAPES: Record<GraphNode['kind'], string> = {
  action: 'shape=box, style=bold',
  handler: 'shape=hexagon',
  entry: 'shape=house',
  function: 'shape=box, style=rounded',
  core: 'shape=box, style=dashed',
};

/** What an edge that stands in no source line means. */
export const IMPLICIT: Record<Exclude<GraphEdge['kind'], 'call'>, string> = {
  registers: 'registers',
  releases: 'releases',
  'runs-action': 'devres_release_all',
  drains: 'drain',
};

/** The graph in the language of Graphviz: `dot -Tsvg` draws it. */
export function dot(view: GraphView): string {
  const nodes = view.nodes.map((node) => {
    const where = node.place ? `, tooltip=${quote(`${node.place.file}:${node.place.line}`)}` : '';
    return `  ${quote(node.id)} [label=${quote(node.label)}, ${SHAPES[node.kind]}${where}];`;
  });
  const edges = view.edges.map((edge) => {
    const style = edge.kind === 'call' ? '' : ` [label=${quote(IMPLICIT[edge.kind])}, style=dashed]`;
    return `  ${quote(edge.from)} -> ${quote(edge.to)}${style};`;
  });
  return `${['digraph devres {', '  rankdir=LR;', '  node [fontname="monospace"];', ...nodes, ...edges, '}'].join('\n')}\n`;
}

function quote(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\r?\n/g, '\\n')}"`;
}
