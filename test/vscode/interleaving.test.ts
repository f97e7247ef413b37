import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOf, webviewOf } from '../support/accessibility';
import { editor, root } from '../support/environment';
import { RESULTS, startOn } from '../support/packaged';
import type { Workbench } from '../support/vscode';

const EXAMPLE = join(root, 'examples', 'minibus-racy');
const PICTURE = { width: 1500, height: 780 };
const WAIT = { timeout: 20_000 };
const source = readFileSync(join(EXAMPLE, 'window.c'), 'utf8').split('\n');
const lineOf = (text: string) => source.findIndex((line) => line.includes(text)) + 1;

describe.skipIf(!editor())('a race in VS Code', () => {
  let workbench: Workbench;
  let page: FrameLocator;
  let steps: Locator;

  beforeAll(async () => {
    workbench = await startOn(EXAMPLE, 'window.c');
    page = workbench.page.frameLocator('iframe.webview').frameLocator('iframe');
    steps = page.locator('li[role=option]');
    await workbench.command('View: Toggle Primary Side Bar Visibility');
  });

  afterAll(async () => {
    await workbench?.screenshot(join(RESULTS, 'interleaving-last.png'));
    await workbench?.close();
  });

  const selected = () => page.locator('[role=option][aria-selected=true]').getAttribute('id');
  /** Line of the cursor in the code, which need not have the focus. */
  const cursor = () => workbench.page.locator('.editor-group-container .active-line-number').first().innerText();

  test('is drawn beside the code, in lanes with the state, in a dark and in a light theme, wide and narrow', async () => {
    await workbench.openFile('window.c', lineOf('devm_release_action('));
    await workbench.command('devres-lens: Show Interleaving');
    await workbench.page
      .locator('.tab')
      .filter({ hasText: /in delete_slot_store\(\)/ })
      .waitFor();
    await expect.poll(() => steps.count(), { timeout: 30_000 }).toBeGreaterThan(3);
    expect(await page.getByRole('listbox').getAttribute('aria-label')).toMatch(/^Steps of /);
    expect(await steps.last().getAttribute('aria-label')).toMatch(/Here it breaks: /);
    expect(await page.locator('.chip.changed').count()).toBeGreaterThan(0);
    const others = await page.getByRole('combobox').locator('option').allInnerTexts();
    const unbind = others.find((title) => title.startsWith('release-vs-unbind in delete_slot_store'));
    await page.getByRole('combobox').selectOption({ label: unbind ?? '' });
    await expect
      .poll(() => page.locator('.moved').allInnerTexts())
      .toEqual([expect.stringMatching(/slot_unregister\(mb_slot\) devres list ⟶ unbind's own list/)]);
    expect(await faultsOf(await webviewOf(workbench.page))).toEqual([]);
    for (const theme of ['dark', 'light']) {
      await workbench.screenshot(join(RESULTS, `panel-${theme}.png`));
      const before = workbench.page.viewportSize();
      await workbench.page.setViewportSize({ width: 2300, height: 1000 });
      await workbench.screenshot(join(RESULTS, `panel-wide-${theme}.png`));
      if (before) await workbench.page.setViewportSize(before);
      await workbench.toggleTheme();
    }
    if (process.env.DEVRES_LENS_PICTURE !== '1') return;
    const before = workbench.page.viewportSize();
    await workbench.page.setViewportSize(PICTURE);
    await workbench.withoutTooltip();
    await workbench.screenshot(join(root, 'media/readme.png'));
    if (before) await workbench.page.setViewportSize(before);
  });

  test('is gone through with the keys, the cursor in the code along', async () => {
    await expect.poll(selected, WAIT).toBe('step-3');
    await workbench.command('devres-lens: Previous Step of the Interleaving');
    await expect.poll(selected, WAIT).toBe('step-2');
    await workbench.page.keyboard.press('Alt+,');
    await workbench.page.keyboard.press('Alt+,');
    await expect.poll(selected, WAIT).toBe('step-0');
    await expect.poll(cursor, WAIT).toBe(String(lineOf('device_find_child_by_name(')));
    await workbench.page.keyboard.press('Alt+.');
    await expect.poll(selected, WAIT).toBe('step-1');
    await steps.last().click();
    await expect.poll(selected, WAIT).toBe('step-3');
    await expect.poll(cursor, WAIT).toBe(String(lineOf('devm_release_action(')));
    await page.getByRole('listbox').press('Home');
    await expect.poll(selected, WAIT).toBe('step-0');
  });

  test('is stepped through as a debug session, forward and back, to the exception', async () => {
    await page.getByRole('button', { name: 'Step through' }).click();
    const toolbar = workbench.page.locator('.debug-toolbar');
    await toolbar.waitFor();
    const stack = workbench.page.locator('.debug-call-stack');
    await stack.waitFor();
    await expect.poll(() => stack.innerText(), WAIT).toMatch(/CPU 0: delete_slot_store/);
    const variables = workbench.page.locator('.debug-variables');
    // The editor takes the next command once it shows the step.
    const standsAt = async (step: number) => {
      await expect.poll(() => variables.innerText(), WAIT).toMatch(new RegExp(`step ${step} of 4`));
      await expect.poll(selected, WAIT).toBe(`step-${step - 1}`);
    };
    await standsAt(1);
    await workbench.page.keyboard.press('F10');
    await standsAt(2);
    await workbench.page.keyboard.press('F10');
    await standsAt(3);
    await expect.poll(() => variables.innerText(), WAIT).toMatch(/on unbind's own list\s+← on the devres list/);
    await workbench.screenshot(join(RESULTS, 'debug-moved.png'));
    await toolbar.locator('.codicon-debug-step-back').click();
    await standsAt(2);
    await steps.first().click();
    await standsAt(1);
    await workbench.page.keyboard.press('F5');
    await workbench.page.locator('.exception-widget').waitFor();
    expect(await workbench.page.locator('.exception-widget').innerText()).toMatch(/release-vs-unbind/);
    for (const theme of ['dark', 'light']) {
      await workbench.screenshot(join(RESULTS, `debug-${theme}.png`));
      await workbench.toggleTheme();
    }
    await workbench.page.keyboard.press('Shift+F5');
    await toolbar.waitFor({ state: 'hidden' });
  });

  test('is there again after the window was loaded anew', async () => {
    await workbench.reload();
    await expect.poll(() => steps.count(), { timeout: 60_000 }).toBe(4);
    // Which step was chosen the editor writes down once in a while only.
    await expect.poll(selected, WAIT).toMatch(/^step-\d$/);
  });

  test('stays to be had as text', async () => {
    await page.getByRole('button', { name: 'As text' }).click();
    await workbench.page.locator('.tab').filter({ hasText: '.interleaving' }).waitFor();
  });
});
