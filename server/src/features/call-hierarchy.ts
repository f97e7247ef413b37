import type { GraphEdge, GraphNode, GraphView, Place } from '../engine/types';

/** What an edge that no call in the source shows is, for who sees it in a list of callers. */
const IMPLICIT: Readonly<Record<GraphEdge['kind'], string>> = {
  call: '',
  registers: 'registers it with devres',
  releases: 'releases it from devres',
  'runs-action': 'runs it on unbind, probe failure and the last put of the device',
  drains: 'waits for it to return',
};

export interface HierarchyItem {
  id: string;
  name: string;
  /** What it is, and for a caller or callee how it gets there. */
  detail: string;
  place: Place;
}

export interface HierarchyCall {
  item: HierarchyItem;
  /** Where the call stands; null for what the kernel does on its own. */
  site: Place | null;
}

const KINDS: Readonly<Record<GraphNode['kind'], string>> = {
  action: 'devm action',
  handler: 'attribute handler',
  entry: 'entry point',
  function: '',
  core: 'driver core',
};

/** The function of the graph by its name; one in this file counts before others. */
export function itemAt(graph: GraphView, path: string, word: string): HierarchyItem | null {
  const named = graph.nodes.filter(({ label, place }) => label === word && place !== null);
  const node = named.find(({ place }) => place?.file === path) ?? named[0];
  return node ? itemOf(graph, node, null) : null;
}

/** Who calls a function, registers, releases or runs it. */
export function callersIn(graph: GraphView, id: string): HierarchyCall[] {
  return callsOf(
    graph,
    graph.edges.filter(({ to }) => to === id),
    ({ from }) => from,
  );
}

/** What a function calls, releases, runs or waits for. */
export function calleesIn(graph: GraphView, id: string): HierarchyCall[] {
  return callsOf(
    graph,
    graph.edges.filter(({ from }) => from === id),
    ({ to }) => to,
  );
}

function callsOf(graph: GraphView, edges: readonly GraphEdge[], other: (edge: GraphEdge) => string): HierarchyCall[] {
  return edges.flatMap((edge) => {
    const node = graph.nodes.find(({ id }) => id === other(edge));
    const item = node && itemOf(graph, node, edge);
    return item ? [{ item, site: edge.place }] : [];
  });
}

/** A function of the driver core has no place in the checked files: it stands where what it runs or is run by stands. */
function itemOf(graph: GraphView, node: GraphNode, edge: GraphEdge | null): HierarchyItem | null {
  const across = edge && (edge.from === node.id ? edge.to : edge.from);
  const place = node.place ?? graph.nodes.find(({ id }) => id === across)?.place ?? null;
  const detail = [KINDS[node.kind], edge === null ? '' : IMPLICIT[edge.kind]].filter((text) => text !== '').join(', ');
  return place && { id: node.id, name: node.label, detail, place };
}
