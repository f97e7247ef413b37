import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { type InterleavingParams, InterleavingRequest, type InterleavingResult } from './protocol';
import { onStatus } from './status-events';

const SCHEME = 'devres-lens';

/** Documents that draw the interleaving of a finding; redrawn when the analysis has something new. */
export class InterleavingDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(private readonly client: LanguageClient) {
    this.#subscriptions = [
      this.#changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      onStatus(client, ({ state }) => {
        if (state === 'idle' || state === 'degraded') this.#refresh();
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const result = await this.client.sendRequest(InterleavingRequest, { fingerprint: uri.query });
    return result?.text ?? 'This finding is gone.\n';
  }

  /** Opens the interleaving of a finding beside the code, which keeps the focus. */
  async show(params: InterleavingParams): Promise<void> {
    const result = await this.client.sendRequest(InterleavingRequest, params);
    if (!result) {
      tellNone();
      return;
    }
    const document = await vscode.workspace.openTextDocument(uriOf(result));
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true, preserveFocus: true });
  }

  #refresh(): void {
    for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === SCHEME) this.#changed.fire(uri);
  }
}

/** Where the cursor is, as the server wants it. */
export function positionIn(editor: vscode.TextEditor, client: LanguageClient): InterleavingParams {
  const { line, character } = editor.selection.active;
  return { uri: client.code2ProtocolConverter.asUri(editor.document.uri), position: { line, character } };
}

export function tellNone(): void {
  void vscode.window.showInformationMessage('devres-lens has no finding in this file, or has not read it yet.');
}

function uriOf({ title, fingerprint }: InterleavingResult): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${title.replace(/\W+/g, '-')}.interleaving`, query: fingerprint });
}
