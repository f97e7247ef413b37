import * as vscode from 'vscode';
import type { CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyPrepareParams } from 'vscode-languageclient/node';
import type { Request } from '../../../protocol/message';
import { locationOf, openCommand, positionIn } from '../places';
import type { Server } from '../server';

const PrepareRequest: Request<CallHierarchyPrepareParams, CallHierarchyItem[] | null> = { method: 'textDocument/prepareCallHierarchy' };
const IncomingRequest: Request<{ item: CallHierarchyItem }, CallHierarchyIncomingCall[] | null> = { method: 'callHierarchy/incomingCalls' };

/** The editor's own References view, which shows a tree of anybody's (extensions/references-view of VS Code). */
const REFERENCES = 'vscode.references-view';

interface SymbolTreeInput {
  contextValue: string;
  title: string;
  location: vscode.Location;
  resolve(): { provider: vscode.TreeDataProvider<Caller>; message: string | undefined };
  with(location: vscode.Location): SymbolTreeInput;
}

/** A function, and where it leads to the one above it. */
interface Caller {
  item: CallHierarchyItem;
  at: vscode.Location;
}

/**
 * Shows who leads to the function at the cursor, by calls and by what the driver core does. The editor's own call
 * hierarchy does the same, but asks one extension only, and that may be another for C.
 */
export function registerCallers(server: Server): vscode.Disposable {
  return vscode.commands.registerCommand('devresLens.showCallers', async () => {
    const editor = vscode.window.activeTextEditor;
    if (!editor) return;
    const { uri, position } = positionIn(editor);
    const items = await server.request(PrepareRequest, { textDocument: { uri }, position });
    const [item] = items ?? [];
    if (!item) {
      void vscode.window.showInformationMessage('devres-lens follows no function of this name.');
      return;
    }
    const view = await vscode.extensions.getExtension(REFERENCES)?.activate();
    view?.setInput(inputOf(item, server));
  });
}

function inputOf(item: CallHierarchyItem, server: Server): SymbolTreeInput {
  const location = locationOf({ uri: item.uri, range: item.selectionRange });
  return {
    contextValue: 'devresLens.callers',
    title: 'Callers, with those of the driver core',
    location,
    resolve: () => ({ provider: providerOf({ item, at: location }, server), message: undefined }),
    with: () => inputOf(item, server),
  };
}

function providerOf(root: Caller, server: Server): vscode.TreeDataProvider<Caller> {
  return {
    async getChildren(caller) {
      if (!caller) return [root];
      const calls = await server.request(IncomingRequest, { item: caller.item });
      return (calls ?? []).map(({ from, fromRanges: [range = from.selectionRange] }) => ({
        item: from,
        at: locationOf({ uri: from.uri, range }),
      }));
    },
    getTreeItem(caller) {
      const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
      const shown = new vscode.TreeItem(caller.item.name, caller === root ? Expanded : Collapsed);
      shown.description = caller.item.detail ?? '';
      shown.iconPath = new vscode.ThemeIcon('symbol-function');
      shown.command = openCommand(caller.at);
      return shown;
    },
  };
}
