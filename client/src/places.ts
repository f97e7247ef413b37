import * as vscode from 'vscode';
import type { FindingParams } from '../../protocol/finding';
import type { Place } from '../../protocol/message';

/** A place of the protocol as the editor has it. The client and the server agree on UTF-16, which is the editor's own. */
export function locationOf({ uri, range: { start, end } }: Place): vscode.Location {
  return new vscode.Location(vscode.Uri.parse(uri), new vscode.Range(start.line, start.character, end.line, end.character));
}

/** Opens a place with the cursor at its start: the end of a long statement is not to be scrolled to. The focus stays. */
export function openCommand({ uri, range: { start } }: vscode.Location): vscode.Command {
  return { title: 'Open', command: 'vscode.open', arguments: [uri, { selection: new vscode.Range(start, start), preserveFocus: true }] };
}

/** Where the cursor is, as the server wants it. */
export function positionIn({ selection, document }: vscode.TextEditor): Extract<FindingParams, { uri: string }> {
  const { line, character } = selection.active;
  return { uri: document.uri.toString(), position: { line, character } };
}
