import * as vscode from 'vscode';
import { SHOW_INTERLEAVING } from '../../../../protocol/commands';
import { type FolderLifetimes, LifetimesRequest } from '../../../../protocol/lifetimes';
import { locationOf, openCommand } from '../../places';
import type { Server } from '../../server';
import { type Filter, filtered, isFiltering, NO_FILTER } from './filter';
import { rowsOf, type TreeRow } from './nodes';

const VIEW = 'devresLens.lifetimes';

const COLORS: Readonly<Record<string, string>> = {
  violated: 'list.errorForeground',
  incomplete: 'list.warningForeground',
  clean: 'testing.iconPassed',
};

/** "Devres Lifetimes" in the side bar: hosts, the actions that their unbind runs, who else releases them, and whether that races. */
export class LifetimesView implements vscode.TreeDataProvider<TreeRow>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<TreeRow>;
  readonly #subscriptions: vscode.Disposable[];
  #folders: FolderLifetimes[] = [];
  #filter: Filter = NO_FILTER;
  #isReading = false;

  constructor(private readonly server: Server) {
    this.#view = vscode.window.createTreeView(VIEW, { treeDataProvider: this, showCollapseAll: true });
    this.#subscriptions = [
      this.#changed,
      this.#view,
      server.onStatus(({ state }) => {
        this.#reading(state === 'indexing');
        if (state === 'idle' || state === 'degraded') void this.#fetch();
      }),
      this.#view.onDidChangeVisibility(({ visible }) => visible && void this.#fetch()),
      vscode.commands.registerCommand(`${VIEW}.refresh`, () => this.#fetch()),
      vscode.commands.registerCommand(`${VIEW}.filter`, () => this.#askFilter()),
      vscode.commands.registerCommand(`${VIEW}.clearFilter`, () => this.#setFilter(NO_FILTER)),
      vscode.commands.registerCommand(`${VIEW}.onlyRacing`, () => this.#setFilter({ ...this.#filter, onlyRacing: true })),
      vscode.commands.registerCommand(`${VIEW}.showInterleaving`, (row?: TreeRow) =>
        vscode.commands.executeCommand(SHOW_INTERLEAVING, row?.fingerprint),
      ),
    ];
    this.#setFilter(NO_FILTER);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  getChildren(row?: TreeRow): TreeRow[] {
    return row ? row.children : rowsOf(filtered(this.#folders, this.#filter));
  }

  getTreeItem(row: TreeRow): vscode.TreeItem {
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(row.label, row.children.length === 0 ? None : row.isOpen ? Expanded : Collapsed);
    const color = row.state === null ? undefined : COLORS[row.state];
    item.id = row.id;
    item.description = row.description;
    item.tooltip = row.tooltip;
    item.iconPath = new vscode.ThemeIcon(row.icon, color === undefined ? undefined : new vscode.ThemeColor(color));
    // A coloured icon says nothing to a screen reader; the tooltip does.
    item.accessibilityInformation = { label: row.tooltip || row.label };
    item.contextValue = row.fingerprint === null ? 'plain' : 'finding';
    const command = this.#commandOf(row);
    if (command) item.command = command;
    return item;
  }

  /** A row opens its place in the editor; a verdict has none, and shows how it comes about. */
  #commandOf({ location, fingerprint }: TreeRow): vscode.Command | null {
    if (location) return openCommand(locationOf(location));
    return fingerprint === null ? null : { title: 'Show Interleaving', command: SHOW_INTERLEAVING, arguments: [fingerprint] };
  }

  /** A view without rows says that they are on their way. */
  #reading(isReading: boolean): void {
    if (isReading === this.#isReading) return;
    this.#isReading = isReading;
    void vscode.commands.executeCommand('setContext', `${VIEW}.isReading`, isReading);
  }

  async #fetch(): Promise<void> {
    if (!this.#view.visible || !this.server.isRunning) return;
    const folders = await this.server.request(LifetimesRequest, null);
    if (!folders) return;
    this.#folders = folders;
    this.#show();
  }

  async #askFilter(): Promise<void> {
    const text = await vscode.window.showInputBox({
      title: 'Filter Devres Lifetimes',
      prompt: 'Words of a host, a teardown, a struct or a path that releases it',
      value: this.#filter.text,
    });
    if (text !== undefined) this.#setFilter({ ...this.#filter, text });
  }

  #setFilter(filter: Filter): void {
    this.#filter = filter;
    void vscode.commands.executeCommand('setContext', `${VIEW}.isFiltered`, isFiltering(filter));
    this.#show();
  }

  #show(): void {
    const { text, onlyRacing } = this.#filter;
    const parts = [onlyRacing ? 'only what races' : '', text.trim() === '' ? '' : `“${text.trim()}”`].filter(Boolean);
    const isEmpty = filtered(this.#folders, this.#filter).length === 0;
    void vscode.commands.executeCommand('setContext', `${VIEW}.isAnalysed`, this.#folders.length > 0);
    // Without rows the view shows its welcome, which a message would stand above.
    this.#view.message = parts.length > 0 && !isEmpty ? `Filtered: ${parts.join(', ')}` : '';
    this.#changed.fire();
  }
}
