import type { GraphView } from '../engine/types';
import { dot } from '../features/graph/dot';
import { draw } from '../features/graph/layout';
import { svg } from '../features/graph/svg';
import { findTree, type TreeTarget } from '../host/tree';
import { analyse } from './analyse';
import { EXIT, type Io } from './io';
import { guarded } from './unit';

export const GRAPH_FORMATS = ['dot', 'json', 'svg'] as const;

/** `graph`: the call graph with the edges that no call in the source shows. */
export async function graph(paths: string[], format: (typeof GRAPH_FORMATS)[number], io: Io): Promise<number> {
  const target = findTree(paths.length > 0 ? paths : ['.'], io.cwd);
  const { engine } = analyse(target, await io.createEngine());
  const view = narrow(
    guarded(target.root, () => engine.graph()),
    target,
  );
  const forms = { dot, svg: (data: GraphView) => svg(draw(data)), json: (data: GraphView) => `${JSON.stringify(data, null, 2)}\n` };
  io.out(forms[format](view));
  return EXIT.nothing;
}

/** For a file: its own nodes and those one edge away. */
function narrow(view: GraphView, target: TreeTarget): GraphView {
  if (target.named.size === 0) return view;
  const own = new Set(view.nodes.filter((node) => node.place && target.shown.has(node.place.file)).map((node) => node.id));
  const edges = view.edges.filter((edge) => own.has(edge.from) || own.has(edge.to));
  const kept = new Set([...own, ...edges.flatMap((edge) => [edge.from, edge.to])]);
  return { nodes: view.nodes.filter((node) => kept.has(node.id)), edges };
}
