import * as vscode from 'vscode';
import { type LanguageClient, RequestType } from 'vscode-languageclient/node';
import { onStatus } from '../../status-events';
import { pageHtml, pageOptions } from '../webview';
import type { FromPage, Graph, ToPage } from './messages';
import { saveAs } from './save';

type GraphParams = { uri: string; hops: number | null } & ({ position: { line: number; character: number } } | { focus: string });
type GraphResult = Graph & { svg: string; dot: string };

const GraphRequest = new RequestType<GraphParams, GraphResult | null, void>('devresLens/graph');

/** Edges from the middle to the rim, until the user wants more or less. */
const HOPS = 3;

/** The one panel that draws the graph around a function; drawn anew when the analysis has something new. */
export class GraphPanel implements vscode.Disposable {
  #panel: vscode.WebviewPanel | undefined;
  #result: GraphResult | undefined;
  #hops: number | null = HOPS;
  /** A document of the folder that the graph is of. */
  #uri = '';
  readonly #status: vscode.Disposable;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly client: LanguageClient,
  ) {
    this.#status = onStatus(client, ({ state }) => {
      if (state === 'idle' || state === 'degraded') void this.#redraw();
    });
  }

  dispose(): void {
    this.#status.dispose();
    this.#panel?.dispose();
  }

  /** Draws the graph around the cursor of an editor, beside it. */
  async show(editor: vscode.TextEditor): Promise<void> {
    const uri = this.client.code2ProtocolConverter.asUri(editor.document.uri);
    const { line, character } = editor.selection.active;
    const result = await this.client.sendRequest(GraphRequest, { uri, hops: this.#hops, position: { line, character } });
    if (!result) {
      void vscode.window.showInformationMessage('No devm action and no sysfs handler is reached from this file, so there is no graph.');
      return;
    }
    this.#uri = uri;
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
    });
    panel.webview.html = pageHtml(panel.webview, this.extensionUri, 'graph', 'Graph of devm actions and sysfs handlers');
    return panel;
  }

  #draw(result: GraphResult): void {
    this.#result = result;
    if (!this.#panel) return;
    this.#panel.title = `Graph: ${this.#name}`;
    const { svg: _svg, dot: _dot, ...graph } = result;
    const message: ToPage = { kind: 'graph', graph, hops: this.#hops };
    void this.#panel.webview.postMessage(message);
  }

  /** The same middle again. Where it is gone, or its document is closed, the last drawing stays. */
  async #redraw(): Promise<void> {
    if (!this.#result || !this.client.isRunning()) return;
    const params = { uri: this.#uri, hops: this.#hops, focus: this.#result.focus };
    const result = await this.client.sendRequest(GraphRequest, params);
    if (result) this.#draw(result);
  }

  get #name(): string {
    return this.#result?.nodes.find(({ id }) => id === this.#result?.focus)?.label ?? '';
  }

  async #handle(message: FromPage): Promise<void> {
    if (!this.#result) return;
    if (message.kind === 'ready') this.#draw(this.#result);
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
    const uri = this.client.protocol2CodeConverter.asUri(place.uri);
    const { start, end } = place.range;
    const selection = new vscode.Range(start.line, start.character, end.line, end.character);
    await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.One, selection });
  }
}
