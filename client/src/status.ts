import * as vscode from 'vscode';
import { type LanguageClient, State } from 'vscode-languageclient/node';
import type { StatusParams } from './protocol';
import { onStatus } from './status-events';

const ICONS = { starting: '$(loading~spin)', indexing: '$(sync~spin)', idle: '$(check)', degraded: '$(warning)' } as const;

const COMMANDS = {
  'devresLens.showLog': 'Show Log',
  'devresLens.restart': 'Restart Server',
  'devresLens.lifetimes.focus': 'Devres Lifetimes',
} as const;

/** The state of the analysis of the folder that the active editor is in, in the status bar. */
export class StatusView implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('devresLens.status', vscode.StatusBarAlignment.Right, 90);
  readonly #folders = new Map<string, StatusParams>();
  readonly #subscriptions: vscode.Disposable[];
  #running = false;

  constructor(client: LanguageClient) {
    this.#item.name = 'devres-lens';
    this.#item.command = 'devresLens.showLog';
    this.#subscriptions = [
      this.#item,
      onStatus(client, (status) => this.#update(status)),
      client.onDidChangeState(({ newState }) => this.#serverState(newState)),
      vscode.window.onDidChangeActiveTextEditor(() => this.#show()),
    ];
    this.#show();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #update(status: StatusParams): void {
    this.#folders.set(status.folder, status);
    this.#show();
  }

  #serverState(state: State): void {
    this.#running = state === State.Running;
    if (state === State.Stopped) this.#folders.clear();
    this.#show();
  }

  #show(): void {
    const document = vscode.window.activeTextEditor?.document;
    if (!document || (document.languageId !== 'c' && !document.fileName.endsWith('.h'))) {
      this.#item.hide();
      return;
    }
    const status = this.#statusOf(document.uri);
    const icon = this.#running ? ICONS[status?.state ?? 'starting'] : '$(error)';
    this.#item.text = `${icon} devres-lens${shortly(status)}`;
    this.#item.tooltip = tooltip(this.#running ? (status?.message ?? 'This file is not analysed') : 'The server is not running');
    const warns = !this.#running || status?.state === 'degraded';
    this.#item.backgroundColor = warns ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.#item.show();
  }

  /** Of the analysed folders around a document the innermost. */
  #statusOf(uri: vscode.Uri): StatusParams | undefined {
    const around = [...this.#folders.values()].filter(({ folder }) => {
      if (folder === '') return false;
      const path = vscode.Uri.parse(folder).path;
      return uri.path === path || uri.path.startsWith(`${path}/`);
    });
    return around.sort((a, b) => b.folder.length - a.folder.length)[0];
  }
}

/** How far it is, or how much was found. */
function shortly(status: StatusParams | undefined): string {
  if (status?.percent !== undefined) return ` ${status.percent}%`;
  return status && status.findings > 0 ? `: ${status.findings}` : '';
}

/** The state and its reasons, and what can be done. */
function tooltip(message: string): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: Object.keys(COMMANDS) };
  text.appendText(message);
  const links = Object.entries(COMMANDS).map(([command, title]) => `[${title}](command:${command})`);
  return text.appendMarkdown(`\n\n${links.join(' · ')}`);
}
