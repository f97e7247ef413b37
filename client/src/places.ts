import * as vscode from 'vscode';
import type { FindingParams } from '../../protocol/finding';
import type { Place } from '../../protocol/message';

/** A place of the protocol as the editor has it. The client and the server agree on UTF-16, which is the editor's own. */
export function locationOf({ uri, range: { start, end } }: Place): vscode.Location {
  return new vscode.Location(vscode.Uri.parse(uri), new vscode.Range(start.line, start.character, end.line, end.character));
}

/** Where the cursor is, as the server wants it. */
export function positionIn({ selection, document }: vscode.TextEditor): Extract<FindingParams, { uri: string }> {
  const { line, character } = selection.active;
  return { uri: document.uri.toString(), position: { line, character } };
}
