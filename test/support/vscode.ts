import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import type { Editor } from './environment';

const BROWSER_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How long anything that is waited for may take: machines are busy. What never comes makes a test fail, later. */
const PATIENCE_MS = 120_000;
/** How long the quick input may take to answer before it is asked again, and how often it is asked. */
const ANSWER_MS = 10_000;
const ATTEMPTS = 6;

const STATUS = '[id="devres-lens.devres-lens.devresLens.status"]';

/** A quiet editor: nothing that appears on its own, nothing that asks the network. */
const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'editor.minimap.enabled': false,
  'editor.stickyScroll.enabled': false,
  'editor.detectIndentation': false,
  'editor.insertSpaces': false,
  'editor.tabSize': 8,
  'editor.lightbulb.enabled': 'on',
  'files.autoSave': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'search.followSymlinks': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
};

/** A running VS Code in a browser without a window. */
/** How long the menu of fixes may take before it is asked for again, and how often it is: exploring them takes a while on a busy machine. */
const MENU = 20_000;
const MENUS = 6;

export class Workbench {
  private constructor(
    readonly page: Page,
    private readonly browser: Browser,
    private readonly server: ChildProcess,
    private readonly home: string,
  ) {}

  /** Installs extensions into a fresh profile and opens a folder, or the folders of a .code-workspace file. */
  static async start(editor: Editor, extensions: string[], folder: string, settings: Record<string, unknown> = {}): Promise<Workbench> {
    const home = mkdtempSync(join(tmpdir(), 'devres-lens-vscode-'));
    const [node, entry] = editor.command;
    const dirs = ['--user-data-dir', join(home, 'data'), '--extensions-dir', join(home, 'extensions')];
    mkdirSync(join(home, 'data', 'User'), { recursive: true });
    writeFileSync(join(home, 'data', 'User', 'settings.json'), JSON.stringify({ ...SETTINGS, ...settings }));
    const config = join(home, 'config.yaml');
    writeFileSync(config, '');
    const chosen = extensions.flatMap((vsix) => ['--install-extension', vsix]);
    const install = spawnSync(node, [entry, '--config', config, ...dirs, ...chosen], { encoding: 'utf8' });
    if (install.status !== 0) throw new Error(`not installed: ${install.stdout}${install.stderr}`);
    const quiet = ['--auth', 'none', '--disable-telemetry', '--disable-update-check', '--bind-addr', '127.0.0.1:0'];
    const server = spawn(node, [entry, '--config', config, ...quiet, ...dirs, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await addressOf(server);
    const browser = await chromium.launch({ executablePath: editor.browser, args: BROWSER_ARGS });
    const page = await browser.newPage({
      viewport: { width: 1500, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const workbench = new Workbench(page, browser, server, home);
    page.setDefaultTimeout(PATIENCE_MS);
    const kind = folder.endsWith('.code-workspace') ? 'workspace' : 'folder';
    await page.goto(`${url}/?${kind}=${encodeURIComponent(folder)}`);
    await page.locator('.monaco-workbench .part.statusbar').waitFor();
    return workbench;
  }

  /** Loads the window anew, with the editors that were open. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor();
  }

  async close(): Promise<void> {
    await this.browser.close();
    const exited = once(this.server, 'exit');
    this.server.kill();
    await exited;
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Opens a file by its path below the folder, the cursor at a line and column (of the screen: a tab counts as it is wide). */
  async openFile(path: string, line = 1, column = 1): Promise<void> {
    const name = path.split('/').pop() ?? path;
    await this.quickInput('Control+P', path);
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: name }).first();
    await row.waitFor();
    await row.click();
    await this.page.locator('.tab.active').filter({ hasText: name }).waitFor();
    await this.page.locator('.editor-group-container.active .view-line').first().waitFor();
    await this.goTo(line, column);
  }

  /** Only an editor that has its text can be moved in: until then the widget has nothing to accept, and is asked again. */
  private async goTo(line: number, column: number): Promise<void> {
    const widget = this.page.locator('.quick-input-widget');
    for (let attempt = 1; ; attempt++) {
      await this.quickInput('Control+G', `:${line}:${column}`);
      try {
        const row = widget.locator('.monaco-list-row').filter({ hasText: new RegExp(`line ${line}\\b`, 'i') });
        await row.first().waitFor({ timeout: ANSWER_MS });
        await this.page.keyboard.press('Enter');
        await widget.waitFor({ state: 'hidden', timeout: ANSWER_MS });
        return;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Runs a command of the palette by its full title. */
  async command(title: string): Promise<void> {
    await this.quickInput('F1', `>${title}`);
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first();
    await row.waitFor();
    await row.click();
  }

  /** Opens the menu of fixes at the cursor until `wanted` stands in it. What still moves in the editor may close it: then it is opened again. */
  async fixMenu(wanted: Locator): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('Control+.');
      const shown = await wanted.waitFor({ timeout: MENU }).then(
        () => true,
        () => false,
      );
      if (shown) return;
      if (attempt === MENUS) throw new Error('the menu of fixes does not show what was waited for');
    }
  }

  /** Changes between the dark and the light theme. */
  async toggleTheme(): Promise<void> {
    const workbench = this.page.locator('.monaco-workbench');
    const isDark = async () => ((await workbench.getAttribute('class')) ?? '').includes('vs-dark');
    const before = await isDark();
    await this.command('Preferences: Toggle between Light/Dark Themes');
    await this.page.locator(before ? '.monaco-workbench:not(.vs-dark)' : '.monaco-workbench.vs-dark').waitFor();
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  }

  /** Answers the dialog that asks where to save. It reads folders as a path is typed, and takes none before it has read them. */
  async saveAs(path: string): Promise<void> {
    const widget = this.page.locator('.quick-input-widget');
    const input = widget.locator('input[type=text]').first();
    await input.waitFor();
    // What it proposes comes late, and would replace what was typed.
    await this.page.waitForFunction(() => {
      const field = document.querySelector<HTMLInputElement>('.quick-input-widget input[type=text]');
      return field !== null && /\.\w+$/.test(field.value);
    });
    for (let attempt = 1; ; attempt++) {
      try {
        await input.fill(path);
        if ((await input.inputValue()) !== path) throw new Error('the dialog proposes something else');
        await widget.getByText('OK', { exact: true }).click({ timeout: ANSWER_MS });
        await widget.waitFor({ state: 'hidden', timeout: ANSWER_MS });
        return;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async quickInput(key: string, text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input[type=text]').first();
    // A widget of an earlier command may still be on its way out and take the key for its own.
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await this.page.keyboard.press(key);
    await input.waitFor();
    await input.fill(text);
  }

  /** What the extension shows in the status bar, beside the editor's own item for what is in progress. */
  get status(): Locator {
    return this.page.locator(STATUS);
  }

  /** Errors and warnings that the editor lists. */
  async problems(): Promise<number> {
    const label = await this.page.locator('[id="status.problems"] a').first().getAttribute('aria-label');
    return [...(label ?? '').matchAll(/(?:Errors|Warnings): (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** The file in front has been analysed: the number of findings is there, and nothing is read or explored any more. */
  async analysed(): Promise<void> {
    const done = this.page.locator(`${STATUS}:not([aria-label*="Reading"]):not([aria-label*="Exploring"])`);
    await done.filter({ hasText: /devres-lens: \d+\s*$/ }).waitFor({ timeout: 240_000 });
  }

  /** Ids of the extension's server processes in this editor, and in no other. */
  serverProcesses(): number[] {
    const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return numbers.map(Number).filter((pid) => {
      const command = commandLine(pid);
      return command.includes(this.home) && command.includes('dist/server.js');
    });
  }

  get squiggles(): Locator {
    return this.page.locator('.squiggly-warning, .squiggly-error, .squiggly-info');
  }

  clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Moves the pointer away from what shows a tooltip. */
  async withoutTooltip(): Promise<void> {
    const { width, height } = this.page.viewportSize() ?? { width: 0, height: 0 };
    await this.page.mouse.move(width / 2, height - 2);
    await this.page.locator('.workbench-hover-container:visible').waitFor({ state: 'hidden' });
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path });
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}

/** The address that the server says it listens on. */
async function addressOf(server: ChildProcess): Promise<string> {
  if (!server.stdout) throw new Error('the server has no output');
  for await (const line of createInterface({ input: server.stdout })) {
    const address = /listening on (http:\/\/\S+?)\/?$/.exec(line);
    if (address?.[1]) {
      server.stdout.resume();
      return address[1];
    }
  }
  throw new Error('the server ended before it listened');
}
