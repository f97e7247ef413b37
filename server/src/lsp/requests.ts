import {
  type CancellationToken,
  type CodeAction,
  type CodeActionParams,
  MessageType,
  ShowMessageNotification,
} from 'vscode-languageserver/node';
import { ChangelogRequest, InterleavingRequest, ReproducerRequest } from '../../../protocol/finding';
import { GraphRequest } from '../../../protocol/graph';
import { ReplayRequest } from '../../../protocol/replay';
import { answer } from './answer';
import { type ActionContext, codeActionsAt, editOf, isActionData } from './code-actions';
import { graphFor } from './graph';
import { changelogFor, interleavingOf, reproducerFor } from './interleaving';
import { replayFor } from './replay';
import type { RequestContext } from './request-context';
import { registerViews } from './views';

/** What the client asks about a place. Nothing here waits for a check: what depends on one speaks of the last results. */
export function registerRequests(context: RequestContext): void {
  const { connection, documents, folders, client, guarded } = context;

  function actionContext(uri: string): ActionContext | null {
    const place = folders.placeOf(uri);
    const document = documents.get(uri);
    if (!place || !document) return null;
    const buffer = (path: string) => documents.get(place.folder.uriOf(path));
    return { ...place, client: client(), document, buffer };
  }

  async function codeActions(params: CodeActionParams, token: CancellationToken): Promise<CodeAction[]> {
    const context = actionContext(params.textDocument.uri);
    if (!context) return [];
    // A check for a newer text is none of this request's business.
    const cancelling = token.onCancellationRequested(() => context.folder.makeWay());
    try {
      return await codeActionsAt(params, context);
    } finally {
      cancelling.dispose();
    }
  }

  async function resolve(action: CodeAction): Promise<CodeAction> {
    if (!isActionData(action.data)) return action;
    const context = actionContext(action.data.uri);
    const edit = context ? await editOf(action.data, action.title, context) : { refused: 'its document is closed' };
    if (!('refused' in edit)) return { ...action, edit };
    const message = `${action.title}: not applied, ${edit.refused}`;
    void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message });
    return action;
  }

  connection.onCodeAction((params, token) => guarded('codeAction', [], () => codeActions(params, token))(params));
  connection.onCodeActionResolve((action) => guarded('codeAction/resolve', action, resolve)(action));
  answer(
    connection,
    InterleavingRequest,
    guarded('interleaving', null, (params) => interleavingOf(params, folders)),
  );
  answer(
    connection,
    GraphRequest,
    guarded('graph', null, (params) => graphFor(params, documents, folders, client())),
  );
  answer(
    connection,
    ReplayRequest,
    guarded('replay', null, (params) => replayFor(params, folders, client())),
  );
  answer(
    connection,
    ChangelogRequest,
    guarded('changelog', null, (params) => changelogFor(params, folders)),
  );
  answer(
    connection,
    ReproducerRequest,
    guarded('reproducer', null, (params) => reproducerFor(params, folders)),
  );
  registerViews(context);
}
