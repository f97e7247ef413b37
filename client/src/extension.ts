/** Only what is registered with the editor at once is loaded with this file: see "Activation" in ARCHITECTURE.md. */
import * as vscode from 'vscode';
import { registerCommands } from './commands';
import { isSource } from './documents';
import { openExample } from './example';
import { InterleavingDocuments } from './interleaving';
import { registerRaceCommands } from './race-commands';
import { registerReplay } from './replay/debug';
import { registerRules } from './rules';
import { Server } from './server';
import { StatusView } from './status';
import { registerCallers } from './views/callers';
import { graphCommands } from './views/graph';
import { InterleavingPanel } from './views/interleaving-panel/panel';
import { LifetimesView } from './views/lifetimes';

let server: Server | undefined;

/** Registers things and returns: the server is started afterwards, and only where C is open. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('devres-lens', { log: true });
  const started = new Server(context, log);
  server = started;
  const interleavings = new InterleavingDocuments(started);
  const panel = new InterleavingPanel(context.extensionUri, started);
  context.subscriptions.push(
    log,
    started,
    interleavings,
    panel,
    new StatusView(started),
    new LifetimesView(started),
    registerRules(context.extensionUri),
    ...registerCommands(started, log),
    ...registerRaceCommands({ server: started, interleavings, panel }),
    vscode.commands.registerCommand('devresLens.openExample', () => openExample(context.extensionUri)),
    ...graphCommands(context.extensionUri, started),
    registerCallers(started),
    ...registerReplay(started, (fingerprint, step) => panel.follow(fingerprint, step)),
    vscode.workspace.onDidOpenTextDocument((document) => isSource(document) && void started.start()),
  );
  if (vscode.workspace.textDocuments.some(isSource)) setImmediate(() => void started.start());
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
