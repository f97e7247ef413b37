import type { GraphNode, GraphView, LifetimeView } from '../../engine/types';

/** A place that the user means: a file, an offset in it, and the word there (empty where there is none). */
export interface Spot {
  file: string;
  at: number;
  word: string;
}

/**
 * The node that stands for a place: the function named there, the teardown of the struct named there, else the last
 * function of the graph whose name stands before the end of that line, else the first one of the file. Null where the file has none.
 */
export function nodeAt(view: GraphView, lifetimes: readonly LifetimeView[], { file, at, word }: Spot): GraphNode | null {
  const named = view.nodes.filter((node) => node.label === word);
  const teardown = lifetimes.find((lifetime) => lifetime.object === word)?.actionPlace;
  const here = view.nodes.filter((node) => node.place?.file === file).sort((a, b) => lineStart(a) - lineStart(b));
  return (
    named.find((node) => node.place?.file === file) ??
    named[0] ??
    view.nodes.find((node) => teardown && node.place?.file === teardown.file && node.place.at === teardown.at) ??
    here.findLast((node) => lineStart(node) <= at) ??
    here[0] ??
    null
  );
}

/** Offset of the beginning of the line that names the function. */
function lineStart({ place }: GraphNode): number {
  return place ? place.at - place.column + 1 : 0;
}

/**
 * The nodes at most `hops` edges away from one, in either direction, and the edges between them; null: all that are
 * connected. The functions of the driver core are reached but not passed: they lead from everything to everything.
 */
export function around(view: GraphView, focus: string, hops: number | null): GraphView {
  const kinds = new Map(view.nodes.map((node) => [node.id, node.kind]));
  const near = new Map<string, string[]>(view.nodes.map((node) => [node.id, []]));
  for (const { from, to } of view.edges) {
    near.get(from)?.push(to);
    near.get(to)?.push(from);
  }
  const kept = new Set([focus]);
  let rim = [focus];
  for (let hop = 0; rim.length > 0 && (hops === null || hop < hops); hop++) {
    const passed = rim.filter((id) => kinds.get(id) !== 'core' || id === focus);
    rim = [...new Set(passed.flatMap((id) => near.get(id) ?? []))].filter((id) => !kept.has(id));
    for (const id of rim) kept.add(id);
  }
  return {
    nodes: view.nodes.filter((node) => kept.has(node.id)),
    edges: view.edges.filter(({ from, to }) => kept.has(from) && kept.has(to)),
  };
}
