/** A directed graph as layout sees it. Edges to nodes that are not there are ignored. */
export interface Drawn {
  nodes: readonly string[];
  edges: readonly { from: string; to: string }[];
}

/** Rounds of ordering; more change nothing that is seen. */
const SWEEPS = 8;

/**
 * Layers from left to right: every edge leads to a later layer, apart from those that close a cycle. Within a layer
 * nodes stand near their neighbours. The same graph always gives the same layers.
 */
export function layers(graph: Drawn): string[][] {
  const forward = acyclic(graph);
  const depth = depths(graph.nodes, forward);
  const result: string[][] = [];
  for (const node of graph.nodes) {
    const at = depth.get(node) ?? 0;
    while (result.length <= at) result.push([]);
    result[at]?.push(node);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) order(result, forward, sweep % 2 === 0);
  return result;
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

/** Sorts each layer by the mean position of its nodes' neighbours on the side that the sweep comes from. */
function order(result: string[][], targets: Map<string, string[]>, rightwards: boolean): void {
  const position = new Map<string, number>();
  for (const layer of result) layer.forEach((node, index) => void position.set(node, index));
  const near = new Map<string, number[]>();
  for (const [from, list] of targets) {
    for (const to of list) {
      const [node, other] = rightwards ? [to, from] : [from, to];
      near.set(node, [...(near.get(node) ?? []), position.get(other) ?? 0]);
    }
  }
  for (const layer of result) {
    const weight = (node: string) => {
      const around = near.get(node);
      return around ? around.reduce((sum, at) => sum + at, 0) / around.length : (position.get(node) ?? 0);
    };
    layer.sort((a, b) => weight(a) - weight(b) || (position.get(a) ?? 0) - (position.get(b) ?? 0));
  }
}
