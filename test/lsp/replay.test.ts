import { expect, test } from 'vitest';
import type { Replay } from '../../protocol/replay';
import { connect } from './in-process';

const A = 'file:///tree/drivers/thing/core/a.c';
const fingerprint = 'drivers/thing/core/a.c:obj';

async function replayOf(text: string): Promise<Replay | null> {
  const { client } = connect({ '/tree/drivers/thing/core/a.c': text });
  await client.initialize();
  await client.open(A, text);
  await client.diagnostics(A);
  const result = await client.request<Replay | null>('devresLens/replay', { fingerprint });
  expect(await client.request('devresLens/replay', { uri: A, position: { line: 1, character: 0 } })).toEqual(result);
  expect(await client.request('devresLens/replay', { fingerprint: 'none' })).toBeNull();
  await client.stop();
  return result;
}

test('a finding is replayed with its places, its calls and the state after each step', async () => {
  const result = await replayOf('int a;\n\t/* 𝒳 */ RACE(obj); RACE(other);\n');
  expect(result).toMatchObject({ rule: 'double-release', what: 'obj is released twice', lifetime: { object: 'obj' } });
  expect(result?.threads.map(({ name, entry }) => `${name}: ${entry}`)).toEqual(['CPU 0: store', 'CPU 1: unbind(dev)']);
  const [first, second] = result?.steps ?? [];
  // UTF-16: the letter before counts twice.
  const range = { start: { line: 1, character: 10 }, end: { line: 1, character: 14 } };
  expect(first).toMatchObject({ thread: 0, text: 'find obj', place: { uri: A, range }, moved: [] });
  expect(first?.stack).toEqual([
    { function: 'store', place: { uri: A, range } },
    { function: 'driver_core', place: null },
  ]);
  expect(second).toMatchObject({ thread: 1, moved: ['release(object)'] });
  expect(second?.state).toEqual([{ scope: 'locks', name: 'lock', value: 'held 2 times', idle: false, before: 'held 1 times' }]);
  // Where the kernel makes the step its thread is shown.
  expect(second?.place).toMatchObject({ uri: A, range: { start: { line: 0 } } });
  expect(result?.related.map(({ title }) => title)).toEqual(['double-release in store()']);
});

test('a finding that was not explored is replayed without states', async () => {
  const result = await replayOf('int a;\n\tRACE(obj); // UNEXPLORED\n');
  expect(result?.steps.map(({ text, stack, state }) => ({ text, stack, state }))).toEqual([
    { text: 'find obj', stack: [], state: [] },
    { text: 'devres_release_all(dev)', stack: [], state: [] },
    { text: 'release obj', stack: [], state: [] },
  ]);
  expect(result?.steps[0]?.place.range.start.line).toBe(1);
});

test('the trace alone is there without the engine', async () => {
  const { client, engines } = connect({ '/tree/drivers/thing/core/a.c': 'RACE(obj);\n' });
  await client.initialize();
  await client.open(A, 'RACE(obj);\n');
  await client.diagnostics(A);
  const result = await client.request<Replay | null>('devresLens/replay', { fingerprint, states: false });
  expect(result).toMatchObject({ explored: true, steps: [{ state: [] }, { state: [] }, { state: [] }] });
  expect(engines[0]?.replays).toBe(0);
  await client.stop();
});

test('what was given up together with other requests is asked for again', async () => {
  const text = 'RACE(obj); // GIVEN UP\n';
  const { client, engines } = connect({ '/tree/drivers/thing/core/a.c': text });
  await client.initialize();
  await client.open(A, text);
  await client.diagnostics(A);
  const result = await client.request<Replay | null>('devresLens/replay', { fingerprint });
  expect(result?.steps.every(({ stack }) => stack.length > 0)).toBe(true);
  expect(engines[0]?.replays).toBe(2);
  await client.stop();
});

test('while the text is ahead of the results the trace is replayed alone', async () => {
  const { client } = connect({ '/tree/drivers/thing/core/a.c': 'RACE(obj);\n' });
  await client.initialize();
  await client.open(A, 'RACE(obj);\n');
  await client.diagnostics(A);
  client.change(A, [{ text: '\nRACE(obj); SLOW\n' }]);
  const result = await client.request<Replay | null>('devresLens/replay', { fingerprint });
  expect(result?.steps.map(({ state }) => state)).toEqual([[], [], []]);
  await client.stop();
});
