import * as vscode from 'vscode';

/** Opens the page of a rule, of one that is picked where none is named. */
const SHOW_RULE = 'devresLens.showRule';

export function registerRules(extensionUri: vscode.Uri): vscode.Disposable {
  const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'rules');
  return vscode.commands.registerCommand(SHOW_RULE, async (named?: unknown) => {
    const pages = (await vscode.workspace.fs.readDirectory(folder)).map(([file]) => file);
    const rules = pages.map((file) => file.replace(/\.md$/, '')).sort();
    const rule = named ?? (await vscode.window.showQuickPick(rules, { title: 'Rules of devres-lens' }));
    const page = pages.find((file) => file === `${rule}.md`);
    if (page === undefined) return;
    const uri = vscode.Uri.joinPath(folder, page);
    try {
      await vscode.commands.executeCommand('markdown.showPreview', uri);
    } catch {
      // The editor's own extension for Markdown can be switched off.
      await vscode.window.showTextDocument(uri);
    }
  });
}
