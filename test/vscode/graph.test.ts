import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOf, webviewOf } from '../support/accessibility';
import { editor, root } from '../support/environment';
import { RESULTS, startOn } from '../support/packaged';
import type { Workbench } from '../support/vscode';

const EXAMPLE = join(root, 'examples', 'minibus-racy');
const NARROW = { width: 900, height: 700 };

describe.skipIf(!editor())('the graph in VS Code', () => {
  const source = readFileSync(join(EXAMPLE, 'window.c'), 'utf8').split('\n');
  const teardown = source.findIndex((line) => line.includes('slot_unregister(void')) + 1;
  const exported = mkdtempSync(join(tmpdir(), 'devres-lens-graph-'));
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await startOn(EXAMPLE, 'window.c');
  });

  afterAll(async () => {
    await workbench?.screenshot(join(RESULTS, 'graph-last.png'));
    await workbench?.close();
    rmSync(exported, { recursive: true, force: true });
  });

  const page = () => workbench.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  const node = (name: string) => page().locator('g.node').filter({ hasText: name }).first();

  test('shows what leads to the function at the cursor, in a dark and in a light theme', async () => {
    await workbench.openFile('window.c', teardown);
    await workbench.command('devres-lens: Show Graph');
    await workbench.page.locator('.tab').filter({ hasText: 'Graph: slot_unregister' }).waitFor();
    await node('slot_unregister').waitFor();
    await expect.poll(() => node('slot_unregister').getAttribute('class')).toContain('focus');
    expect(await node('delete_slot_store').getAttribute('aria-label')).toBe(
      `delete_slot_store, sysfs handler · window.c:${source.findIndex((line) => line.includes('delete_slot_store(')) + 1}; releases slot_unregister; reached from unregister_window (drain)`,
    );
    for (const theme of ['dark', 'light']) {
      await workbench.screenshot(join(RESULTS, `graph-${theme}.png`));
      await workbench.toggleTheme();
    }
    const before = workbench.page.viewportSize();
    await workbench.page.setViewportSize(NARROW);
    await workbench.screenshot(join(RESULTS, 'graph-narrow.png'));
    if (before) await workbench.page.setViewportSize(before);
  });

  test('finds functions, reaches farther, and is moved in by keys', async () => {
    const field = page().getByRole('searchbox', { name: 'Find a function' });
    await field.fill('slot_store');
    await expect.poll(() => page().locator('g.match').count()).toBe(2);
    await field.press('Enter');
    await expect.poll(() => page().locator('.found').innerText()).toMatch(/^1 of 2: (?:create|delete)_slot_store$/);
    await field.fill('');

    const count = page().locator('.count');
    expect(await count.innerText()).toMatch(/^\d+ of 17 functions$/);
    await page().getByLabel('Show up to').selectOption('everything');
    await expect.poll(() => count.innerText()).toBe('17 of 17 functions');

    const width = async () => Number(await page().locator('main svg').getAttribute('width'));
    const legible = await width();
    await page()
      .getByRole('button', { name: /^Zoom in/ })
      .click();
    expect(await width()).toBeCloseTo(legible * 1.25, 0);
    await workbench.page.keyboard.press('0');
    const room = await page()
      .locator('.viewport')
      .evaluate((area) => area.clientWidth);
    await expect.poll(width).toBeLessThanOrEqual(room);

    await node('slot_unregister').focus();
    await workbench.page.keyboard.press('ArrowLeft');
    const focused = page().locator('g.node:focus');
    await expect.poll(() => focused.count()).toBe(1);
    expect(await focused.getAttribute('aria-label')).not.toMatch(/^slot_unregister/);
  });

  test('has no fault of accessibility that a program can find', async () => {
    expect(await faultsOf(await webviewOf(workbench.page))).toEqual([]);
  });

  test('opens the source of a function', async () => {
    await node('unregister_port').click();
    await workbench.page.locator('.tab.active').filter({ hasText: 'bus.c' }).waitFor();
    await workbench.page
      .locator('.statusbar-item')
      .filter({ hasText: /^Ln 60, Col/ })
      .waitFor();
  });

  test('is exported as SVG and as DOT', async () => {
    for (const [format, pattern] of [
      ['SVG', /^<svg .*delete_slot_store/s],
      ['DOT', /^digraph .*delete_slot_store/s],
    ] as const) {
      await page()
        .getByRole('button', { name: `Export as ${format}` })
        .click();
      const target = join(exported, `graph.${format.toLowerCase()}`);
      await workbench.saveAs(target);
      await expect.poll(() => existsSync(target), { timeout: 20_000 }).toBe(true);
      await expect.poll(() => readFileSync(target, 'utf8')).toMatch(pattern);
    }
  });
});
