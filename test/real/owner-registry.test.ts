import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixed, patch, readTexts, refusal, type Texts } from '../fixes/owner-registry/apply';
import { kernelHeaders, kernelTree } from '../support/environment';
import { compileObject } from '../support/kernel-compile';
import { checkTree, table, verdictsOf } from './trees';

const tree = kernelTree('6.12.113');
const merged = kernelTree('6.12.117');
const old = kernelTree('6.1.192');
const ACTION = 'unregister_region';

describe.skipIf(tree === undefined)('owner-registry on drivers/cxl of 6.12.113', () => {
  const before = readTexts(tree ?? '', 'drivers/cxl');
  const after: Texts = tree === undefined ? {} : fixed(before, 'cxl_region', ACTION);
  const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
  const diff = patch(before, after);
  let copy = '';

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'devres-lens-registry-'));
    mkdirSync(join(copy, 'drivers'));
    cpSync(join(tree ?? '', 'drivers/cxl'), join(copy, 'drivers/cxl'), { recursive: true });
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test('touches the struct, its allocation and release, and what creates and deletes', () => {
    expect(changed.sort()).toEqual([
      'drivers/cxl/core/core.h',
      'drivers/cxl/core/port.c',
      'drivers/cxl/core/region.c',
      'drivers/cxl/cxl.h',
    ]);
  });

  test('explores clean in every pair of the region, as the merged fix does, and adds no finding', () => {
    const was = checkTree(tree ?? '');
    const now = checkTree(tree ?? '', (path) => after[path]);
    const unclean = verdictsOf(now, ACTION).filter((v) => v.verdict !== 'clean');
    expect(table(unclean)).toEqual([]);
    expect(table(verdictsOf(was, ACTION).filter((v) => v.verdict === 'violated')).length).toBeGreaterThan(5);
    const known = new Set(was.findings.map((f) => `${f.rule} ${f.lifetime.action} ${f.function}`));
    expect(now.findings.map((f) => `${f.rule} ${f.lifetime.action} ${f.function}`).filter((key) => !known.has(key))).toEqual([]);
  });

  test('gives a diff that git apply takes', () => {
    const { status, stderr } = spawnSync('git', ['apply', '--check', '-'], { cwd: copy, input: diff, encoding: 'utf8' });
    expect(`${status} ${stderr}`).toBe('0 ');
  });

  test('has no error and no warning of checkpatch', () => {
    const file = join(copy, 'fix.patch');
    writeFileSync(file, `Resolve teardown races\n\nWhoever finds the object ends it.\n---\n${diff}`);
    const script = join(tree ?? '', 'scripts/checkpatch.pl');
    const { stdout } = spawnSync('perl', [script, '--no-tree', '--no-signoff', '--strict', '--terse', '--show-types', file], {
      encoding: 'utf8',
    });
    expect(stdout.split('\n').filter((line) => /ERROR|WARNING/.test(line))).toEqual([]);
  });

  test.skipIf(kernelHeaders() === undefined)('compiles without a warning', () => {
    for (const path of changed) writeFileSync(join(copy, path), after[path] ?? '');
    for (const object of ['core/region.o', 'core/port.o'])
      expect([object, compileObject(join(copy, 'drivers/cxl'), object)]).toEqual([object, { ok: true, output: '' }]);
  });

  test('changes nothing when it is applied again', () => {
    expect(refusal(after, 'cxl_region', ACTION)).toMatch(/owner keeps the objects already/);
  });

  test('is refused where nobody but devres ends the object', () => {
    expect(refusal(before, 'cxl_nvdimm_bridge', 'unregister_nvb')).toMatch(/nothing to race with/);
  });
});

describe.skipIf(old === undefined)('owner-registry on drivers/cxl of 6.1.192', () => {
  const before = readTexts(old ?? '', 'drivers/cxl');
  const after: Texts = old === undefined ? {} : fixed(before, 'cxl_region', ACTION);

  test('takes the new lock, and refuses a dead owner, before the creator acquires what the constructor consumes', () => {
    const region = after['drivers/cxl/core/region.c'] ?? '';
    const store = region.slice(region.indexOf('create_pmem_region_store('));
    const order = ['mutex_lock_interruptible(', '->dead', 'memregion_alloc(', 'devm_cxl_add_region(', 'mutex_unlock('].map((word) =>
      store.indexOf(word),
    );
    expect(order.slice(0, 4)).toEqual([...order.slice(0, 4)].sort((a, b) => a - b));
    expect(region).not.toMatch(/unregister_region\(void/);
  });

  test('explores clean in every pair of the region', () => {
    const now = checkTree(old ?? '', (path) => after[path]);
    expect(table(verdictsOf(now, ACTION).filter((v) => v.verdict !== 'clean'))).toEqual([]);
    expect(verdictsOf(now, ACTION).length).toBeGreaterThan(5);
  });
});

describe.skipIf(merged === undefined)('owner-registry on drivers/cxl of 6.12.117', () => {
  test('has nothing to do', () => {
    expect(refusal(readTexts(merged ?? '', 'drivers/cxl'), 'cxl_region', ACTION)).toMatch(/owner keeps the objects already/);
  });
});
