import {
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  type CallHierarchyPrepareParams,
  SymbolKind,
} from 'vscode-languageserver/node';
import { calleesIn, callersIn, type HierarchyCall, type HierarchyItem, itemAt } from '../features/call-hierarchy';
import { wordAt } from '../features/word';
import type { FolderAnalysis } from './folder';
import { locationOf } from './locations';
import type { RequestContext } from './request-context';

/** What an item carries: the document that was asked about, and the function's id in the graph. */
interface ItemData {
  document: string;
  id: string;
}

function isItemData(data: unknown): data is ItemData {
  const { document, id } = (data ?? {}) as Partial<ItemData>;
  return typeof document === 'string' && typeof id === 'string';
}

export function registerCallHierarchy(context: RequestContext): void {
  const { client, connection, documents, folders, guarded } = context;

  function toItem({ id, name, detail, place }: HierarchyItem, folder: FolderAnalysis, document: string): CallHierarchyItem {
    const { uri, range } = locationOf(place, folder, client().encoding, name);
    const data: ItemData = { document, id };
    return { name, kind: SymbolKind.Function, detail, uri, range, selectionRange: range, data };
  }

  function prepare({ textDocument, position }: CallHierarchyPrepareParams): CallHierarchyItem[] | null {
    const place = folders.placeOf(textDocument.uri);
    const source = documents.get(textDocument.uri)?.source;
    const graph = place?.folder.structure.value?.graph;
    const found = source && wordAt(source.text, source.offsetAt(position, client().encoding));
    const item = graph && found && itemAt(graph, place.path, found.word);
    return item ? [toItem(item, place.folder, textDocument.uri)] : null;
  }

  /** Calls with places of the protocol. What the kernel does on its own stands at the item itself. */
  function callsFrom(
    item: CallHierarchyItem,
    find: typeof callersIn,
  ): { other: CallHierarchyItem; call: HierarchyCall; folder: FolderAnalysis }[] {
    if (!isItemData(item.data)) return [];
    const { document, id } = item.data;
    const folder = folders.placeOf(document)?.folder;
    const graph = folder?.structure.value?.graph;
    if (!folder || !graph) return [];
    return find(graph, id).map((call) => ({ other: toItem(call.item, folder, document), call, folder }));
  }

  /** Where a call stands, in the file of the caller. */
  function rangesOf({ site }: HierarchyCall, caller: CallHierarchyItem, folder: FolderAnalysis) {
    if (!site) return [caller.selectionRange];
    const location = locationOf(site, folder, client().encoding);
    return location.uri === caller.uri ? [location.range] : [caller.selectionRange];
  }

  function incoming(item: CallHierarchyItem): CallHierarchyIncomingCall[] {
    return callsFrom(item, callersIn).map(({ other, call, folder }) => ({ from: other, fromRanges: rangesOf(call, other, folder) }));
  }

  function outgoing(item: CallHierarchyItem): CallHierarchyOutgoingCall[] {
    return callsFrom(item, calleesIn).map(({ other, call, folder }) => ({ to: other, fromRanges: rangesOf(call, item, folder) }));
  }

  connection.languages.callHierarchy.onPrepare(guarded('callHierarchy', null, prepare));
  connection.languages.callHierarchy.onIncomingCalls(guarded('callHierarchy/incoming', [], ({ item }) => incoming(item)));
  connection.languages.callHierarchy.onOutgoingCalls(guarded('callHierarchy/outgoing', [], ({ item }) => outgoing(item)));
}
