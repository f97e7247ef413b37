import {
  type CodeAction,
  type CodeActionParams,
  type Connection,
  type Hover,
  type HoverParams,
  MarkupKind,
  MessageType,
  ShowMessageNotification,
} from 'vscode-languageserver/node';
import type { Client } from './capabilities';
import { type ActionContext, codeActionsAt, editOf, isActionData } from './code-actions';
import type { Documents } from './documents';
import type { Folders, Place } from './folders';
import type { Guard } from './guard';
import { interleavingOf } from './interleaving';
import { InterleavingRequest } from './protocol';

export interface RequestContext {
  connection: Connection;
  documents: Documents;
  folders: Folders;
  client(): Client;
  guarded: Guard;
}

/** What the client asks about a place. Every answer speaks of the texts as they are at that moment. */
export function registerRequests({ connection, documents, folders, client, guarded }: RequestContext): void {
  /** A document's folder once it is read in and knows the current texts. */
  async function settled(uri: string): Promise<Place | null> {
    await folders.placeOf(uri)?.folder.loaded;
    const place = folders.placeOf(uri);
    place?.folder.flush();
    return place ?? null;
  }

  async function hover({ textDocument, position }: HoverParams): Promise<Hover | null> {
    const place = await settled(textDocument.uri);
    const source = documents.get(textDocument.uri)?.source;
    if (!place || !source) return null;
    const { encoding } = client();
    const found = place.folder.engine.hover(place.path, source.offsetAt(position, encoding));
    if (!found) return null;
    return { contents: { kind: MarkupKind.Markdown, value: found.markdown }, range: source.range(found.at, found.end, encoding) };
  }

  async function actionContext(uri: string): Promise<ActionContext | null> {
    const place = await settled(uri);
    const document = documents.get(uri);
    if (!place || !document) return null;
    const buffer = (path: string) => documents.get(place.folder.uriOf(path));
    return { ...place, client: client(), document, buffer };
  }

  async function codeActions(params: CodeActionParams): Promise<CodeAction[]> {
    const context = await actionContext(params.textDocument.uri);
    return context ? codeActionsAt(params, context) : [];
  }

  async function resolve(action: CodeAction): Promise<CodeAction> {
    if (!isActionData(action.data)) return action;
    const context = await actionContext(action.data.uri);
    const edit = context ? editOf(action.data, action.title, context) : { refused: 'its document is closed' };
    if (!('refused' in edit)) return { ...action, edit };
    const message = `${action.title}: not applied, ${edit.refused}`;
    void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message });
    return action;
  }

  connection.onHover(guarded('hover', null, hover));
  connection.onCodeAction(guarded('codeAction', [], codeActions));
  connection.onCodeActionResolve((action) => guarded('codeAction/resolve', action, resolve)(action));
  connection.onRequest(
    InterleavingRequest,
    guarded('interleaving', null, (params) => interleavingOf(params, folders)),
  );
}
