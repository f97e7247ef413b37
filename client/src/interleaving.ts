import * as vscode from 'vscode';
import { type FindingParams, InterleavingRequest, type InterleavingResult } from '../../protocol/finding';
import type { Server } from './server';
import { goneText, tellNone } from './server-state';

const SCHEME = 'devres-lens';

/** Documents that draw the interleaving of a finding; redrawn when the analysis has something new. */
export class InterleavingDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(private readonly server: Server) {
    this.#subscriptions = [
      this.#changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      server.onStatus(({ state }) => {
        if (state === 'idle' || state === 'degraded') this.#refresh();
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const result = await this.server.request(InterleavingRequest, { fingerprint: uri.query });
    return result ? result.text : goneText(result);
  }

  /** Opens the interleaving of a finding beside the code, which keeps the focus. */
  async show(params: FindingParams): Promise<void> {
    const result = await this.server.request(InterleavingRequest, params);
    if (!result) {
      tellNone(this.server);
      return;
    }
    const document = await vscode.workspace.openTextDocument(uriOf(result));
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true, preserveFocus: true });
  }

  #refresh(): void {
    for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === SCHEME) this.#changed.fire(uri);
  }
}

function uriOf({ title, fingerprint }: InterleavingResult): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${title.replace(/\W+/g, '-')}.interleaving`, query: fingerprint });
}
