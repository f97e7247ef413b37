import * as vscode from 'vscode';
import type { FindingParams } from '../../../protocol/finding';
import { ReplayRequest } from '../../../protocol/replay';
import { positionIn } from '../places';
import type { Server } from '../server';
import { tellNone } from '../server-state';
import { GO_TO } from './go-to';

const TYPE = 'devresLens';

/** Opens a race as a debug session. Nothing runs, so nothing is built or saved before. */
export async function stepThrough(server: Server, params: FindingParams): Promise<void> {
  const replay = await server.request(ReplayRequest, { ...params, states: false });
  if (!replay) {
    tellNone(server);
    return;
  }
  if (!replay.explored) {
    const why = 'This finding is read from the code, not from an interleaving: there is nothing to step through.';
    void vscode.window.showInformationMessage(why);
    return;
  }
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(replay.steps[0]?.place.uri ?? ''));
  const configuration = {
    type: TYPE,
    request: 'launch',
    name: replay.title,
    fingerprint: replay.fingerprint,
    internalConsoleOptions: 'neverOpen',
  };
  // The state is what it is about: VS Code itself opens the view for breakpoints only.
  await vscode.commands.executeCommand('workbench.view.debug');
  await vscode.debug.startDebugging(folder, configuration, { suppressSaveBeforeStart: true, suppressDebugStatusbar: true });
}

/** Takes the session that steps through a race to a step; false where none does. */
export async function goTo(fingerprint: string, step: number): Promise<boolean> {
  const session = vscode.debug.activeDebugSession;
  if (session?.type !== TYPE || session.configuration.fingerprint !== fingerprint) return false;
  await session.customRequest(GO_TO, { step });
  return true;
}

/** Makes the adapter of a session, here in the extension. `moved` hears of each step of a session. */
export function registerReplay(server: Server, moved: (fingerprint: string, step: number) => void): vscode.Disposable[] {
  return [
    vscode.debug.registerDebugConfigurationProvider(TYPE, {
      /** Started by hand, without a race: the one at or nearest to the cursor. */
      async resolveDebugConfiguration(_folder, configuration) {
        if (typeof configuration.fingerprint === 'string') return configuration;
        const editor = vscode.window.activeTextEditor;
        if (!editor) tellNone(server);
        else await stepThrough(server, positionIn(editor));
        return undefined;
      },
    }),
    vscode.debug.registerDebugAdapterDescriptorFactory(TYPE, {
      async createDebugAdapterDescriptor({ configuration }) {
        const fingerprint = String(configuration.fingerprint);
        const replay = await server.request(ReplayRequest, { fingerprint });
        if (!replay) throw new Error('The analysis no longer finds this race.');
        const { ReplaySession } = await import('./session');
        const session = new ReplaySession(replay, {
          pathOf: (uri) => pathOf(vscode.Uri.parse(uri)),
          moved: (step) => moved(fingerprint, step),
        });
        return new vscode.DebugAdapterInlineImplementation(session);
      },
    }),
  ];
}

function pathOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString();
}
