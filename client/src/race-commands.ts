import * as vscode from 'vscode';
import { COPY_CHANGELOG, SHOW_INTERLEAVING, SHOW_REPRODUCER, STEP_THROUGH } from '../../protocol/commands';
import { ChangelogRequest, type FindingParams, InterleavingRequest } from '../../protocol/finding';
import type { InterleavingDocuments } from './interleaving';
import { positionIn } from './places';
import { stepThrough } from './replay/debug';
import { registerReproducers, showReproducer } from './reproducer';
import type { Server } from './server';
import { tellNone } from './server-state';
import { type InterleavingPanel, SHOW_TEXT } from './views/interleaving-panel/panel';

/** How long a done copy is shown. */
const COPIED_MS = 4000;

export interface RaceContext {
  server: Server;
  interleavings: InterleavingDocuments;
  panel: InterleavingPanel;
}

/**
 * The commands that are about one race. Their argument names it, as a fingerprint or as an object with one; without it
 * the race is the one at or nearest to the cursor, and with no editor active the one in the panel.
 */
export function registerRaceCommands({ server, interleavings, panel }: RaceContext): vscode.Disposable[] {
  function chosen(argument: unknown): FindingParams | undefined {
    const named = typeof argument === 'string' ? argument : (argument as { fingerprint?: unknown } | undefined)?.fingerprint;
    if (typeof named === 'string') return { fingerprint: named };
    const editor = vscode.window.activeTextEditor;
    if (editor) return positionIn(editor);
    return panel.fingerprint === undefined ? undefined : { fingerprint: panel.fingerprint };
  }

  function register(command: string, run: (params: FindingParams) => Promise<void>): vscode.Disposable {
    return vscode.commands.registerCommand(command, async (argument?: unknown) => {
      const params = chosen(argument);
      if (params) await run(params);
      else tellNone(server);
    });
  }

  async function fingerprintOf(params: FindingParams): Promise<string | undefined> {
    return 'fingerprint' in params ? params.fingerprint : (await server.request(InterleavingRequest, params))?.fingerprint;
  }

  async function reproduce(params: FindingParams): Promise<void> {
    const fingerprint = await fingerprintOf(params);
    if (fingerprint === undefined) tellNone(server);
    else await showReproducer(fingerprint, server);
  }

  async function copy(params: FindingParams): Promise<void> {
    const fingerprint = await fingerprintOf(params);
    const text = fingerprint === undefined ? null : await server.request(ChangelogRequest, { fingerprint });
    if (!text) {
      tellNone(server);
      return;
    }
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage('devres-lens: changelog copied', COPIED_MS);
  }

  return [
    register(SHOW_INTERLEAVING, (params) => panel.show(params)),
    register(SHOW_TEXT, (params) => interleavings.show(params)),
    register(STEP_THROUGH, (params) => stepThrough(server, params)),
    register(COPY_CHANGELOG, copy),
    register(SHOW_REPRODUCER, reproduce),
    registerReproducers(server),
    vscode.commands.registerCommand('devresLens.nextStep', () => panel.move(1)),
    vscode.commands.registerCommand('devresLens.previousStep', () => panel.move(-1)),
  ];
}
