import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { type InterleavingDocuments, positionIn, tellNone } from './interleaving';
import { ChangelogRequest, COPY_CHANGELOG, InterleavingRequest, ReproducerRequest, SHOW_INTERLEAVING, SHOW_REPRODUCER } from './protocol';
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
    vscode.commands.registerCommand(SHOW_REPRODUCER, async (fingerprint?: unknown) => {
      const editor = vscode.window.activeTextEditor;
      if (!client.isRunning()) return;
      const wanted = typeof fingerprint === 'string' ? fingerprint : editor && (await fingerprintAt(editor, client));
      const made = wanted ? await client.sendRequest(ReproducerRequest, { fingerprint: wanted }) : null;
      if (made === null) tellNone();
      else if ('refused' in made) void vscode.window.showInformationMessage(`devres-lens has no reproducer for this: ${made.refused}.`);
      else await showReproducer(made);
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

/** Both as documents that are nowhere saved: what becomes of them is the reader's to say. */
async function showReproducer({ patch, script }: { patch: string; script: string }): Promise<void> {
  for (const [language, content] of [
    ['diff', patch],
    ['shellscript', script],
  ] as const) {
    const document = await vscode.workspace.openTextDocument({ language, content });
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: false, preserveFocus: true });
  }
}

/** The finding at or nearest to the cursor. */
async function fingerprintAt(editor: vscode.TextEditor, client: LanguageClient): Promise<string | undefined> {
  return (await client.sendRequest(InterleavingRequest, positionIn(editor, client)))?.fingerprint;
}
