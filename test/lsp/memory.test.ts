import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Analysis } from '../../server/src/lsp/analyst';
import { type AnalysisMemory, analysisMemory } from '../../server/src/lsp/memory';
import { HEADERS } from './fake-analyst';
import { connect } from './in-process';

const PATH = 'drivers/pump/pump.c';
const URI = `file:///tree/${PATH}`;
const KNOWN = { 'include/known.h': 'int known;' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'devres-lens-memory-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A memory that says when it has kept something. */
function watched(): { memory: AnalysisMemory; kept: Promise<string[]>; asked: string[] } {
  const asked: string[] = [];
  const memory = analysisMemory(folder, '1');
  let told: (texts: string[]) => void;
  const kept = new Promise<string[]>((resolve) => {
    told = resolve;
  });
  return {
    memory: {
      recall: memory.recall,
      async keep(texts, headers, analysis) {
        asked.push(...texts.values());
        await memory.keep(texts, headers, analysis);
        told([...texts.values()]);
      },
    },
    kept,
    asked,
  };
}

async function start(text: string, memory: AnalysisMemory, disk: Record<string, string> = { [`/tree/${PATH}`]: text }) {
  const session = connect(disk, memory);
  await session.client.initialize();
  await session.client.open(URI, text);
  return session;
}

/** The check of this text never ends: what is shown was remembered. */
const ENDLESS = 'RACE(a) SLOW';

async function rememberedFrom(text: string): Promise<Analysis> {
  const { memory, kept } = watched();
  const { client } = await start(text, memory);
  await client.diagnostics(URI);
  await kept;
  const analysis = await memory.recall(new Map([[PATH, text]]), (path) => KNOWN[path as keyof typeof KNOWN] ?? null);
  return analysis as Analysis;
}

test('a folder whose texts are those of an earlier run is shown before it is checked', async () => {
  const analysis = await rememberedFrom('RACE(a)');
  const { memory } = watched();
  await memory.keep(new Map([[PATH, ENDLESS]]), [], analysis);
  const { client } = await start(ENDLESS, memory);
  const { diagnostics } = await client.diagnostics(URI);
  expect(diagnostics.map(({ code }) => code)).toEqual(['double-release']);
});

test('a header that has changed since makes what was kept unknown', async () => {
  await rememberedFrom('RACE(a)');
  const texts = new Map([[PATH, 'RACE(a)']]);
  const memory = analysisMemory(folder, '1');
  const recalled = (headers: Record<string, string>) => memory.recall(texts, (path) => headers[path] ?? null);
  expect(await recalled(KNOWN)).not.toBeNull();
  expect(await recalled({ ...KNOWN, 'include/known.h': 'long known;' })).toBeNull();
  expect(await recalled({ ...KNOWN, 'include/missing.h': '' })).toBeNull();
  expect(await analysisMemory(folder, '2').recall(texts, (path) => KNOWN[path as keyof typeof KNOWN] ?? null)).toBeNull();
  expect(HEADERS.map(([path]) => path)).toEqual(['include/known.h', 'include/missing.h']);
});

test('what is not saved is kept once it is', async () => {
  const { memory, kept, asked } = watched();
  const { client, disk } = await start('RACE(b)', memory, { [`/tree/${PATH}`]: 'RACE(a)' });
  await client.diagnostics(URI);
  // What follows the results has been done when the next request is answered.
  await client.hover(URI, { line: 0, character: 0 });
  expect(asked).toEqual([]);
  disk.set(`/tree/${PATH}`, 'RACE(b)');
  await client.notify('textDocument/didSave', { textDocument: { uri: URI } });
  expect(await kept).toEqual(['RACE(b)']);
});
