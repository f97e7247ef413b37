import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import {
  CloseAction,
  type CloseHandlerResult,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  type ServerOptions,
  TransportKind,
} from 'vscode-languageclient/node';
import { COPY_CHANGELOG, SHOW_INTERLEAVING, SHOW_REPRODUCER, STEP_THROUGH } from './protocol';
import type { RestartPolicy } from './restarts';

/** The client of the bundled server. It is not started yet. */
export function createClient(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, restarts: RestartPolicy): LanguageClient {
  const module = context.asAbsolutePath('dist/server.js');
  const server: ServerOptions = {
    run: { module, transport: TransportKind.ipc },
    debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6011'] } },
  };
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: 'file', language: 'c' },
      { scheme: 'untitled', language: 'c' },
      // The editor takes headers for C++.
      { scheme: 'file', pattern: '**/*.h' },
    ],
    // Hovers may show an interleaving, and run nothing else.
    markdown: { isTrusted: { enabledCommands: [SHOW_INTERLEAVING] } },
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => restartOrTell(log, restarts),
    },
  };
  const client = new LanguageClient('devresLens', 'devres-lens', server, options);
  client.registerFeature({
    fillClientCapabilities(capabilities) {
      capabilities.experimental = { commands: [SHOW_INTERLEAVING, STEP_THROUGH, COPY_CHANGELOG, SHOW_REPRODUCER] };
    },
    initialize: () => {},
    getState: () => ({ kind: 'static' }),
    clear: () => {},
  });
  return client;
}

async function restartOrTell(log: vscode.LogOutputChannel, restarts: RestartPolicy): Promise<CloseHandlerResult> {
  const pause = restarts.crashed(Date.now());
  if (pause !== null) {
    log.warn(`The server ended unexpectedly; starting it again in ${pause} ms.`);
    await delay(pause);
    return { action: CloseAction.Restart, handled: true };
  }
  log.error('The server ended unexpectedly too often and is not started again.');
  void tellDown('The devres-lens server keeps ending unexpectedly.');
  return { action: CloseAction.DoNotRestart, handled: true };
}

/** Says that the server is down, with what can be done about it. */
export async function tellDown(message: string): Promise<void> {
  const choice = await vscode.window.showErrorMessage(message, 'Restart', 'Show Log');
  if (choice === 'Restart') await vscode.commands.executeCommand('devresLens.restart');
  if (choice === 'Show Log') await vscode.commands.executeCommand('devresLens.showLog');
}
