import type { DocumentLink, DocumentLinkParams } from 'vscode-languageserver/node';
import { linksOf } from '../features/document-links';
import { locationOf } from './locations';
import type { RequestContext } from './request-context';

/** Links are asked for when a document is opened and when it changes, and never again: this waits for the first results. */
async function documentLinks({ textDocument }: DocumentLinkParams, context: RequestContext): Promise<DocumentLink[]> {
  const { client, documents, folders } = context;
  const structure = await folders.placeOf(textDocument.uri)?.folder.structure.first();
  const place = folders.placeOf(textDocument.uri);
  const source = documents.get(textDocument.uri)?.source;
  if (!structure || !place || !source) return [];
  const { encoding } = client();
  return linksOf(structure.attributes, place.path, source.text).map(({ at, end, target, tooltip }) => {
    const { uri, range } = locationOf(target, place.folder, encoding);
    return { range: source.range(at, end, encoding), target: `${uri}#L${range.start.line + 1}`, tooltip };
  });
}

export function registerDocumentLinks(context: RequestContext): void {
  const { connection, guarded } = context;
  connection.onDocumentLinks(guarded('documentLink', [], (params) => documentLinks(params, context)));
}
