import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editor, root } from '../support/environment';
import { RESULTS, startOn } from '../support/packaged';
import type { Workbench } from '../support/vscode';

const EXAMPLE = join(root, 'examples', 'minibus-racy');

describe.skipIf(!editor())('views of the lifetimes in VS Code', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await startOn(EXAMPLE, 'window.c', { 'devresLens.inlayHints.enable': true });
  });

  afterAll(async () => {
    await workbench?.screenshot(join(RESULTS, 'views-last.png'));
    await workbench?.close();
  });

  test('a code lens says how many paths race, and opens the interleaving', async () => {
    await workbench.openFile('window.c', 54);
    const lens = workbench.page.locator('.codelens-decoration a').filter({ hasText: '2 paths can release this; 2 race' });
    await lens.waitFor();
    for (const theme of ['dark', 'light']) {
      await workbench.screenshot(join(RESULTS, `lens-${theme}.png`));
      await workbench.toggleTheme();
    }
    await lens.click();
    await workbench.page
      .locator('.tab')
      .filter({ hasText: / in \w+\(\)/ })
      .waitFor();
    expect(await lens.count()).toBe(1);
  });

  test('the side bar lists hosts, actions in release order, who releases them and verdicts, and opens their places', async () => {
    const { page } = workbench;
    await workbench.command('View: Show devres-lens');
    const rows = page.locator('.pane-body .monaco-list-row');
    const row = (text: string) => rows.filter({ hasText: text });
    await row('2. slot_unregister()').waitFor();
    await workbench.screenshot(join(RESULTS, 'lifetimes-dark.png'));
    await row('delete_slot_store()').click();
    await page.locator('.editor-group-container.active .current-line').first().waitFor();
    await expect.poll(() => page.locator('.statusbar-item').filter({ hasText: /^Ln / }).innerText()).toMatch(/^Ln 161\b/);
    await page.locator('.pane-body .monaco-list-row[aria-selected=true] .monaco-tl-twistie').click();
    await row('× delete_slot_store').waitFor();
    await workbench.toggleTheme();
    await workbench.screenshot(join(RESULTS, 'lifetimes-light.png'));
    await workbench.toggleTheme();
  });

  test('the side bar can be filtered', async () => {
    const { page } = workbench;
    const rows = page.locator('.pane-body .monaco-list-row');
    await workbench.command('devres-lens: Filter Lifetimes');
    const input = page.locator('.quick-input-widget input[type=text]').first();
    await input.fill('unregister_client');
    await page.keyboard.press('Enter');
    await expect.poll(() => rows.allInnerTexts().then((texts) => texts.join(' ')), { timeout: 20_000 }).not.toMatch(/slot_unregister/);
    await workbench.command('devres-lens: Clear Filter of Lifetimes');
    await rows.filter({ hasText: 'slot_unregister' }).waitFor();
    await workbench.command('devres-lens: Filter Lifetimes');
    await input.fill('no such thing');
    await page.keyboard.press('Enter');
    const welcome = page.locator('.welcome-view').filter({ hasText: 'Nothing fits the filter.' });
    await welcome.waitFor();
    await workbench.screenshot(join(RESULTS, 'lifetimes-empty.png'));
    await welcome.locator('.monaco-button').click();
    await rows.filter({ hasText: 'slot_unregister' }).waitFor();
  });

  test('inlay hints stand at devm calls, and attributes link to their handlers', async () => {
    const { page } = workbench;
    await workbench.openFile('window.c', 116);
    await expect
      .poll(() => page.locator('.editor-group-container.active .view-lines').innerText())
      .toMatch(/unbind\sof\sport->host_dev:\s2\sof\s3/);
    await workbench.screenshot(join(RESULTS, 'inlay-hints.png'));
    await workbench.openFile('window.c', 146);
    await page.locator('.editor-group-container.active .detected-link').filter({ hasText: 'create_slot' }).first().waitFor();
  });

  test('the call hierarchy shows who runs an action', async () => {
    const { page } = workbench;
    // A click on a lens has opened its own editor group: the call hierarchy is of the source.
    await workbench.openFile('window.c', 54, 13);
    await page.keyboard.press('Shift+Alt+H');
    const row = (text: string) => page.locator('.sidebar .monaco-list-row').filter({ hasText: text });
    await row('devres_release_all').waitFor();
    await row('delete_slot_store').waitFor();
    await workbench.screenshot(join(RESULTS, 'call-hierarchy.png'));
  });

  test('hovers explain a lock, and lead from a lifetime to an interleaving', async () => {
    const { page } = workbench;
    const hover = page.locator('.monaco-hover-content').first();
    await workbench.command('View: Close All Editors');
    await workbench.openFile('window.c', 18, 24);
    // Locks are known with the attributes, which the links tell of.
    await page.locator('.editor-group-container.active .detected-link').first().waitFor();
    await workbench.command('Show or Focus Hover');
    await expect.poll(() => hover.innerText(), { timeout: 20_000 }).toMatch(/mb_slot_rwsem, a lock, is taken at/);
    await workbench.screenshot(join(RESULTS, 'hover-lock.png'));
    await page.keyboard.press('Escape');
    await workbench.openFile('window.c', 148, 18);
    await workbench.command('Show or Focus Hover');
    await expect.poll(() => hover.innerText(), { timeout: 20_000 }).toMatch(/Serves the attribute delete_slot/);
    await workbench.screenshot(join(RESULTS, 'hover-handler.png'));
    await hover.locator('a').filter({ hasText: 'Show interleaving' }).click();
    await page
      .locator('.tab')
      .filter({ hasText: / in \w+\(\)/ })
      .first()
      .waitFor();
  });

  test("a finding's code leads to the page of its rule", async () => {
    const { page } = workbench;
    await workbench.command('View: Close All Editors');
    await workbench.openFile('window.c', 160);
    await workbench.analysed();
    await workbench.command('Go to Next Problem in Files (Error, Warning, Info)');
    const code = page.locator('.marker-widget a.code-link');
    await code.waitFor();
    const rule = await code.innerText();
    await code.click();
    await page
      .locator('.tab')
      .filter({ hasText: `${rule}.md` })
      .waitFor();
    // The page as it is meant to be read, not its text.
    const preview = page.frameLocator('iframe.webview').frameLocator('#active-frame');
    await preview.getByRole('heading', { name: 'What it does' }).waitFor();
    await workbench.screenshot(join(RESULTS, 'rule.png'));
  });

  test('the status says what can be done', async () => {
    const { page } = workbench;
    // It is about the file that is open.
    await workbench.openFile('window.c');
    await workbench.status.hover();
    const hover = page.locator('.monaco-hover').filter({ hasText: 'Restart Server' });
    await hover.waitFor();
    expect(await hover.innerText()).toMatch(/9\sfindings/);
    await workbench.screenshot(join(RESULTS, 'status.png'));
  });
});
