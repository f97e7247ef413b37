import type * as vscode from 'vscode';

/** Whether a document is of the language. Headers count too, which the editor takes for C++. */
export function isSource({ languageId, fileName }: vscode.TextDocument): boolean {
  return languageId === 'c' || fileName.endsWith('.h');
}
