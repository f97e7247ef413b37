import { describe, expect, test } from 'vitest';
import type { GraphEdge, GraphNode, GraphView, LifetimeView } from '../../server/src/engine/types';
import { graphAround } from '../../server/src/features/graph';
import { around, nodeAt } from '../../server/src/features/graph/around';
import { type DrawnNode, draw } from '../../server/src/features/graph/layout';

/** Nodes named by letters, in a.c one after the other; edges as pairs of letters. Letters of the upper case are the driver core's. */
function viewOf(names: string, pairs: string): GraphView {
  const nodes = [...names].map((name, index): GraphNode => {
    const core = name !== name.toLowerCase();
    const place = { file: 'a.c', line: index + 1, column: 13, at: 100 * index + 12, end: 100 * index + 13 };
    return { id: name, label: name, kind: core ? 'core' : 'function', place: core ? null : place };
  });
  const edges = pairs
    .split(' ')
    .filter(Boolean)
    .map((pair): GraphEdge => ({ from: pair[0] ?? '', to: pair[1] ?? '', kind: 'call', place: null }));
  return { nodes, edges };
}

const ids = ({ nodes }: GraphView) => nodes.map(({ id }) => id).join('');

describe('the part around a node', () => {
  const view = viewOf('abcdeXf', 'ab bc cd Xa Xf de');

  test.each([
    ['b', 1, 'abc'],
    ['b', 2, 'abcdX'],
    ['b', 3, 'abcdeX'],
    ['b', null, 'abcdeX'],
    ['X', 1, 'aXf'],
    ['f', null, 'Xf'],
  ])('around %s, %s edges away: %s', (focus, hops, expected) => {
    expect(ids(around(view, focus, hops))).toBe(expected);
  });

  test('has the edges between its nodes and no others', () => {
    expect(around(view, 'b', 1).edges.map(({ from, to }) => from + to)).toEqual(['ab', 'bc']);
  });
});

describe('the node for a place', () => {
  const view = viewOf('abc', '');
  const teardown = { object: 'thing', actionPlace: view.nodes[2]?.place } as LifetimeView;
  const at = (word: string, offset: number, file = 'a.c') => nodeAt(view, [teardown], { file, at: offset, word })?.id ?? null;

  test('is the function that is named there, in any file', () => {
    expect(at('a', 250)).toBe('a');
    expect(at('a', 0, 'b.c')).toBe('a');
  });

  test('is the teardown of the struct that is named there', () => expect(at('thing', 0)).toBe('c'));

  test('is the last function that begins before it, or in its line', () => {
    expect(at('x', 150)).toBe('b');
    expect(at('x', 199)).toBe('b');
    expect(at('x', 200)).toBe('c');
    expect(at('', 0)).toBe('a');
  });

  test('is none in a file without any', () => expect(at('x', 0, 'b.c')).toBeNull());
});

describe('a drawing', () => {
  const overlap = (a: DrawnNode, b: DrawnNode) =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

  test('has no boxes over each other, all within it, and callers to the left of callees', () => {
    const { nodes, edges, width, height } = draw(viewOf('abcdefg', 'ab ac ad be ce de ef ag gf'));
    for (const [index, node] of nodes.entries()) {
      expect(nodes.slice(index + 1).filter((other) => overlap(node, other))).toEqual([]);
      expect(node.x >= 0 && node.y >= 0 && node.x + node.width <= width && node.y + node.height <= height).toBe(true);
    }
    const x = new Map(nodes.map((node) => [node.node.id, node.x]));
    for (const { edge } of edges) expect(x.get(edge.from)).toBeLessThan(x.get(edge.to) ?? 0);
  });

  test('leads down instead where it is seen larger then, with callers above callees', () => {
    const view = viewOf('abcdefghi', 'ab bc cd de ef fg gh hi');
    const tall = { width: 300, height: 800 };
    const down = draw(view, tall);
    expect(down.height).toBeGreaterThan(down.width);
    const y = new Map(down.nodes.map((node) => [node.node.id, node.y]));
    for (const { edge, path } of down.edges) {
      expect(y.get(edge.from)).toBeLessThan(y.get(edge.to) ?? 0);
      // From the middle of a lower side, straight down at first.
      const box = down.nodes.find(({ node }) => node.id === edge.from) as DrawnNode;
      const x = box.x + box.width / 2;
      expect(path.startsWith(`M${x} ${box.y + box.height}C${x} `), path).toBe(true);
    }
    expect(draw(view, { width: 800, height: 300 })).toEqual(draw(view));
    expect(draw(view, { width: 5000, height: 5000 })).toEqual(draw(view));
  });

  test('draws cycles, several edges between two nodes, and an edge to itself', () => {
    const view = viewOf('ab', 'ab ba aa');
    view.edges.push({ from: 'a', to: 'b', kind: 'registers', place: null });
    const { edges } = draw(view);
    expect(edges.map(({ label }) => label)).toEqual(['', '', '', 'registers']);
    for (const { path } of edges) expect(path).toMatch(/^M[\d.]+ [\d.]+(?:C(?:[\d.]+ ?){6})+$/);
    expect(new Set(edges.map(({ path }) => path)).size).toBe(4);
  });

  test('leaves out edges to what is not there, and can be empty', () => {
    expect(draw(viewOf('a', 'ab')).edges).toEqual([]);
    expect(draw(viewOf('', ''))).toMatchObject({ nodes: [], edges: [] });
  });

  test('says what a node is and where it stands', () => {
    const [node] = draw(viewOf('a', '')).nodes;
    expect(node).toMatchObject({ label: 'a', detail: 'a.c:1' });
  });

  test('is the same each time', () => {
    const view = viewOf('abcdefg', 'ab ac ad be ce de ef ag gf fa');
    expect(draw(structuredClone(view))).toEqual(draw(view));
  });
});

test('a graph around a place comes as drawing, picture and text; one around what is gone is none', () => {
  const engine = { graph: () => viewOf('abc', 'ab bc'), lifetimes: () => [] };
  const found = graphAround(engine, { file: 'a.c', at: 0, word: 'a' }, 1);
  expect(found).toMatchObject({ focus: 'a', total: 3 });
  expect(found?.drawing.nodes.map(({ label }) => label)).toEqual(['a', 'b']);
  expect(found?.svg).toMatch(/^<svg .*<\/svg>\n$/s);
  expect(found?.dot).toContain('"a" -> "b";');
  expect(graphAround(engine, { focus: 'c' }, 0)?.drawing.nodes).toHaveLength(1);
  expect(graphAround(engine, { focus: 'gone' }, 1)).toBeNull();
});
