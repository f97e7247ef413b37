import * as vscode from 'vscode';

/** Extensions that have the calls of every function of C. */
const WITH_CALLS = ['llvm-vs-code-extensions.vscode-clangd', 'ms-vscode.cpptools', 'ccls-project.ccls'];

/**
 * Whether another extension is to answer for the call hierarchy. The editor asks one provider only, and no other where
 * that one has nothing to say: ours would take the calls of all functions that it does not follow.
 */
export function hasCallHierarchy(): boolean {
  return WITH_CALLS.some((id) => vscode.extensions.getExtension(id) !== undefined);
}
