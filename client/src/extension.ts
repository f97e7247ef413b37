import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { registerCommands } from './commands';
import { InterleavingDocuments } from './interleaving';
import { RestartPolicy } from './restarts';
import { createClient, tellDown } from './server';
import { StatusView } from './status';
import { LifetimesView } from './views/lifetimes';

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('devres-lens', { log: true });
  const restarts = new RestartPolicy();
  client = createClient(context, log, restarts);
  const interleavings = new InterleavingDocuments(client);
  const commands = registerCommands({ client, log, restarts, interleavings });
  context.subscriptions.push(log, interleavings, new StatusView(client), new LifetimesView(client), ...commands);
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
