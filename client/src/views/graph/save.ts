import * as vscode from 'vscode';

/** Asks where a text is to be saved, beside the document by default, and offers to open it. */
export async function saveAs(text: string, name: string, document: vscode.Uri): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(document)?.uri ?? vscode.Uri.joinPath(document, '..');
  const target = await vscode.window.showSaveDialog({ defaultUri: vscode.Uri.joinPath(folder, name), title: 'Export Graph' });
  if (!target) return;
  try {
    await vscode.workspace.fs.writeFile(target, Buffer.from(text));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`${target.fsPath} was not written: ${reason}`);
    return;
  }
  const choice = await vscode.window.showInformationMessage(`The graph was saved as ${target.fsPath}.`, 'Open');
  if (choice === 'Open') await vscode.commands.executeCommand('vscode.open', target);
}
