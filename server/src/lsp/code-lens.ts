import type { CodeLens, CodeLensParams } from 'vscode-languageserver/node';
import { SHOW_INTERLEAVING } from '../../../protocol/commands';
import { lensesOf } from '../features/code-lens';
import type { RequestContext } from './request-context';

/** The lenses of a document, from the last results. A client without the command that shows an interleaving gets plain text. */
function codeLenses({ textDocument }: CodeLensParams, { client, documents, folders, settings }: RequestContext): CodeLens[] {
  const place = folders.placeOf(textDocument.uri);
  const source = documents.get(textDocument.uri)?.source;
  if (!place?.folder.analysis || !source || !settings().codeLens) return [];
  const { lifetimes, report } = place.folder.analysis;
  const { commands, encoding } = client();
  return lensesOf(lifetimes, report.findings, place.path, source.text).map(({ at, end, title, fingerprint }) => ({
    range: source.range(at, end, encoding),
    command:
      fingerprint !== null && commands.has(SHOW_INTERLEAVING)
        ? { title, command: SHOW_INTERLEAVING, arguments: [fingerprint] }
        : { title, command: '' },
  }));
}

export function registerCodeLens(context: RequestContext): void {
  const { connection, guarded } = context;
  connection.onCodeLens(guarded('codeLens', [], (params) => codeLenses(params, context)));
}
