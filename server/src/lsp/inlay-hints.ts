import type { InlayHint, InlayHintParams } from 'vscode-languageserver/node';
import { hintsOf } from '../features/inlay-hints';
import type { RequestContext } from './request-context';

function inlayHints({ textDocument, range }: InlayHintParams, { client, documents, folders, settings }: RequestContext): InlayHint[] {
  const place = folders.placeOf(textDocument.uri);
  const source = documents.get(textDocument.uri)?.source;
  if (!place?.folder.analysis || !source || !settings().inlayHints) return [];
  const { encoding } = client();
  return hintsOf(place.folder.analysis.lifetimes, place.path, source.text)
    .map(({ at, label, tooltip }) => ({ position: source.positionAt(at, encoding), label, tooltip, paddingLeft: true }))
    .filter(({ position: { line } }) => line >= range.start.line && line <= range.end.line);
}

export function registerInlayHints(context: RequestContext): void {
  context.connection.languages.inlayHint.on(context.guarded('inlayHint', [], (params) => inlayHints(params, context)));
}
