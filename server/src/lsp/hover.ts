import { type Hover, type HoverParams, MarkupKind } from 'vscode-languageserver/node';
import { SHOW_INTERLEAVING } from '../../../protocol/commands';
import { hoverAt, type Links } from '../features/hover';
import type { Client } from './capabilities';
import type { FolderAnalysis } from './folder';
import type { RequestContext } from './request-context';

/** Places as URIs with a line, and the command of a client that has it. */
function linksIn(folder: FolderAnalysis, { commands, hoverMarkdown }: Client): Links {
  return {
    place: ({ file, line }) => (hoverMarkdown ? `${folder.uriOf(file)}#L${line}` : null),
    interleaving: (fingerprint) =>
      hoverMarkdown && commands.has(SHOW_INTERLEAVING)
        ? `command:${SHOW_INTERLEAVING}?${encodeURIComponent(JSON.stringify([fingerprint]))}`
        : null,
  };
}

function hover({ textDocument, position }: HoverParams, { client, documents, folders, settings }: RequestContext): Hover | null {
  const place = folders.placeOf(textDocument.uri);
  const source = documents.get(textDocument.uri)?.source;
  if (!place?.folder.analysis || !source || !settings().hover) return null;
  const { folder, path } = place;
  const { lifetimes, report } = place.folder.analysis;
  const context = { lifetimes, findings: report.findings, structure: folder.structure.value, links: linksIn(folder, client()) };
  const { encoding, hoverMarkdown } = client();
  const found = hoverAt(context, path, source.text, source.offsetAt(position, encoding));
  if (!found) return null;
  const contents = hoverMarkdown
    ? { kind: MarkupKind.Markdown, value: found.markdown }
    : { kind: MarkupKind.PlainText, value: found.markdown.replace(/\*\*|`/g, '') };
  return { contents, range: source.range(found.at, found.end, encoding) };
}

export function registerHover(context: RequestContext): void {
  context.connection.onHover(context.guarded('hover', null, (params) => hover(params, context)));
}
