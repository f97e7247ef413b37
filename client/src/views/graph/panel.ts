import * as vscode from 'vscode';
import { GraphRequest, type GraphResult, type Room } from '../../../../protocol/graph';
import { locationOf, positionIn } from '../../places';
import type { Server } from '../../server';
import { tellDown } from '../../server-state';
import { pageHtml, pageOptions } from '../webview';
import type { FromPage, ToPage } from './messages';
import { saveAs } from './save';

/** Edges from the middle to the rim, until the user wants more or less. */
const HOPS = 3;

/** The one panel that draws the graph around a function; drawn anew when the analysis has something new. */
export class GraphPanel implements vscode.Disposable {
  #panel: vscode.WebviewPanel | undefined;
  #result: GraphResult | undefined;
  #hops: number | null = HOPS;
  /** The page's, once it is there. */
  #room: Room | undefined;
  /** A document of the folder that the graph is of. */
  #uri = '';
  readonly #status: vscode.Disposable;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly server: Server,
  ) {
    this.#status = server.onStatus(({ state }) => {
      if (state === 'idle' || state === 'degraded') void this.#redraw();
    });
  }

  dispose(): void {
    this.#status.dispose();
    this.#panel?.dispose();
  }

  /** Draws the graph around the cursor of an editor, beside it. */
  async show(editor: vscode.TextEditor): Promise<void> {
    const at = positionIn(editor);
    const result = await this.server.request(GraphRequest, { ...at, ...this.#extent });
    if (result === undefined) {
      void tellDown('The devres-lens server is not running.');
      return;
    }
    if (result === null) {
      void vscode.window.showInformationMessage('No devm action and no sysfs handler is reached from this file, so there is no graph.');
      return;
    }
    this.#uri = at.uri;
    this.#panel ??= this.#open();
    this.#panel.reveal(undefined, false);
    this.#draw(result);
  }

  #open(): vscode.WebviewPanel {
    const panel = vscode.window.createWebviewPanel('devresLens.graph', 'Graph', vscode.ViewColumn.Beside, pageOptions(this.extensionUri));
    panel.webview.onDidReceiveMessage((message: FromPage) => this.#handle(message));
    panel.onDidDispose(() => {
      this.#panel = undefined;
      this.#result = undefined;
      this.#room = undefined;
    });
    panel.webview.html = pageHtml(panel.webview, this.extensionUri, 'graph', 'Graph of devm actions and sysfs handlers');
    return panel;
  }

  #draw(result: GraphResult): void {
    this.#result = result;
    if (!this.#panel) return;
    this.#panel.title = `Graph: ${this.#name}`;
    // The page asks once it is there.
    if (!this.#room) return;
    const { svg: _svg, dot: _dot, ...graph } = result;
    const message: ToPage = { kind: 'graph', graph, hops: this.#hops };
    void this.#panel.webview.postMessage(message);
  }

  /** The same middle again. Where it is gone, or its document is closed, the last drawing stays: then this says false. */
  async #redraw(): Promise<boolean> {
    if (!this.#result || !this.server.isRunning) return false;
    const params = { uri: this.#uri, ...this.#extent, focus: this.#result.focus };
    const result = await this.server.request(GraphRequest, params);
    if (result) this.#draw(result);
    return Boolean(result);
  }

  get #extent() {
    return { hops: this.#hops, ...(this.#room && { room: this.#room }) };
  }

  get #name(): string {
    return this.#result?.nodes.find(({ id }) => id === this.#result?.focus)?.label ?? '';
  }

  async #handle(message: FromPage): Promise<void> {
    if (!this.#result) return;
    if (message.kind === 'room') {
      this.#room = message.room;
      // A page that was hidden has lost what it showed.
      if (!(await this.#redraw())) this.#draw(this.#result);
    }
    if (message.kind === 'hops') {
      this.#hops = message.hops;
      await this.#redraw();
    }
    if (message.kind === 'open') await this.#reveal(message.id);
    if (message.kind === 'export')
      await saveAs(this.#result[message.format], `${this.#name}.${message.format}`, vscode.Uri.parse(this.#uri));
  }

  async #reveal(id: string): Promise<void> {
    const place = this.#result?.nodes.find((node) => node.id === id)?.place;
    if (!place) return;
    const { uri, range: selection } = locationOf(place);
    await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.One, selection });
  }
}
