import {
  type AnnotatedTextEdit,
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  CodeActionTriggerKind,
  type Diagnostic,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import type { FileEdits, FixOfferAt } from '../features/fix-provider';
import { type Client, FIX_ALL } from './capabilities';
import { isDiagnosticData, SOURCE } from './diagnostics';
import type { OpenDocument } from './documents';
import type { FolderAnalysis } from './folder';
import { viewActions } from './view-actions';

/** What a code action carries until it is resolved. */
export interface ActionData {
  uri: string;
  id: string;
  /** Shown with each change where the client lists them before they are made. */
  description: string;
  fingerprint: string;
}

export function isActionData(data: unknown): data is ActionData {
  const { uri, id, description, fingerprint } = (data ?? {}) as Partial<ActionData>;
  return typeof uri === 'string' && typeof id === 'string' && typeof description === 'string' && typeof fingerprint === 'string';
}

/** One document of a folder, and who asks about it. */
export interface ActionContext {
  folder: FolderAnalysis;
  client: Client;
  path: string;
  document: OpenDocument;
  buffer(path: string): OpenDocument | undefined;
}

/** The fixes at a range, then the views of the findings there: of the findings where it begins, and of ours among the diagnostics that the client names. */
export async function codeActionsAt(params: CodeActionParams, context: ActionContext): Promise<CodeAction[]> {
  const { only } = params.context;
  // On every move of the cursor nobody asks for all fixes, and finding them takes a check.
  const all = only?.some((kind) => FIX_ALL === kind || FIX_ALL.startsWith(`${kind}.`)) ? await allFixes(context) : [];
  if (only && !only.some((kind) => kind === '' || kind === CodeActionKind.QuickFix)) return all;
  const ours = params.context.diagnostics.filter((diagnostic) => diagnostic.source === SOURCE);
  return [...(await fixesAt(params, ours, context)), ...viewActions(params.range, ours, context)];
}

/** One action for what may be fixed without a look at it; none where there is nothing of that kind. */
async function allFixes(context: ActionContext): Promise<CodeAction[]> {
  const { folder, path } = context;
  const files = folder.isCurrent ? await (await folder.engine()).fixAll(path) : null;
  if (!files || files.length === 0 || !folder.isCurrent) return [];
  const title = 'Apply all safe fixes of devres-lens';
  return [{ title, kind: FIX_ALL, edit: workspaceEdit(files, { id: 'all', title, description: '' }, context) }];
}

/**
 * While the texts are ahead of the results there are no fixes: asking for them would wait for the check. A client
 * that asks on its own, as the cursor moves, gets those that are known, and the others begin to be explored.
 */
async function fixesAt(params: CodeActionParams, ours: Diagnostic[], context: ActionContext): Promise<CodeAction[]> {
  const { folder, client, document, path } = context;
  if (!folder.isCurrent) return [];
  const isAutomatic = params.context.triggerKind === CodeActionTriggerKind.Automatic;
  const starts = [params.range.start, ...ours.map((diagnostic) => diagnostic.range.start)].filter(({ line }) => hasFinding(line, context));
  const offsets = new Set(starts.map((position) => document.source.offsetAt(position, client.encoding)));
  const answers = await Promise.all([...offsets].map((at) => folder.fixesAt(path, at, !isAutomatic)));
  const actions: CodeAction[] = [];
  for (const offers of groupedById(answers.flat())) {
    const [{ id, title, description, fingerprint }] = offers;
    const data: ActionData = { uri: document.uri, id, description, fingerprint };
    const action: CodeAction = {
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: diagnosticsOf(offers, ours),
      isPreferred: offers.some((offer) => offer.isPreferred),
    };
    if (client.codeActionResolve) actions.push({ ...action, data });
    else {
      const edit = await editOf(data, title, context);
      if (!('refused' in edit)) actions.push({ ...action, edit });
    }
  }
  return actions;
}

function hasFinding(line: number, { folder, path }: ActionContext): boolean {
  return folder.report?.findings.some((finding) => finding.file === path && finding.line === line + 1) === true;
}

/** One fix may answer several findings of a line; it is offered once. */
function groupedById(offers: FixOfferAt[]): [FixOfferAt, ...FixOfferAt[]][] {
  const groups = new Map<string, [FixOfferAt, ...FixOfferAt[]]>();
  for (const offer of offers) {
    const group = groups.get(offer.id);
    if (group) group.push(offer);
    else groups.set(offer.id, [offer]);
  }
  return [...groups.values()];
}

/** Which diagnostics a fix answers: by fingerprint, where the client gives back what it was sent; else all of ours. */
function diagnosticsOf(offers: FixOfferAt[], ours: Diagnostic[]): Diagnostic[] {
  const answered = new Set(offers.map((offer) => offer.fingerprint));
  return ours.filter((diagnostic) => !isDiagnosticData(diagnostic.data) || answered.has(diagnostic.data.fingerprint));
}

/** The edit of a fix against the texts as they are now, or why it is refused. */
export async function editOf(
  data: ActionData,
  title: string,
  context: Omit<ActionContext, 'path' | 'document'>,
): Promise<WorkspaceEdit | { refused: string }> {
  const { folder } = context;
  const stale = { refused: 'the text has changed and is being analysed' };
  if (!folder.isCurrent) return stale;
  const files = await (await folder.engine()).edits(data.id, data.fingerprint);
  if (files === null || !folder.isCurrent) return stale;
  return 'refused' in files ? files : workspaceEdit(files, { ...data, title }, context);
}

function workspaceEdit(
  files: readonly FileEdits[],
  { id, title, description }: { id: string; title: string; description: string },
  context: Omit<ActionContext, 'path' | 'document'>,
): WorkspaceEdit {
  const { client, folder } = context;
  if (!client.documentChanges) {
    return { changes: Object.fromEntries(files.map((file) => [folder.uriOf(file.path), textEdits(file, context)])) };
  }
  const annotate = client.changeAnnotations;
  return {
    documentChanges: files.map((file) => ({
      textDocument: { uri: folder.uriOf(file.path), version: context.buffer(file.path)?.version ?? null },
      edits: textEdits(file, context).map((edit): TextEdit | AnnotatedTextEdit => (annotate ? { ...edit, annotationId: id } : edit)),
    })),
    ...(annotate && {
      changeAnnotations: { [id]: { label: title, ...(description && { description }), needsConfirmation: false } },
    }),
  };
}

function textEdits(file: FileEdits, { folder, client }: Pick<ActionContext, 'folder' | 'client'>): TextEdit[] {
  const source = folder.source(file.path);
  if (!source) throw new Error(`a fix edits ${file.path}, which cannot be read`);
  return file.edits.map(({ at, end, text }) => ({ range: source.range(at, end, client.encoding), newText: text }));
}
