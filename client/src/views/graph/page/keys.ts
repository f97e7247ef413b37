import type { Graph, GraphNode } from '../../../../../protocol/graph';

const DIRECTIONS: Record<string, [x: number, y: number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** How much farther away a box seems for standing aside from the direction. */
const ASIDE = 3;

/**
 * The boxes are one stop of the Tab key; arrows go from box to box, Home to the middle of the graph, Enter, space and a
 * click open the source. Returns what makes a box that stop, and shows it.
 */
export function navigation(graph: Graph, boxes: ReadonlyMap<string, SVGGElement>, open: (id: string) => void): (id: string) => void {
  let current = graph.focus;

  function choose(id: string): void {
    boxes.get(current)?.setAttribute('tabindex', '-1');
    current = id;
    const box = boxes.get(id);
    box?.setAttribute('tabindex', '0');
    box?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  function go(id: string | undefined): void {
    if (id === undefined) return;
    choose(id);
    boxes.get(id)?.focus();
  }

  for (const node of graph.nodes) {
    const box = boxes.get(node.id);
    box?.addEventListener('focus', () => choose(node.id));
    box?.addEventListener('click', () => {
      go(node.id);
      open(node.id);
    });
    box?.addEventListener('keydown', (event) => {
      const direction = DIRECTIONS[event.key];
      if (direction) go(nearest(node, graph.nodes, direction)?.id);
      else if (event.key === 'Home') go(graph.focus);
      else if (event.key === 'Enter' || event.key === ' ') open(node.id);
      else return;
      event.preventDefault();
    });
  }
  return choose;
}

/** The box to which a direction leads. */
function nearest(from: GraphNode, nodes: readonly GraphNode[], [dx, dy]: [number, number]): GraphNode | undefined {
  const distance = (node: GraphNode) => {
    const x = node.x + node.width / 2 - from.x - from.width / 2;
    const y = node.y + node.height / 2 - from.y - from.height / 2;
    const ahead = x * dx + y * dy;
    return ahead <= 1 ? Number.POSITIVE_INFINITY : ahead + ASIDE * Math.abs(x * dy + y * dx);
  };
  const [first] = nodes.map((node) => ({ node, far: distance(node) })).sort((a, b) => a.far - b.far);
  return first && Number.isFinite(first.far) ? first.node : undefined;
}
