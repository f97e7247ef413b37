import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AnalystEnded } from '../../server/src/lsp/analyst';
import { WorkerAnalyst } from '../../server/src/lsp/worker-analyst';

/** A thread that answers a check with the files it was given, ends over a text that says so, and waits until it is told to stop over another. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const files = new Map();
const calls = {
  setFile(path, text) {
    if (text === 'bad') throw new Error('cannot parse ' + path);
    files.set(path, text);
  },
  removeFile: (path) => files.delete(path),
  setContext(path, text) {
    files.set(path, text);
  },
  check(ticket) {
    const texts = [...files.values()];
    if (texts.includes('die')) process.exit(1);
    if (texts.includes('wait')) {
      Atomics.wait(workerData.counter, 0, ticket);
      return null;
    }
    return Object.fromEntries(files);
  },
  fixes: (ticket, path, at) => [path, at],
};
parentPort.on('message', (call) => {
  if (Atomics.load(workerData.counter, 1) !== 0) return parentPort.close();
  const { id, name, args } = call;
  try {
    parentPort.postMessage({ id, value: calls[name](...args) });
  } catch (error) {
    parentPort.postMessage({ id, error: error.message });
  }
});
`;

let folder: string;
let analyst: WorkerAnalyst;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'devres-lens-worker-'));
  const script = join(folder, 'thread.cjs');
  writeFileSync(script, THREAD);
  analyst = new WorkerAnalyst(script, '/tree');
});

afterEach(async () => {
  await analyst.dispose();
  rmSync(folder, { recursive: true });
});

test('calls are done in order, and one that fails fails alone', async () => {
  const first = analyst.setFile('a.c', 'one');
  const bad = analyst.setFile('b.c', 'bad');
  const last = analyst.setFile('a.c', 'two');
  await expect(bad).rejects.toThrow('cannot parse b.c');
  expect(await Promise.all([first, last, analyst.check({})])).toEqual([undefined, undefined, { 'a.c': 'two' }]);
  expect(await analyst.fixes('a.c', 7)).toEqual(['a.c', 7]);
});

test('a thread that ends fails what it was asked for; the next call starts one that has its files', async () => {
  await analyst.setFile('a.c', 'one');
  await analyst.setFile('gone.c', 'gone');
  await analyst.removeFile('gone.c');
  await analyst.setContext('h.h', 'header');
  await analyst.setFile('b.c', 'die');
  await expect(analyst.check({})).rejects.toThrow(AnalystEnded);
  await analyst.setFile('b.c', 'alive').catch(() => {});
  expect(await analyst.check({})).toEqual({ 'a.c': 'one', 'h.h': 'header', 'b.c': 'alive' });
});

test('a check is abandoned while the thread is busy with it', async () => {
  await analyst.setFile('a.c', 'wait');
  const check = analyst.check({});
  // The thread sleeps until it is told to stop; where it has not begun yet, it does not begin.
  analyst.abandon();
  expect(await check).toBeNull();
});

test('a closed one answers nothing any more', async () => {
  const pending = analyst.check({});
  const closed = analyst.dispose();
  await expect(pending).rejects.toThrow(AnalystEnded);
  await expect(analyst.check({})).rejects.toThrow(AnalystEnded);
  await closed;
});

test('a script that does not load is an engine that ended', async () => {
  const broken = new WorkerAnalyst(join(folder, 'none.cjs'), '');
  await expect(broken.check({})).rejects.toThrow(/failed: .*Cannot find module/);
  await broken.dispose();
});
