import type { GraphParams, GraphResult } from '../../../protocol/graph';
import type { Place as ShownPlace } from '../../../protocol/message';
import type { Place } from '../engine/types';
import type { Centre } from '../features/graph';
import { wordAt } from '../features/word';
import type { Client } from './capabilities';
import type { Documents } from './documents';
import type { FolderAnalysis } from './folder';
import type { Folders } from './folders';

/** The graph around a place or a function, drawn now from the texts that the engine has. Null where the document has no folder or nothing is there. */
export async function graphFor(params: GraphParams, documents: Documents, folders: Folders, client: Client): Promise<GraphResult | null> {
  const place = folders.placeOf(params.uri);
  const source = documents.get(params.uri)?.source;
  if (!place || !source) return null;
  const { folder, path } = place;
  const at = 'position' in params ? source.offsetAt(params.position, client.encoding) : 0;
  const centre: Centre = 'focus' in params ? { focus: params.focus } : { file: path, at, word: wordAt(source.text, at)?.word ?? '' };
  folder.makeWay();
  const graph = await (await folder.engine()).graph(centre, params.hops, params.room);
  if (!graph) return null;
  const { nodes, edges, width, height } = graph.drawing;
  return {
    focus: graph.focus,
    total: graph.total,
    width,
    height,
    nodes: nodes.map(({ node, label, detail, x, y, width, height }) => ({
      id: node.id,
      kind: node.kind,
      label,
      detail,
      x,
      y,
      width,
      height,
      place: node.place && placeOf(node.place, folder, client),
    })),
    edges: edges.map(({ edge, label, path, x, y }) => ({ from: edge.from, to: edge.to, label, path, x, y })),
    svg: graph.svg,
    dot: graph.dot,
  };
}

function placeOf(place: Place, folder: FolderAnalysis, { encoding }: Client): ShownPlace {
  const start = { line: place.line - 1, character: 0 };
  const range = folder.source(place.file)?.range(place.at, place.end, encoding) ?? { start, end: start };
  return { uri: folder.uriOf(place.file), range };
}
