import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { GraphPanel } from './panel';

/** The command that shows the graph around the cursor, and the panel that it shows it in. */
export function graphCommands(extensionUri: vscode.Uri, client: LanguageClient): vscode.Disposable[] {
  const panel = new GraphPanel(extensionUri, client);
  const show = vscode.commands.registerCommand('devresLens.showGraph', async () => {
    const editor = vscode.window.activeTextEditor;
    if (editor && client.isRunning()) await panel.show(editor);
  });
  return [panel, show];
}
