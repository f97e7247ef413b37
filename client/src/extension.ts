import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { registerCommands } from './commands';
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

export async function activate(context: vscode.ExtensionContext): Promise<void> {
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
    ...graphCommands(context.extensionUri, client),
    ...registerReplay(client, (fingerprint, step) => panel.follow(fingerprint, step)),
  );
  try {
    await client.start();
  } catch (error) {
    log.error(error instanceof Error ? error : String(error));
    void tellDown('The devres-lens server cannot be started.');
  }
}

export async function deactivate(): Promise<void> {
  // A server that never came up cannot be stopped.
  if (client?.needsStop()) await client.stop();
}
