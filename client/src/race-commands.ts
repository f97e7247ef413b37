import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { type InterleavingDocuments, positionIn, tellNone } from './interleaving';
import {
  ChangelogRequest,
  COPY_CHANGELOG,
  type InterleavingParams,
  InterleavingRequest,
  SHOW_INTERLEAVING,
  SHOW_REPRODUCER,
  STEP_THROUGH,
} from './protocol';
import { stepThrough } from './replay/debug';
import { registerReproducers, showReproducer } from './reproducer';
import { type InterleavingPanel, SHOW_TEXT } from './views/interleaving-panel/panel';

/** How long a done copy is shown. */
const COPIED_MS = 4000;

export interface RaceContext {
  client: LanguageClient;
  interleavings: InterleavingDocuments;
  panel: InterleavingPanel;
}

/**
 * The commands that are about one race. Their argument names it, as a fingerprint or as an object with one; without it
 * the race is the one at or nearest to the cursor, and with no editor active the one in the panel.
 */
export function registerRaceCommands({ client, interleavings, panel }: RaceContext): vscode.Disposable[] {
  function chosen(argument: unknown): InterleavingParams | undefined {
    const named = typeof argument === 'string' ? argument : (argument as { fingerprint?: unknown } | undefined)?.fingerprint;
    if (typeof named === 'string') return { fingerprint: named };
    const editor = vscode.window.activeTextEditor;
    if (editor) return positionIn(editor, client);
    return panel.fingerprint === undefined ? undefined : { fingerprint: panel.fingerprint };
  }

  function register(command: string, run: (params: InterleavingParams) => Promise<void>): vscode.Disposable {
    return vscode.commands.registerCommand(command, async (argument?: unknown) => {
      if (!client.isRunning()) return;
      const params = chosen(argument);
      if (params) await run(params);
      else tellNone();
    });
  }

  async function fingerprintOf(params: InterleavingParams): Promise<string | undefined> {
    return 'fingerprint' in params ? params.fingerprint : (await client.sendRequest(InterleavingRequest, params))?.fingerprint;
  }

  async function reproduce(params: InterleavingParams): Promise<void> {
    const fingerprint = await fingerprintOf(params);
    if (fingerprint === undefined) tellNone();
    else await showReproducer(fingerprint, client);
  }

  async function copy(params: InterleavingParams): Promise<void> {
    const fingerprint = await fingerprintOf(params);
    const text = fingerprint === undefined ? null : await client.sendRequest(ChangelogRequest, { fingerprint });
    if (!text) {
      tellNone();
      return;
    }
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage('devres-lens: changelog copied', COPIED_MS);
  }

  return [
    register(SHOW_INTERLEAVING, (params) => panel.show(params)),
    register(SHOW_TEXT, (params) => interleavings.show(params)),
    register(STEP_THROUGH, (params) => stepThrough(client, params)),
    register(COPY_CHANGELOG, copy),
    register(SHOW_REPRODUCER, reproduce),
    registerReproducers(client),
    vscode.commands.registerCommand('devresLens.nextStep', () => panel.move(1)),
    vscode.commands.registerCommand('devresLens.previousStep', () => panel.move(-1)),
  ];
}
