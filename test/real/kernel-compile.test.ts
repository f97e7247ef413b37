import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kernelHeaders, kernelTree } from '../support/environment';
import { compileObject } from '../support/kernel-compile';

const tree = kernelTree('6.12.113');

describe.skipIf(tree === undefined || kernelHeaders() === undefined)('compiling one object of a driver', () => {
  let driver = '';

  beforeAll(() => {
    driver = join(mkdtempSync(join(tmpdir(), 'devres-lens-driver-')), 'cxl');
    cpSync(join(tree ?? '', 'drivers/cxl'), driver, { recursive: true });
  });

  afterAll(() => rmSync(dirname(driver), { recursive: true, force: true }));

  test('accepts the unchanged source', () => {
    expect(compileObject(driver, 'core/region.o')).toEqual({ ok: true, output: '' });
  });

  test('refuses an API that this kernel does not have, and names it', () => {
    appendFileSync(join(driver, 'core/region.c'), 'static void late(struct device *dev) { devm_remove_action_nowarn(dev, NULL, NULL); }\n');
    const { ok, output } = compileObject(driver, 'core/region.o');
    expect(ok).toBe(false);
    expect(output).toMatch(/cxl\/core\/region\.c:\d+:\d+: error: .*devm_remove_action_nowarn/);
  });
});
