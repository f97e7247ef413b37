/** A bundle of its own, loaded when the server is needed: the only file that loads the library of the protocol. */
import { setTimeout as delay } from 'node:timers/promises';
import type * as vscode from 'vscode';
import {
  CloseAction,
  type CloseHandlerResult,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  type ServerOptions,
  State,
  TransportKind,
} from 'vscode-languageclient/node';
import { COPY_CHANGELOG, SHOW_INTERLEAVING, SHOW_REPRODUCER, STEP_THROUGH } from '../../protocol/commands';
import { StatusNotification, type StatusParams } from '../../protocol/status';
import { hasCallHierarchy } from './neighbours';
import type { RestartPolicy } from './restarts';
import { type ServerState, tellDown } from './server-state';
import { traceChannel } from './trace';

export interface ClientParts {
  /** Path of the bundled server. */
  module: string;
  log: vscode.LogOutputChannel;
  restarts: RestartPolicy;
  changed(state: ServerState): void;
  status(status: StatusParams): void;
}

const STATES: Partial<Record<State, ServerState>> = { [State.Starting]: 'starting', [State.Running]: 'running' };

/** The client of the bundled server. It is not started yet. */
export function createClient({ module, log, restarts, changed, status }: ClientParts): LanguageClient {
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
    traceOutputChannel: traceChannel(log),
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => restartOrTell(log, restarts, changed),
    },
  };
  const client = new LanguageClient('devresLens', 'devres-lens', server, options);
  client.registerFeature({
    fillClientCapabilities(capabilities) {
      // What the editor cannot show the server does not offer.
      if (hasCallHierarchy()) delete capabilities.textDocument?.callHierarchy;
      capabilities.experimental = { commands: [SHOW_INTERLEAVING, STEP_THROUGH, COPY_CHANGELOG, SHOW_REPRODUCER] };
    },
    initialize: () => {},
    getState: () => ({ kind: 'static' }),
    clear: () => {},
  });
  client.onNotification(StatusNotification.method, status);
  client.onDidChangeState(({ newState }) => {
    const state = STATES[newState];
    if (state) changed(state);
  });
  return client;
}

async function restartOrTell(
  log: vscode.LogOutputChannel,
  restarts: RestartPolicy,
  changed: ClientParts['changed'],
): Promise<CloseHandlerResult> {
  const pause = restarts.crashed(Date.now());
  if (pause !== null) {
    changed('restarting');
    log.warn(`The server ended unexpectedly; starting it again in ${pause} ms.`);
    await delay(pause);
    return { action: CloseAction.Restart, handled: true };
  }
  changed('down');
  log.error('The server ended unexpectedly too often and is not started again.');
  void tellDown('The devres-lens server keeps ending unexpectedly.');
  return { action: CloseAction.DoNotRestart, handled: true };
}
