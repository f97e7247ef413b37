/** A directed graph as layout sees it. Edges to nodes that are not there are ignored. */
export interface Drawn {
  nodes: readonly string[];
  edges: readonly { from: string; to: string }[];
}

/** Rounds of ordering; more change nothing that is seen. */
const SWEEPS = 8;

export interface Layered {
  /** Names from left to right and top to bottom. Beside the nodes they hold way points, which keep room for long edges. */
  layers: string[][];
  /** For each edge what it passes, its ends included; null for one that closes a cycle or has an end that is not there. */
  routes: (string[] | null)[];
}

/**
 * Layers from left to right: every edge leads to a later layer, apart from those that close a cycle. Within a layer
 * nodes stand near their neighbours. The same graph always gives the same layers.
 */
export function layered(graph: Drawn): Layered {
  const depth = depths(graph.nodes, acyclic(graph));
  const layers: string[][] = [];
  const put = (name: string, at: number) => {
    while (layers.length <= at) layers.push([]);
    layers[at]?.push(name);
  };
  for (const node of graph.nodes) put(node, depth.get(node) ?? 0);
  const routes = graph.edges.map(({ from, to }, index) => {
    const start = depth.get(from);
    const end = depth.get(to);
    if (start === undefined || end === undefined || end <= start) return null;
    const points = Array.from({ length: end - start - 1 }, (_, step) => `\0${index} ${step}`);
    points.forEach((point, step) => void put(point, start + 1 + step));
    return [from, ...points, to];
  });
  for (let sweep = 0; sweep < SWEEPS; sweep++) order(layers, routes, sweep % 2 === 0);
  return { layers, routes };
}

/** Targets of each node, without the edges that lead back to a node whose visit is not over. */
function acyclic({ nodes, edges }: Drawn): Map<string, string[]> {
  const targets = new Map(nodes.map((node) => [node, [] as string[]]));
  for (const { from, to } of edges) if (from !== to && targets.has(to)) targets.get(from)?.push(to);
  const kept = new Map(nodes.map((node) => [node, [] as string[]]));
  const state = new Map<string, 'open' | 'done'>();
  for (const start of nodes) {
    if (state.has(start)) continue;
    const stack = [{ node: start, next: 0 }];
    state.set(start, 'open');
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const to = targets.get(top.node)?.[top.next++];
      if (to === undefined) {
        state.set(top.node, 'done');
        stack.pop();
      } else if (state.get(to) !== 'open') {
        kept.get(top.node)?.push(to);
        if (!state.has(to)) {
          state.set(to, 'open');
          stack.push({ node: to, next: 0 });
        }
      }
    }
  }
  return kept;
}

/** Length of the longest way to each node. */
function depths(nodes: readonly string[], targets: Map<string, string[]>): Map<string, number> {
  const depth = new Map(nodes.map((node) => [node, 0]));
  const waiting = new Map(nodes.map((node) => [node, 0]));
  for (const list of targets.values()) for (const to of list) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  const ready = nodes.filter((node) => waiting.get(node) === 0);
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    for (const to of targets.get(node) ?? []) {
      depth.set(to, Math.max(depth.get(to) ?? 0, (depth.get(node) ?? 0) + 1));
      const left = (waiting.get(to) ?? 0) - 1;
      waiting.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  return depth;
}

/** Sorts each layer by the mean position of its names' neighbours on the side that the sweep comes from. */
function order(layers: string[][], routes: Layered['routes'], rightwards: boolean): void {
  const position = new Map<string, number>();
  for (const layer of layers) layer.forEach((name, index) => void position.set(name, index));
  const near = new Map<string, number[]>();
  for (const route of routes) {
    for (let step = 1; step < (route?.length ?? 0); step++) {
      const ends = [route?.[step] ?? '', route?.[step - 1] ?? ''];
      const [name, other] = (rightwards ? ends : ends.reverse()) as [string, string];
      const around = near.get(name);
      if (around) around.push(position.get(other) ?? 0);
      else near.set(name, [position.get(other) ?? 0]);
    }
  }
  for (const layer of layers) {
    const weight = (name: string) => {
      const around = near.get(name);
      return around ? around.reduce((sum, at) => sum + at, 0) / around.length : (position.get(name) ?? 0);
    };
    layer.sort((a, b) => weight(a) - weight(b) || (position.get(a) ?? 0) - (position.get(b) ?? 0));
  }
}
