import * as vscode from 'vscode';
import type { StatusParams } from '../../protocol/status';
import { isSource } from './documents';
import type { Server } from './server';
import type { ServerState } from './server-state';

const ICONS = { starting: '$(loading~spin)', indexing: '$(sync~spin)', idle: '$(check)', degraded: '$(warning)' } as const;

/** What is to be said while the server does not run. */
const AWAY: Record<Exclude<ServerState, 'running'>, { icon: string; message: string; warns: boolean }> = {
  waiting: { icon: ICONS.starting, message: 'The server is being started', warns: false },
  starting: { icon: ICONS.starting, message: 'The server is being started', warns: false },
  restarting: { icon: '$(sync~spin)', message: 'The server ended unexpectedly and is being started again, see the log', warns: true },
  down: { icon: '$(error)', message: 'The server is not running', warns: true },
};

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

  constructor(private readonly server: Server) {
    this.#item.name = 'devres-lens';
    this.#item.command = 'devresLens.showLog';
    this.#subscriptions = [
      this.#item,
      server.onStatus((status) => this.#update(status)),
      server.onDidChangeState((state) => this.#serverState(state)),
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

  #serverState(state: ServerState): void {
    if (state !== 'running') this.#folders.clear();
    this.#show();
  }

  #show(): void {
    const document = vscode.window.activeTextEditor?.document;
    if (!document || !isSource(document)) {
      this.#item.hide();
      return;
    }
    const { icon, text, message, warns } = this.#said(document.uri);
    this.#item.text = `${icon} devres-lens${text}`;
    this.#item.tooltip = tooltip(message);
    // An icon says nothing to a screen reader.
    this.#item.accessibilityInformation = { label: `devres-lens${text}. ${message}` };
    this.#item.backgroundColor = warns ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.#item.show();
  }

  #said(uri: vscode.Uri): { icon: string; text: string; message: string; warns: boolean } {
    const { state } = this.server;
    if (state !== 'running') return { ...AWAY[state], text: '' };
    const status = this.#statusOf(uri);
    if (!status) return { icon: '$(circle-slash)', text: '', message: 'This file is not analysed', warns: false };
    return { icon: ICONS[status.state], text: shortly(status), message: status.message, warns: status.state === 'degraded' };
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
function shortly(status: StatusParams): string {
  if (status.percent !== undefined) return ` ${status.percent}%`;
  return status.findings > 0 ? `: ${status.findings}` : '';
}

/** The state and its reasons, and what can be done. */
function tooltip(message: string): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: Object.keys(COMMANDS) };
  text.appendText(message);
  const links = Object.entries(COMMANDS).map(([command, title]) => `[${title}](command:${command})`);
  return text.appendMarkdown(`\n\n${links.join(' · ')}`);
}
