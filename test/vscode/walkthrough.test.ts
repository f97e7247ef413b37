import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownerRegistry } from '../../server/src/fixes/owner-registry';
import { editor, root } from '../support/environment';
import { openEditor, packageExtension, RESULTS, takePicture } from '../support/packaged';
import type { Workbench } from '../support/vscode';

const EXAMPLE = join(root, 'examples', 'minibus-racy');
/** Screen column of a statement of a function. */
const INDENTED = 9;
/** Milliseconds of the editor's clock, which is that of a machine with other things to do. */
const ACTIVATION_MS = 100;
const TRIES = 8;
/** With the native parser for six platforms. */
const PACKAGE_BYTES = 5 << 20;

describe.skipIf(!editor())('the first five minutes in VS Code', () => {
  const empty = mkdtempSync(join(tmpdir(), 'devres-lens-empty-'));
  let workbench: Workbench;
  /** Where the example is copied to. */
  let copy: string | undefined;

  /** Temporary folders with an example in them, those of other runs included. */
  const temporaryFolders = () =>
    readdirSync(tmpdir())
      .map((name) => join(tmpdir(), name))
      .filter((folder) => existsSync(join(folder, 'minibus-racy')));

  beforeAll(async () => {
    workbench = await openEditor(empty);
  });

  afterAll(async () => {
    await workbench?.screenshot(join(RESULTS, 'walkthrough-last.png'));
    await workbench?.close();
    for (const folder of [empty, copy]) if (folder) rmSync(folder, { recursive: true, force: true });
  });

  test('the walkthrough has its steps and pictures', async () => {
    await workbench.command('Welcome: Open Walkthrough');
    const choice = workbench.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Find Races in a Driver' }).first();
    await choice.click();
    const steps = workbench.page.locator('.getting-started-step');
    await expect.poll(() => steps.count()).toBe(6);
    const picture = workbench.page.locator('.getting-started-media img').first();
    await expect.poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
    for (const theme of ['dark', 'light']) {
      await workbench.screenshot(join(RESULTS, `walkthrough-${theme}.png`));
      await workbench.toggleTheme();
    }
  });

  test('the example is copied, opened at a race and analysed', async () => {
    const before = new Set(temporaryFolders());
    await workbench.command('devres-lens: Open the Example Driver');
    await workbench.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Temporary folder' }).click();
    await workbench.page.locator('.tab.active').filter({ hasText: 'window.c' }).waitFor();
    await workbench.status.filter({ hasText: /devres-lens: \d+/ }).waitFor({ timeout: 120_000 });
    await expect.poll(() => workbench.squiggles.count()).toBeGreaterThan(0);
    copy = temporaryFolders().find((name) => !before.has(name)) ?? expect.fail('no folder was made');
    const copied = readFileSync(join(copy, 'minibus-racy', 'window.c'), 'utf8');
    expect(copied).toBe(readFileSync(join(EXAMPLE, 'window.c'), 'utf8'));
  });

  test('what the walkthrough tells to do can be done in the example', async () => {
    const { page } = workbench;
    await workbench.command('View: Toggle Primary Side Bar Visibility');
    await takePicture(workbench, 'findings.png');

    const lines = readFileSync(join(EXAMPLE, 'window.c'), 'utf8').split('\n');
    const lineOf = (text: string) => lines.findIndex((line) => line.includes(text)) + 1;
    await workbench.openFile('window.c', lineOf('slot_unregister(void'), 'static void slot_'.length);
    await workbench.command('Show or Focus Hover');
    const hover = page.locator('.monaco-hover-content').first();
    await expect.poll(() => hover.innerText()).toMatch(/slot_unregister\(\) tears down struct mb_slot/);
    await takePicture(workbench, 'hover.png');
    await page.keyboard.press('Escape');
    await hover.waitFor({ state: 'hidden' });

    await workbench.openFile('window.c', lineOf('devm_release_action('), INDENTED);
    const menu = page.locator('.action-widget').filter({ hasText: ownerRegistry.title });
    await workbench.fixMenu(menu);
    await takePicture(workbench, 'fixes.png');
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });

    const view = page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    await workbench.command('devres-lens: Show Graph');
    await view.locator('g.node.focus').waitFor();
    await takePicture(workbench, 'graph.png');
    await workbench.command('View: Close Editor');
    await page.locator('.tab').filter({ hasText: 'Graph: ' }).waitFor({ state: 'hidden' });

    await workbench.command('devres-lens: Show Interleaving');
    await view.locator('li[role=option]').first().waitFor();
    await takePicture(workbench, 'interleaving.png');
  });

  test('the editor has no complaint about the extension, whose activation is a matter of milliseconds on its clock', async () => {
    // The slowest come first: there has to be room for all.
    await workbench.page.setViewportSize({ width: 1500, height: 2500 });
    const times: number[] = [];
    // The fastest of some counts: what else the machine does can only make it slower. What it may cost stands in test/unit/activation.test.ts.
    while (times.length < TRIES && !times.some((ms) => ms < ACTIVATION_MS)) {
      if (times.length > 0) await workbench.reload();
      await workbench.command('Developer: Show Running Extensions');
      const row = workbench.page.locator('.runtime-extensions-editor .monaco-list-row').filter({ hasText: 'devres-lens' }).first();
      await row.filter({ hasText: /Activation: \d+ms/ }).waitFor();
      const text = await row.innerText();
      times.push(Number(/Activation: (\d+)ms/.exec(text)?.[1]));
      expect(await row.locator('.codicon-warning, .codicon-bug, .codicon-error').count()).toBe(0);
      expect(text).not.toMatch(/references|not defined|error/i);
    }
    console.log(`activation: ${times.join(', ')} ms`);
    expect(Math.min(...times)).toBeLessThan(ACTIVATION_MS);
  });

  test('the package is small', () => {
    expect(statSync(packageExtension()).size).toBeLessThan(PACKAGE_BYTES);
  });
});
