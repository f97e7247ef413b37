import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editor, kernelTree, root } from '../support/environment';
import { RESULTS, startOn, takePicture } from '../support/packaged';
import type { Workbench } from '../support/vscode';

const EXAMPLE = join(root, 'examples', 'minibus-racy');
/** Screen column of a statement of a function. */
const INDENTED = 9;
/** So many within three minutes are not waited for any more (client/src/restarts.ts). */
const CRASHES = 5;
const NEXT_PROBLEM = 'Go to Next Problem in Files (Error, Warning, Info)';

const installed = editor();
const tree = kernelTree('6.12.113');

describe.skipIf(!installed)('the packaged extension in VS Code', () => {
  const source = readFileSync(join(EXAMPLE, 'window.c'), 'utf8').split('\n');
  const release = source.findIndex((line) => line.includes('devm_release_action(')) + 1;
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await startOn(EXAMPLE, 'window.c');
  });

  afterAll(async () => {
    await workbench?.screenshot(join(RESULTS, 'last.png'));
    await workbench?.close();
  });

  test('shows squiggles, and the interleaving at the problem', async () => {
    await workbench.command(NEXT_PROBLEM);
    await expect.poll(() => workbench.squiggles.count(), { timeout: 30_000 }).toBeGreaterThan(0);
    const peek = workbench.page.locator('.marker-widget');
    await peek.waitFor();
    await expect.poll(() => peek.innerText()).toMatch(/Why:/);
    expect(await peek.innerText()).toMatch(/CPU 0/);
    await workbench.screenshot(join(RESULTS, 'problem.png'));
    await workbench.page.keyboard.press('Escape');
  });

  test('explains the lifetime on hover, in a dark and in a light theme', async () => {
    await workbench.openFile('window.c', release, INDENTED);
    const hover = workbench.page.locator('.monaco-hover-content').first();
    for (const theme of ['dark', 'light']) {
      await workbench.command('Show or Focus Hover');
      await hover.waitFor();
      await expect.poll(() => hover.innerText()).toMatch(/slot_unregister\(\) tears down struct mb_slot/);
      expect(await hover.innerText()).toMatch(/What to do:/);
      await workbench.screenshot(join(RESULTS, `hover-${theme}.png`));
      await workbench.page.keyboard.press('Escape');
      await hover.waitFor({ state: 'hidden' });
      await workbench.toggleTheme();
    }
  });

  test('offers what can be done about a finding', async () => {
    await workbench.openFile('window.c', release, INDENTED);
    await workbench.page.keyboard.press('Control+.');
    const menu = workbench.page.locator('.action-widget').filter({ hasText: 'Quick Fix' });
    await menu.waitFor();
    await workbench.screenshot(join(RESULTS, 'fixes.png'));
    const copy = menu.locator('.monaco-list-row.action').filter({ hasText: 'Copy as changelog' }).first();
    await copy.click();
    await expect.poll(() => workbench.clipboard()).toMatch(/^minibus-racy\/window: |^window: /);
    expect(await workbench.clipboard()).toMatch(/ {2}CPU 0 +CPU 1\n/);
  });

  test('draws the interleaving as text beside the code', async () => {
    await workbench.command('View: Toggle Primary Side Bar Visibility');
    await workbench.command('devres-lens: Show Interleaving as Text');
    const tab = workbench.page.locator('.tab').filter({ hasText: '.interleaving' });
    await tab.waitFor();
    const text = workbench.page.locator(
      '.editor-instance[data-uri^="devres-lens:"] .view-lines, .monaco-editor[data-uri^="devres-lens:"] .view-lines',
    );
    await expect.poll(() => text.innerText()).toMatch(/CPU\s1/);
    await workbench.screenshot(join(RESULTS, 'interleaving.png'));
  });

  /** Ends the server as a crash does. */
  function kill(): number[] {
    const before = workbench.serverProcesses();
    expect(before).toHaveLength(1);
    for (const pid of before) process.kill(pid, 'SIGKILL');
    return before;
  }

  async function comesBack(before: number[]): Promise<void> {
    await expect.poll(() => workbench.serverProcesses().filter((pid) => !before.includes(pid))).toHaveLength(1);
    await workbench.analysed();
  }

  test('starts a server that died again', async () => {
    await comesBack(kill());
  });

  test('leaves a server down that keeps dying, says so, and starts it when asked', async () => {
    const told = workbench.page.locator('.notification-list-item').filter({ hasText: 'keeps ending unexpectedly' });
    // One has been before.
    for (let end = 1; end < CRASHES; end++) await comesBack(kill());
    kill();
    await told.waitFor();
    await workbench.status.locator('.codicon-error').waitFor();
    expect(await workbench.status.locator('a').first().getAttribute('aria-label')).toMatch(/The server is not running/);
    expect(workbench.serverProcesses()).toEqual([]);
    await workbench.screenshot(join(RESULTS, 'down.png'));
    await told.getByText('Restart', { exact: true }).click();
    await comesBack([]);
  });

  test('shows its log when asked, and keeps the focus in the code', async () => {
    await workbench.openFile('window.c');
    await workbench.command('devres-lens: Show Log');
    await expect
      .poll(() => workbench.page.locator('.panel .output-view-text, .panel .view-lines').first().innerText())
      .toMatch(/Server\swill\srestart|ended\sunexpectedly/);
    expect(await workbench.page.evaluate(() => document.activeElement?.closest('.editor-group-container') !== null)).toBe(true);
  });
});

describe.skipIf(!installed || !tree)('the packaged extension in VS Code, on a kernel tree', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    // The editor takes a header for C++: what starts the analysis is the kernel around it.
    workbench = await startOn(tree ?? '', 'drivers/cxl/cxl.h');
  });

  afterAll(async () => {
    await workbench?.screenshot(join(RESULTS, 'kernel-last.png'));
    await workbench?.close();
  });

  test('shows squiggles where regions are released, and their lifetime on hover', async () => {
    const lines = readFileSync(join(tree ?? '', 'drivers/cxl/core/region.c'), 'utf8').split('\n');
    const release = lines.findIndex((line) => line.includes('devm_release_action(port->uport_dev')) + 1;
    await workbench.openFile('drivers/cxl/core/region.c', release, INDENTED);
    await expect.poll(() => workbench.squiggles.count(), { timeout: 30_000 }).toBeGreaterThan(0);
    await workbench.command('Show or Focus Hover');
    const hover = workbench.page.locator('.monaco-hover-content').first();
    await hover.waitFor();
    await expect.poll(() => hover.innerText()).toMatch(/unregister_region\(\) tears down struct cxl_region/);
    await workbench.screenshot(join(RESULTS, 'kernel.png'));
    await takePicture(workbench, 'kernel.png');
  });
});
