import type { Connection } from 'vscode-languageserver/node';
import type { Request } from '../../../protocol/message';

/** Answers a request of our own as its declaration says. */
export function answer<Params, Result>(
  connection: Connection,
  { method }: Request<Params, Result>,
  handler: (params: Params) => Result | Promise<Result>,
): void {
  connection.onRequest<unknown, void>(method, (params: Params): unknown => handler(params));
}
