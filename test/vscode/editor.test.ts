import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editor, kernelTree, root } from '../support/environment';
import { Workbench } from '../support/vscode';

const RESULTS = join(root, 'test-results');
const FILE = 'drivers/cxl/core/region.c';

const installed = editor();
const tree = kernelTree('6.12.113');

function packageExtension(): string {
  // One that was packaged before, to test just that.
  const { DEVRES_LENS_VSIX } = process.env;
  if (DEVRES_LENS_VSIX) return DEVRES_LENS_VSIX;
  const packed = spawnSync(process.execPath, [join(root, 'scripts/package.mjs')], { cwd: root, encoding: 'utf8' });
  if (packed.status !== 0) throw new Error(`packaging failed: ${packed.stdout}${packed.stderr}`);
  return join(root, 'devres-lens.vsix');
}

describe.skipIf(!installed || !tree)('the packaged extension in VS Code, on a kernel tree', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    mkdirSync(RESULTS, { recursive: true });
    if (!installed || !tree) return;
    workbench = await Workbench.start(installed, packageExtension(), tree);
    await workbench.openFile(FILE);
    // The number of findings appears once the first analysis is done.
    await workbench.status.filter({ hasText: /devres-lens: \d+/ }).waitFor({ timeout: 240_000 });
  });

  afterAll(async () => {
    await workbench?.screenshot(join(RESULTS, 'last.png'));
    await workbench?.close();
  });

  test('shows squiggles, and the interleaving at the problem', async () => {
    await workbench.command('Go to Next Problem in Files (Error, Warning, Info)');
    await expect.poll(() => workbench.squiggles.count(), { timeout: 30_000 }).toBeGreaterThan(0);
    const peek = workbench.page.locator('.marker-widget');
    await peek.waitFor();
    await expect.poll(() => peek.innerText()).toMatch(/Why:/);
    expect(await peek.innerText()).toMatch(/CPU 0/);
    await workbench.screenshot(join(RESULTS, 'problem.png'));
    await workbench.page.keyboard.press('Escape');
  });

  test('explains the lifetime on hover', async () => {
    await workbench.command('Show or Focus Hover');
    const hover = workbench.page.locator('.monaco-hover-content').first();
    await hover.waitFor();
    expect(await hover.innerText()).toMatch(/devres-lens/);
    await workbench.screenshot(join(RESULTS, 'hover.png'));
    await workbench.page.keyboard.press('Escape');
  });

  test('offers fixes', async () => {
    await workbench.page.keyboard.press('Control+.');
    const menu = workbench.page.locator('.action-widget').filter({ hasText: 'Quick Fix' });
    await menu.waitFor();
    expect(await menu.locator('.monaco-list-row.action').count()).toBeGreaterThan(0);
    await workbench.screenshot(join(RESULTS, 'fixes.png'));
    await workbench.page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
  });

  test('draws the interleaving beside the code', async () => {
    await workbench.command('View: Toggle Primary Side Bar Visibility');
    await workbench.command('devres-lens: Show Interleaving');
    const tab = workbench.page.locator('.tab').filter({ hasText: '.interleaving' });
    await tab.waitFor();
    const text = workbench.page.locator(
      '.editor-instance[data-uri^="devres-lens:"] .view-lines, .monaco-editor[data-uri^="devres-lens:"] .view-lines',
    );
    await expect.poll(() => text.innerText()).toMatch(/CPU\s1/);
    await workbench.screenshot(join(RESULTS, 'interleaving.png'));
    if (process.env.DEVRES_LENS_PICTURE === '1') await workbench.screenshot(join(root, 'media/readme.png'));
  });

  test('starts a server that died again', async () => {
    const before = workbench.serverProcesses();
    expect(before).toHaveLength(1);
    for (const pid of before) process.kill(pid, 'SIGKILL');
    await expect.poll(() => workbench.serverProcesses().filter((pid) => !before.includes(pid)), { timeout: 30_000 }).toHaveLength(1);
    await workbench.status.filter({ hasText: /devres-lens: \d+/ }).waitFor({ timeout: 240_000 });
  });

  test('shows its log when asked, and keeps the focus in the code', async () => {
    await workbench.openFile(FILE);
    await workbench.command('devres-lens: Show Log');
    await expect
      .poll(() => workbench.page.locator('.panel .output-view-text, .panel .view-lines').first().innerText())
      .toMatch(/ended\sunexpectedly/);
    expect(await workbench.page.evaluate(() => document.activeElement?.closest('.editor-group-container') !== null)).toBe(true);
  });
});
