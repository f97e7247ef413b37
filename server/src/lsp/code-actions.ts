import {
  type AnnotatedTextEdit,
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Diagnostic,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { type FileEdits, type FixOfferAt, fixProviderOf } from '../features/fix-provider';
import type { Client } from './capabilities';
import { SOURCE } from './diagnostics';
import type { OpenDocument } from './documents';
import type { FolderAnalysis } from './folder';
import { isDiagnosticData } from './protocol';

/** What a code action carries until it is resolved. */
export interface ActionData {
  uri: string;
  id: string;
  fingerprint: string;
}

export function isActionData(data: unknown): data is ActionData {
  const { uri, id, fingerprint } = (data ?? {}) as Partial<ActionData>;
  return typeof uri === 'string' && typeof id === 'string' && typeof fingerprint === 'string';
}

/** One document of a folder, and who asks about it. */
export interface ActionContext {
  folder: FolderAnalysis;
  client: Client;
  path: string;
  document: OpenDocument;
  buffer(path: string): OpenDocument | undefined;
}

/** The fixes at a range: of the findings where it begins, and of ours among the diagnostics that the client names. */
export function codeActionsAt(params: CodeActionParams, context: ActionContext): CodeAction[] {
  const { folder, client, document, path } = context;
  const { only } = params.context;
  const provider = fixProviderOf(folder.engine);
  if (!provider || (only && !only.some((kind) => kind === '' || kind === CodeActionKind.QuickFix))) return [];
  const ours = params.context.diagnostics.filter((diagnostic) => diagnostic.source === SOURCE);
  const offers = new Map<string, FixOfferAt>();
  for (const position of [params.range.start, ...ours.map((diagnostic) => diagnostic.range.start)]) {
    for (const offer of provider.fixes(path, document.source.offsetAt(position, client.encoding))) {
      offers.set(`${offer.id} ${offer.fingerprint}`, offer);
    }
  }
  return [...offers.values()].flatMap((offer): CodeAction[] => {
    const data: ActionData = { uri: document.uri, id: offer.id, fingerprint: offer.fingerprint };
    const action: CodeAction = {
      title: offer.title,
      kind: CodeActionKind.QuickFix,
      diagnostics: diagnosticsOf(offer, ours),
      isPreferred: offer.isPreferred,
    };
    if (client.codeActionResolve) return [{ ...action, data }];
    const edit = editOf(data, offer.title, context);
    return 'refused' in edit ? [] : [{ ...action, edit }];
  });
}

/** Which diagnostics a fix answers: by fingerprint, where the client gives back what it was sent; else all of ours. */
function diagnosticsOf(offer: FixOfferAt, ours: Diagnostic[]): Diagnostic[] {
  return ours.filter((diagnostic) => !isDiagnosticData(diagnostic.data) || diagnostic.data.fingerprint === offer.fingerprint);
}

/** The edit of a fix against the texts as they are now, or why it is refused. */
export function editOf(
  data: ActionData,
  title: string,
  context: Omit<ActionContext, 'path' | 'document'>,
): WorkspaceEdit | { refused: string } {
  const files = fixProviderOf(context.folder.engine)?.edits(data.id, data.fingerprint) ?? { refused: 'no fixes are available' };
  if ('refused' in files) return files;
  const { client, folder } = context;
  if (!client.documentChanges) {
    return { changes: Object.fromEntries(files.map((file) => [folder.uriOf(file.path), textEdits(file, context)])) };
  }
  const annotate = client.changeAnnotations;
  return {
    documentChanges: files.map((file) => ({
      textDocument: { uri: folder.uriOf(file.path), version: context.buffer(file.path)?.version ?? null },
      edits: textEdits(file, context).map((edit): TextEdit | AnnotatedTextEdit => (annotate ? { ...edit, annotationId: data.id } : edit)),
    })),
    ...(annotate && { changeAnnotations: { [data.id]: { label: title, needsConfirmation: files.length > 1 } } }),
  };
}

function textEdits(file: FileEdits, { folder, client }: Pick<ActionContext, 'folder' | 'client'>): TextEdit[] {
  const source = folder.source(file.path);
  if (!source) throw new Error(`a fix edits ${file.path}, which cannot be read`);
  return file.edits.map(({ at, end, text }) => ({ range: source.range(at, end, client.encoding), newText: text }));
}
