import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { type InterleavingDocuments, positionIn, tellNone } from './interleaving';
import { ChangelogRequest, COPY_CHANGELOG, InterleavingRequest, SHOW_INTERLEAVING } from './protocol';
import type { RestartPolicy } from './restarts';
import { tellDown } from './server';

/** How long a done copy is shown. */
const COPIED_MS = 4000;

export interface CommandContext {
  client: LanguageClient;
  log: vscode.LogOutputChannel;
  restarts: RestartPolicy;
  interleavings: InterleavingDocuments;
}

export function registerCommands({ client, log, restarts, interleavings }: CommandContext): vscode.Disposable[] {
  return [
    vscode.commands.registerCommand('devresLens.restart', async () => {
      restarts.reset();
      try {
        if (client.needsStop()) await client.restart();
        else await client.start();
      } catch (error) {
        log.error(error instanceof Error ? error : String(error));
        await tellDown('The devres-lens server cannot be started.');
      }
    }),
    vscode.commands.registerCommand('devresLens.showLog', () => log.show(true)),
    vscode.commands.registerCommand(SHOW_INTERLEAVING, async (fingerprint?: unknown) => {
      const editor = vscode.window.activeTextEditor;
      if (!client.isRunning()) return;
      if (typeof fingerprint === 'string') await interleavings.show({ fingerprint });
      else if (editor) await interleavings.show(positionIn(editor, client));
    }),
    vscode.commands.registerCommand(COPY_CHANGELOG, async (fingerprint?: unknown) => {
      const editor = vscode.window.activeTextEditor;
      if (!client.isRunning()) return;
      const wanted = typeof fingerprint === 'string' ? fingerprint : editor && (await fingerprintAt(editor, client));
      const text = wanted && (await client.sendRequest(ChangelogRequest, { fingerprint: wanted }));
      if (!text) {
        tellNone();
        return;
      }
      await vscode.env.clipboard.writeText(text);
      vscode.window.setStatusBarMessage('devres-lens: changelog copied', COPIED_MS);
    }),
  ];
}

/** The finding at or nearest to the cursor. */
async function fingerprintAt(editor: vscode.TextEditor, client: LanguageClient): Promise<string | undefined> {
  return (await client.sendRequest(InterleavingRequest, positionIn(editor, client)))?.fingerprint;
}
