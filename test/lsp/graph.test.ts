import { expect, test } from 'vitest';
import type { GraphResult } from '../../protocol/graph';
import { MODERN } from '../support/lsp-client';
import { connect } from './in-process';

const A = 'file:///tree/drivers/thing/a.c';
const TEXT = '/* 𝒳 */ RACE(first);\n/* 𝒳 */ RACE(second);\n';

test('the graph around the cursor has places in the encoding of the client, and can be asked for again by its middle', async () => {
  const { client } = connect({ '/tree/drivers/thing/a.c': TEXT });
  await client.initialize({ ...MODERN, general: { positionEncodings: ['utf-32'] } });
  await client.open(A, TEXT);
  await client.diagnostics(A);
  const graph = await client.request<GraphResult | null>('devresLens/graph', { uri: A, position: { line: 1, character: 15 }, hops: 1 });
  expect(graph?.nodes.map(({ label, place }) => [label, place])).toEqual([
    ['core', null],
    ['second', { uri: A, range: { start: { line: 1, character: 8 }, end: { line: 1, character: 12 } } }],
  ]);
  expect(graph?.edges).toMatchObject([{ from: 'core', to: graph?.focus, label: 'devres_release_all' }]);
  expect(graph?.total).toBe(3);
  expect(await client.request('devresLens/graph', { uri: A, focus: graph?.focus, hops: 1 })).toEqual(graph);
  expect(await client.request('devresLens/graph', { uri: A, focus: 'gone', hops: 1 })).toBeNull();
  expect(await client.request('devresLens/graph', { uri: 'file:///none.c', position: { line: 0, character: 0 }, hops: 1 })).toBeNull();
  await client.stop();
});

test.each([
  ['graph', { uri: A, position: { line: 0, character: 9 }, hops: 1 }],
  ['reproducer', { fingerprint: 'drivers/thing/a.c:first' }],
])('a %s does not wait for fixes that are explored on the side, and ends no check', async (name, params) => {
  const { client, engines } = connect({ '/tree/drivers/thing/a.c': TEXT });
  await client.initialize();
  await client.open(A, TEXT);
  await client.diagnostics(A);
  const engine = engines[0] ?? expect.fail('no engine');
  const before = engine.abandoned;
  await client.request(`devresLens/${name}`, params);
  expect(engine.abandoned).toBe(before + 1);
  client.change(A, [{ text: `${TEXT}SLOW` }]);
  // Whose answer comes after the change was taken in.
  await client.hover(A, { line: 0, character: 0 });
  const checking = engine.abandoned;
  await client.request(`devresLens/${name}`, params);
  expect(engine.abandoned).toBe(checking);
  await client.stop();
});
