import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editor, root } from '../support/environment';
import { RESULTS, startOn } from '../support/packaged';
import type { Workbench } from '../support/vscode';

const EXAMPLE = join(root, 'examples', 'minibus-racy');
/** Screen column of a statement of a function. */
const INDENTED = 9;
/** Exploring the fixes of a finding, on a machine that runs other tests at the same time. */
const SLOW = 120_000;

const textsOf = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );

describe.skipIf(!editor())('fixes in VS Code', () => {
  const before = textsOf(EXAMPLE);
  const release = (before['window.c'] ?? '').split('\n').findIndex((line) => line.includes('devm_release_action(')) + 1;
  const folder = mkdtempSync(join(tmpdir(), 'devres-lens-example-'));
  let workbench: Workbench;

  const changed = () => Object.entries(textsOf(folder)).flatMap(([name, text]) => (text === before[name] ? [] : [name]));
  /** Saves until the files are such: an undo in several files goes on after its key, and reads files that are in no tab. */
  const saved = <T>(read: () => T, wanted: T) =>
    expect
      .poll(
        async () => {
          await workbench.command('File: Save All');
          return read();
        },
        { timeout: SLOW },
      )
      .toEqual(wanted);
  /** The row of an action in the menu. */
  const choose = async (title: RegExp): Promise<Locator> => {
    const row = workbench.page
      .locator('.action-widget')
      .filter({ hasText: 'Quick Fix' })
      .locator('.monaco-list-row.action')
      .filter({ hasText: title })
      .first();
    await workbench.openFile('window.c', release, INDENTED);
    await workbench.fixMenu(row);
    await workbench.screenshot(join(RESULTS, 'fix-menu.png'));
    return row;
  };

  beforeAll(async () => {
    cpSync(EXAMPLE, folder, { recursive: true });
    workbench = await startOn(folder, 'window.c');
  });

  afterAll(async () => {
    await workbench?.screenshot(join(RESULTS, 'fixes-last.png'));
    await workbench?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test(
    'one of several files is previewed, applied to all of them, and undone in all of them at once',
    async () => {
      await choose(/^Keep the objects in their owner/);
      // The preferred one stands first and has the focus: this asks to see it before it is applied.
      await workbench.page.keyboard.press('Control+Enter');
      const apply = workbench.page.locator('.monaco-button').filter({ hasText: /^Apply$/ });
      await apply.waitFor();
      for (const theme of ['dark', 'light']) {
        await workbench.screenshot(join(RESULTS, `fix-preview-${theme}.png`));
        await workbench.toggleTheme();
      }
      expect(changed()).toEqual([]);
      await apply.click();
      await expect.poll(() => workbench.squiggles.count(), { timeout: SLOW }).toBe(0);
      await saved(changed, ['minibus.h', 'window.c']);

      await workbench.openFile('window.c', 1);
      await workbench.page.keyboard.press('Control+z');
      await saved(changed, []);
      // Only what is in view has squiggles.
      await workbench.openFile('window.c', release);
      await expect.poll(() => workbench.squiggles.count(), { timeout: SLOW }).toBeGreaterThan(0);
    },
    3 * SLOW,
  );

  test(
    'a reproducer opens as two documents, and nothing is written',
    async () => {
      await (await choose(/^Show reproducer/)).click();
      for (const ending of ['patch', 'sh'])
        await workbench.page
          .locator('.tab')
          .filter({ hasText: new RegExp(`^reproducer-\\w+\\.${ending}`) })
          .waitFor();
      await expect
        .poll(() =>
          workbench.page
            .locator('.view-lines')
            .filter({ hasText: /NOT\sFOR\sMERGING/ })
            .count(),
        )
        .toBe(1);
      await workbench.screenshot(join(RESULTS, 'reproducer.png'));
      expect(changed()).toEqual([]);
    },
    2 * SLOW,
  );

  test(
    'what is not saved is edited as it is, not the file below it, and undo leaves what was typed',
    async () => {
      // No pair of signs, the second of which the editor might add.
      const mine = '// typed, not saved';
      const header = () => readFileSync(join(folder, 'minibus.h'), 'utf8');
      await workbench.openFile('minibus.h', (before['minibus.h'] ?? '').split('\n').length);
      await workbench.page.keyboard.insertText(mine);
      await workbench.page.locator('.tab.dirty').filter({ hasText: 'minibus.h' }).waitFor();
      await (await choose(/^Keep the objects in their owner/)).click();
      await expect.poll(() => workbench.squiggles.count(), { timeout: SLOW }).toBe(0);
      expect(changed()).toEqual([]);
      await saved(changed, ['minibus.h', 'window.c']);
      expect(header()).toContain(mine);
      expect(header()).toMatch(/\bdead\b/);

      await workbench.openFile('window.c', 1);
      await workbench.page.keyboard.press('Control+z');
      await saved(header, `${before['minibus.h']}${mine}`);
      expect(changed()).toEqual(['minibus.h']);
    },
    3 * SLOW,
  );
});
