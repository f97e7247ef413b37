import * as vscode from 'vscode';
import type { Server } from '../../server';
import { GraphPanel } from './panel';

/** The command that shows the graph around the cursor, and the panel that it shows it in. */
export function graphCommands(extensionUri: vscode.Uri, server: Server): vscode.Disposable[] {
  const panel = new GraphPanel(extensionUri, server);
  const show = vscode.commands.registerCommand('devresLens.showGraph', async () => {
    const editor = vscode.window.activeTextEditor;
    if (editor) await panel.show(editor);
  });
  return [panel, show];
}
