import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editor, root } from '../support/environment';
import { RESULTS, startOn } from '../support/packaged';
import type { Workbench } from '../support/vscode';

const EXAMPLE = join(root, 'examples', 'minibus-racy');

describe.skipIf(!editor())('beside another extension for C', () => {
  const source = readFileSync(join(EXAMPLE, 'window.c'), 'utf8').split('\n');
  const lineOf = (text: string) => source.findIndex((line) => line.includes(text)) + 1;
  const made = mkdtempSync(join(tmpdir(), 'devres-lens-neighbour-'));
  let workbench: Workbench;

  beforeAll(async () => {
    const packagePath = join(made, 'neighbour.vsix');
    await createVSIX({ cwd: join(root, 'test/vscode/neighbour'), packagePath, allowMissingRepository: true, skipLicense: true });
    workbench = await startOn(EXAMPLE, 'window.c', {}, [packagePath]);
  });

  afterAll(async () => {
    await workbench?.screenshot(join(RESULTS, 'side-by-side-last.png'));
    await workbench?.close();
    rmSync(made, { recursive: true, force: true });
  });

  const rows = (text: string) => workbench.page.locator('.sidebar .monaco-list-row').filter({ hasText: text });

  test('both explain what the pointer is on, each once', async () => {
    await workbench.openFile('window.c', lineOf('slot_unregister(void'), 14);
    await workbench.command('Show or Focus Hover');
    const hover = workbench.page.locator('.monaco-hover-content').first();
    await expect.poll(() => hover.innerText()).toMatch(/what the neighbour says/);
    await expect.poll(async () => (await hover.innerText()).split('tears down struct mb_slot').length).toBe(2);
    await workbench.page.keyboard.press('Escape');
  });

  test('the calls of a function are those of the extension that has all of them', async () => {
    for (const name of ['slot_unregister', 'match_slot_by_base']) {
      const line = lineOf(`${name}(`);
      await workbench.openFile('window.c', line, (source[line - 1] ?? '').indexOf(name) + 2);
      await workbench.page.keyboard.press('Shift+Alt+H');
      await rows(`caller of ${name}`).waitFor();
    }
  });

  test('ours are there by a command of their own, with the edges that no call shows', async () => {
    await workbench.openFile('window.c', lineOf('slot_unregister(void'), 14);
    await workbench.command('devres-lens: Show Callers');
    await rows('devres_release_all').waitFor();
    expect(await rows('caller of').count()).toBe(0);
    await rows('delete_slot_store').click();
    await workbench.page
      .locator('.statusbar-item')
      .filter({ hasText: new RegExp(`^Ln ${lineOf('devm_release_action(')}, Col`) })
      .waitFor();
    await rows('delete_slot_store').locator('.monaco-tl-twistie').click();
    await rows('waits for it to return').first().waitFor();
    await workbench.screenshot(join(RESULTS, 'callers.png'));
  });
});
