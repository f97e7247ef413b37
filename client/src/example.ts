import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';

const EXAMPLE = ['examples', 'minibus-racy'];
const FILE = 'window.c';
/** What the example is about: an action that is released by a handler. */
const TELLING = 'devm_release_action(';

/** Copies the driver that ships as an example to where the user wants it, never into the extension's own folder, and opens it at a race. */
export async function openExample(extensionUri: vscode.Uri): Promise<void> {
  const parent = await chooseFolder();
  if (!parent) return;
  const folder = vscode.Uri.joinPath(parent, EXAMPLE.at(-1) ?? '');
  try {
    // One that is there already may have been worked on: it is opened as it is.
    if (!(await exists(folder))) await vscode.workspace.fs.copy(vscode.Uri.joinPath(extensionUri, ...EXAMPLE), folder);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, FILE));
    const at = document.positionAt(Math.max(0, document.getText().indexOf(TELLING)));
    await vscode.window.showTextDocument(document, { selection: new vscode.Range(at, at), preview: false });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`The example was not opened in ${folder.fsPath}: ${reason}`);
  }
}

async function chooseFolder(): Promise<vscode.Uri | undefined> {
  const temporary = { label: 'Temporary folder', description: tmpdir() };
  const own = { label: 'Choose a folder…', description: 'to keep the example' };
  const choice = await vscode.window.showQuickPick([temporary, own], { placeHolder: 'Where should the example driver be copied to?' });
  if (choice === temporary) return vscode.Uri.file(await mkdtemp(join(tmpdir(), 'devres-lens-')));
  if (choice !== own) return undefined;
  const options = { canSelectFiles: false, canSelectFolders: true, openLabel: 'Copy Here', title: 'Copy the Example Driver' };
  return (await vscode.window.showOpenDialog(options))?.[0];
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
