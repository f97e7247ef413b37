import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../support/environment';

// Beside the modules that it loads.
const folder = mkdtempSync(join(root, 'node_modules', '.memory-'));
const measure = join(folder, 'engine.cjs');

beforeAll(async () => {
  await build({
    entryPoints: [join(root, 'test/bench/engine.ts')],
    outfile: measure,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['tree-sitter', 'tree-sitter-c'],
    logLevel: 'silent',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('resident memory is where it was after many edits and opened files', () => {
  const output = execFileSync(process.execPath, ['--expose-gc', measure, 'memory', 'examples/minibus-racy', 'bus.c', '1500'], {
    cwd: root,
  });
  const { before, edited, opened } = JSON.parse(output.toString()) as Record<string, number>;
  expect(edited).toBeLessThan((before as number) * 1.1);
  expect(opened).toBeLessThan((before as number) * 1.1);
}, 120_000);
