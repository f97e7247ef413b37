import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { editor, kernelTree } from '../support/environment';
import { RESULTS, startOn } from '../support/packaged';

const WAIT = { timeout: 20_000 };
const tree = kernelTree('6.12.113');

describe.skipIf(!editor() || !tree)('a race in VS Code, on a kernel tree', () => {
  test('is drawn and stepped through', async () => {
    const workbench = await startOn(tree ?? '', 'drivers/cxl/core/region.c');
    try {
      const lines = readFileSync(join(tree ?? '', 'drivers/cxl/core/region.c'), 'utf8').split('\n');
      await workbench.command('View: Toggle Primary Side Bar Visibility');
      // The one that the proposal of a flag leaves: freed by the handler while it is constructed.
      await workbench.openFile('drivers/cxl/core/region.c', lines.findIndex((line) => line.includes('cxld.dev), dev_name(dev));')) + 1);
      await workbench.command('devres-lens: Show Interleaving');
      const page = workbench.page.frameLocator('iframe.webview').frameLocator('iframe');
      await expect.poll(() => page.locator('li[role=option]').count(), WAIT).toBeGreaterThan(5);
      // On the side the editor has fixes explored, which gives way, but not at once.
      await page.locator('.chip').first().waitFor({ timeout: 120_000 });
      await workbench.screenshot(join(RESULTS, 'panel-cxl.png'));
      await workbench.command('devres-lens: Step Through This Race');
      const variables = workbench.page.locator('.debug-variables');
      await expect.poll(() => variables.innerText(), { timeout: 120_000 }).toMatch(/step 1 of \d+/);
      await workbench.page.keyboard.press('F5');
      await workbench.page.locator('.exception-widget').waitFor();
      await workbench.screenshot(join(RESULTS, 'debug-cxl.png'));
    } finally {
      await workbench.screenshot(join(RESULTS, 'race-cxl-last.png'));
      await workbench.close();
    }
  });
});
