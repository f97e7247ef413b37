import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editor, kernelTree, root } from '../support/environment';
import { openEditor, RESULTS, startOn } from '../support/packaged';
import type { Workbench } from '../support/vscode';

const EXAMPLE = join(root, 'examples', 'minibus-racy');
/** Findings of the example, and of drivers/cxl of the pinned kernel: all of them in one file each. */
const OF_EXAMPLE = 9;
const OF_KERNEL = 14;
const UNTITLED = 'static void end(void *data) { }\nint begin(struct device *dev)\n{\n\tdevm_add_action(dev, end, dev);\n\treturn 0;\n}\n';

const tree = kernelTree('6.12.113');

describe.skipIf(!editor() || !tree)('two folders in one VS Code, one of them a folder of a kernel without the tree around it', () => {
  const home = mkdtempSync(join(tmpdir(), 'devres-lens-folders-'));
  const example = join(home, 'example');
  // Something may be typed into it.
  const kernel = join(home, 'linux/drivers/cxl');
  let workbench: Workbench;

  const shows = (findings: number) => workbench.status.filter({ hasText: new RegExp(`devres-lens: ${findings}\\s*$`) }).waitFor();
  const problems = (count: number) => expect.poll(() => workbench.problems()).toBe(count);

  beforeAll(async () => {
    cpSync(EXAMPLE, example, { recursive: true });
    cpSync(join(tree ?? '', 'drivers/cxl'), kernel, { recursive: true });
    symlinkSync(join(tree ?? '', 'include'), join(home, 'linux/include'));
    const git = (...args: string[]) => spawnSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b', ...args], { cwd: example });
    for (const args of [
      ['init', '-q'],
      ['add', '.'],
      ['commit', '-qm', 'example'],
    ])
      expect(git(...args).status).toBe(0);
    appendFileSync(join(example, 'window.c'), '/* changed since */\n');
    const workspace = join(home, 'both.code-workspace');
    writeFileSync(workspace, JSON.stringify({ folders: [{ path: example }, { path: kernel }] }));
    workbench = await openEditor(workspace, {
      'git.enabled': true,
      'git.openRepositoryInParentFolders': 'never',
      'files.defaultLanguage': 'c',
      'files.readonlyInclude': { '**/core/**': true },
    });
  });

  afterAll(async () => {
    await workbench?.screenshot(join(RESULTS, 'folders-last.png'));
    await workbench?.close();
    rmSync(home, { recursive: true, force: true });
  });

  test('are analysed each on its own, the kernel one with the headers of the tree above it, read-only as it is', async () => {
    await workbench.openFile('window.c');
    await shows(OF_EXAMPLE);
    await workbench.openFile('core/region.c');
    await shows(OF_KERNEL);
    await problems(OF_EXAMPLE + OF_KERNEL);
    await workbench.page.keyboard.type('x');
    await workbench.page.locator('.monaco-editor-overlaymessage').filter({ hasText: 'read-only' }).waitFor();
    await workbench.openFile('window.c');
    await shows(OF_EXAMPLE);
  });

  test('stand each in the side bar under its name', async () => {
    await workbench.command('View: Show devres-lens');
    const rows = workbench.page.locator('.pane-body .monaco-list-row');
    for (const name of ['example', 'drivers/cxl']) await rows.filter({ hasText: name }).first().waitFor();
    await workbench.screenshot(join(RESULTS, 'folders.png'));
  });

  test('lose the findings of a file when it is closed, though another file of its folder is open', async () => {
    await workbench.openFile('core/port.c');
    await shows(OF_KERNEL);
    await workbench.openFile('core/region.c');
    await problems(OF_EXAMPLE + OF_KERNEL);
    await workbench.command('View: Close Editor');
    await problems(OF_EXAMPLE);
    await workbench.openFile('core/port.c');
    await shows(OF_KERNEL);
    const label = workbench.status.locator('a').first();
    await expect.poll(() => label.getAttribute('aria-label')).toMatch(new RegExp(`${OF_KERNEL} in files that are not open`));
    await workbench.command('View: Close Editor');
    await problems(OF_EXAMPLE);
  });

  test('have beside them a document that is in neither, analysed as it is typed', async () => {
    await workbench.command('File: New Untitled Text File');
    await workbench.page.locator('.tab.active').filter({ hasText: 'Untitled-1' }).waitFor();
    await workbench.page.keyboard.insertText(UNTITLED);
    await shows(1);
    await problems(OF_EXAMPLE + 1);
    await workbench.screenshot(join(RESULTS, 'untitled.png'));
    await workbench.page.keyboard.press('Control+a');
    await workbench.page.keyboard.insertText('static int nothing;\n');
    await problems(OF_EXAMPLE);
  });

  test('show what git had beside what is there now, with findings in the latter only', async () => {
    await workbench.openFile('window.c');
    await workbench.command('Git: Open Changes');
    const diff = workbench.page.locator('.monaco-diff-editor');
    await diff.waitFor();
    await workbench.page.locator('.tab.active').filter({ hasText: 'Working Tree' }).waitFor();
    await workbench.command('Go to Next Problem (Error, Warning, Info)');
    await expect.poll(() => diff.locator('.editor.modified').locator('.squiggly-warning, .squiggly-error').count()).toBeGreaterThan(0);
    expect(await diff.locator('.editor.original').locator('.squiggly-warning, .squiggly-error').count()).toBe(0);
    await problems(OF_EXAMPLE);
    await workbench.screenshot(join(RESULTS, 'git.png'));
  });
});

describe.skipIf(!editor())('a folder that is not trusted', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await startOn(EXAMPLE, 'window.c', {
      'security.workspace.trust.enabled': true,
      'security.workspace.trust.startupPrompt': 'never',
    });
  });

  afterAll(async () => {
    await workbench?.screenshot(join(RESULTS, 'untrusted-last.png'));
    await workbench?.close();
  });

  test('is analysed as any other, and nothing in it is run', async () => {
    await workbench.page.locator('.statusbar-item').filter({ hasText: 'Restricted Mode' }).waitFor();
    await expect.poll(() => workbench.problems()).toBe(OF_EXAMPLE);
    const line = readFileSync(join(EXAMPLE, 'window.c'), 'utf8')
      .split('\n')
      .findIndex((text) => text.includes('devm_release_action('));
    await workbench.openFile('window.c', line + 1, 9);
    await expect.poll(() => workbench.squiggles.count()).toBeGreaterThan(0);
  });
});
