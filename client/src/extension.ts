import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { registerCommands } from './commands';
import { openExample } from './example';
import { InterleavingDocuments } from './interleaving';
import { registerRaceCommands } from './race-commands';
import { registerReplay } from './replay/debug';
import { RestartPolicy } from './restarts';
import { registerRules } from './rules';
import { createClient, tellDown } from './server';
import { StatusView } from './status';
import { graphCommands } from './views/graph';
import { InterleavingPanel } from './views/interleaving-panel/panel';
import { LifetimesView } from './views/lifetimes';

let client: LanguageClient | undefined;

/** Does not wait for the server: the editor is not held up by it. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('devres-lens', { log: true });
  const restarts = new RestartPolicy();
  client = createClient(context, log, restarts);
  const interleavings = new InterleavingDocuments(client);
  const panel = new InterleavingPanel(context.extensionUri, client);
  context.subscriptions.push(
    log,
    interleavings,
    panel,
    new StatusView(client),
    new LifetimesView(client),
    registerRules(context.extensionUri),
    ...registerCommands({ client, log, restarts }),
    ...registerRaceCommands({ client, interleavings, panel }),
    vscode.commands.registerCommand('devresLens.openExample', () => openExample(context.extensionUri)),
    ...graphCommands(context.extensionUri, client),
    ...registerReplay(client, (fingerprint, step) => panel.follow(fingerprint, step)),
  );
  client.start().catch((error: unknown) => {
    log.error(error instanceof Error ? error : String(error));
    void tellDown('The devres-lens server cannot be started.');
  });
}

export async function deactivate(): Promise<void> {
  // A server that never came up cannot be stopped.
  if (client?.needsStop()) await client.stop();
}
