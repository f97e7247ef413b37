import { CodeLensRefreshRequest, type Connection, InlayHintRefreshRequest } from 'vscode-languageserver/node';
import type { Client } from './capabilities';

/** Asks the client to ask again for what it shows of a check's results, as far as it can be asked. */
export async function refreshViews(connection: Pick<Connection, 'sendRequest'>, client: Client): Promise<void> {
  if (client.inlayHintRefresh) await connection.sendRequest(InlayHintRefreshRequest.type);
  if (client.codeLensRefresh) await connection.sendRequest(CodeLensRefreshRequest.type);
}
