import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editor, root } from '../support/environment';
import { RESULTS, startOn } from '../support/packaged';
import type { Workbench } from '../support/vscode';

const EXAMPLE = join(root, 'examples', 'minibus-racy');

describe.skipIf(!editor())('views of the lifetimes in VS Code', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await startOn(EXAMPLE, 'window.c');
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
    await workbench.page.locator('.tab').filter({ hasText: '.interleaving' }).waitFor();
    expect(await lens.count()).toBe(1);
  });
});
