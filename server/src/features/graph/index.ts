import type { Engine } from '../../engine/types';
import { around, nodeAt, type Spot } from './around';
import { dot } from './dot';
import { type Drawing, draw, type Room } from './layout';
import { svg } from './svg';

export type { Room } from './layout';

/** What a graph is drawn around: a place, or a node of an earlier graph by its id. */
export type Centre = Spot | { focus: string };

export interface GraphAround {
  /** Id of the node in the middle. */
  focus: string;
  /** How many functions the whole graph has. */
  total: number;
  drawing: Drawing;
  /** The same as files. */
  svg: string;
  dot: string;
}

/** The part of a tree's graph around a place, at most `hops` edges away (null: all that are connected), drawn for a room; null where nothing of it is there. */
export function graphAround(
  engine: Pick<Engine, 'graph' | 'lifetimes'>,
  centre: Centre,
  hops: number | null,
  room?: Room,
): GraphAround | null {
  const view = engine.graph();
  const node =
    'focus' in centre ? view.nodes.find(({ id }) => id === centre.focus) : (nodeAt(view, engine.lifetimes(), centre) ?? undefined);
  if (!node) return null;
  const part = around(view, node.id, hops);
  const drawing = draw(part, room);
  return { focus: node.id, total: view.nodes.length, drawing, svg: svg(drawing), dot: dot(part) };
}
