import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createEngine } from '../../server/src/engine';
import { reproducerFrom } from '../../server/src/engine/reproducer';
import { loadEngine } from '../../server/src/host/load';
import { findTree } from '../../server/src/host/tree';
import { kernelHeaders, kernelTree } from '../support/environment';
import { compileObject } from '../support/kernel-compile';

const tree = kernelTree('6.12.113') ?? '';
const SLOW = 300_000;

describe.runIf(tree)('reproducers of the region races in 6.12.113', () => {
  const { engine } = tree ? loadEngine(findTree(tree), createEngine) : { engine: null };
  const races = (engine?.check().findings ?? []).filter(({ lifetime, threads }) => lifetime.object === 'cxl_region' && threads.length > 1);
  const scratch = mkdtempSync(join(tmpdir(), 'devres-lens-reproducer-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));
  const made = races.map((found) => ({ found, made: engine && reproducerFrom(engine, found) }));

  test('there is one for each race of two threads', () => {
    expect(made.length).toBeGreaterThan(5);
    expect(made.flatMap(({ found, made: result }) => (result && 'refused' in result ? [`${found.rule}: ${result.refused}`] : []))).toEqual(
      [],
    );
  });

  test('each script is one that a shell takes', () => {
    for (const { made: result } of made) {
      const script = result && 'script' in result ? result.script : '';
      const { status, stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
      expect(`${status} ${stderr}`).toBe('0 ');
    }
  });

  test.runIf(kernelHeaders())(
    'each patch applies and compiles without a warning',
    () => {
      const patches = new Set(
        made.flatMap(({ made: result }) => (result && 'patch' in result ? [result.patch.slice(result.patch.indexOf('--- a/'))] : [])),
      );
      for (const [i, patch] of [...patches].entries()) {
        const copy = join(scratch, String(i), 'drivers/cxl');
        cpSync(join(tree, 'drivers/cxl'), copy, { recursive: true });
        const apply = spawnSync('git', ['apply', '-'], { cwd: dirname(dirname(copy)), input: patch, encoding: 'utf8' });
        expect(`${apply.status} ${apply.stderr}`).toBe('0 ');
        const objects = [...patch.matchAll(/^\+\+\+ b\/drivers\/cxl\/(.*)\.c$/gm)].map((match) => `${match[1]}.o`);
        for (const object of objects) expect(compileObject(copy, object)).toEqual({ ok: true, output: '' });
      }
    },
    SLOW,
  );
});
