import {
  type CodeAction,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type Disposable,
  type Hover,
  type HoverParams,
  MarkupKind,
  MessageType,
  ShowMessageNotification,
} from 'vscode-languageserver/node';
import { type Client, clientOf, initializeResult } from './capabilities';
import { type ActionContext, codeActionsAt, editOf, isActionData } from './code-actions';
import type { DiagnosticContext } from './diagnostics';
import { Documents } from './documents';
import { describe, type FolderAnalysis } from './folder';
import { Folders, type Place } from './folders';
import type { Parts } from './host';
import { interleavingOf } from './interleaving';
import { IndexingProgress } from './progress';
import { InterleavingRequest, StatusNotification } from './protocol';
import { Publisher } from './publisher';
import { DEFAULTS, readSettings, type Settings } from './settings';
import { statusOf } from './status';
import { pathOfUri } from './uris';

/** Serves one connection. The caller listens. */
export function serve(connection: Connection, parts: Parts): void {
  let client: Client = clientOf({});
  let settings: Settings = DEFAULTS;
  const watches = new Map<FolderAnalysis, Promise<Disposable>>();
  const log = (message: string) => connection.console.error(message);
  const documents = new Documents();
  const publisher = new Publisher(connection, (uri) => documents.get(uri));
  const progress = new IndexingProgress(connection);
  const diagnosticContext = (folder: FolderAnalysis): DiagnosticContext => ({ folder, client, settings, ruleUri: parts.ruleUri });

  const folders = new Folders(parts, documents, {
    checkOptions: () => (settings.maxStates === undefined ? {} : { maxStates: settings.maxStates }),
    report: (folder) => publisher.publish(diagnosticContext(folder)),
    changed(folder) {
      void connection.sendNotification(StatusNotification, statusOf(folder));
      if (folder.phase === 'done') background('progress', progress.end(folder));
    },
    progress: (folder, done, total) => background('progress', progress.report(folder, done, total)),
    opened(folder) {
      void connection.sendNotification(StatusNotification, statusOf(folder));
      if (client.progress) background('progress', progress.begin(folder));
      if (client.watchRegistration) watch(folder);
    },
    closed(folder) {
      publisher.clear(folder);
      background('progress', progress.end(folder));
      const watching = watches.get(folder);
      watches.delete(folder);
      if (watching)
        background(
          'watch',
          watching.then((disposable) => disposable.dispose()),
        );
      void connection.sendNotification(StatusNotification, {
        state: 'idle',
        message: 'No driver is open',
        findings: 0,
        folder: folder.folderUri,
      });
    },
    log,
  });

  /** Runs a handler; its error is logged and answered by `fallback`, and the server goes on. */
  function guarded<P, R>(name: string, fallback: R, handler: (params: P) => R | Promise<R>): (params: P) => Promise<R> {
    return async (params) => {
      try {
        return await handler(params);
      } catch (error) {
        log(`${name}: ${describe(error)}`);
        return fallback;
      }
    };
  }

  function background(name: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => log(`${name}: ${describe(error)}`));
  }

  function watch(folder: FolderAnalysis): void {
    const globPattern = client.relativePatterns ? { baseUri: folder.folderUri, pattern: '**/*.{c,h}' } : '**/*.{c,h}';
    if (folder.scope.root === null) return;
    const watching = connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern }] });
    watches.set(folder, watching);
    background('watch', watching);
  }

  async function pullSettings(): Promise<void> {
    if (client.configuration) applySettings(readSettings(await connection.workspace.getConfiguration('devresLens')));
  }

  function applySettings(next: Settings): void {
    const before = settings;
    settings = next;
    if (before.enable !== next.enable || before.folders.join('\n') !== next.folders.join('\n')) {
      folders.detachAll();
      for (const document of documents.all()) attach(document.uri);
      return;
    }
    for (const folder of folders.all()) {
      if (before.maxStates !== next.maxStates) folder.recheck();
      else if (folder.isCurrent) publisher.publish(diagnosticContext(folder));
    }
  }

  function attach(uri: string): void {
    const document = documents.get(uri);
    if (document && settings.enable) folders.attach(document, settings.folders);
  }

  /** A document's folder once it is read in and knows the current texts. */
  async function settled(uri: string): Promise<Place | null> {
    await folders.placeOf(uri)?.folder.loaded;
    const place = folders.placeOf(uri);
    place?.folder.flush();
    return place ?? null;
  }

  function actionContext(place: Place, uri: string): ActionContext | null {
    const document = documents.get(uri);
    const buffer = (path: string) => documents.get(place.folder.uriOf(path));
    return document ? { ...place, client, document, buffer } : null;
  }

  connection.onInitialize((params) => {
    client = clientOf(params.capabilities);
    settings = readSettings(params.initializationOptions);
    return initializeResult(client, parts.version);
  });

  connection.onInitialized(
    guarded('initialized', undefined, async () => {
      void connection.sendNotification(StatusNotification, {
        state: 'starting',
        message: 'Waiting for a driver to be opened',
        findings: 0,
        folder: '',
      });
      if (client.configurationRegistration) {
        await connection.client.register(DidChangeConfigurationNotification.type, { section: 'devresLens' });
      }
      await pullSettings();
    }),
  );

  connection.onDidChangeConfiguration(
    guarded('didChangeConfiguration', undefined, async (params) => {
      const pushed = (params.settings as { devresLens?: unknown } | null)?.devresLens;
      if (client.configuration) await pullSettings();
      else applySettings(readSettings(pushed));
    }),
  );

  connection.onDidOpenTextDocument(
    guarded('didOpen', undefined, ({ textDocument }) => {
      documents.open(textDocument);
      attach(textDocument.uri);
    }),
  );

  connection.onDidChangeTextDocument(
    guarded('didChange', undefined, ({ textDocument, contentChanges }) => {
      documents.change(textDocument, contentChanges, client.encoding);
      const place = folders.placeOf(textDocument.uri);
      place?.folder.touch(place.path);
    }),
  );

  connection.onDidCloseTextDocument(
    guarded('didClose', undefined, ({ textDocument }) => {
      documents.close(textDocument.uri);
      folders.detach(textDocument.uri);
    }),
  );

  connection.onDidChangeWatchedFiles(
    guarded('didChangeWatchedFiles', undefined, ({ changes }) => {
      for (const { uri } of changes) {
        const path = pathOfUri(uri);
        if (path !== null) folders.touchFile(path);
      }
    }),
  );

  connection.onHover(
    guarded('hover', null, async ({ textDocument, position }: HoverParams): Promise<Hover | null> => {
      const place = await settled(textDocument.uri);
      const source = documents.get(textDocument.uri)?.source;
      if (!place || !source) return null;
      const hover = place.folder.engine.hover(place.path, source.offsetAt(position, client.encoding));
      if (!hover) return null;
      return { contents: { kind: MarkupKind.Markdown, value: hover.markdown }, range: source.range(hover.at, hover.end, client.encoding) };
    }),
  );

  connection.onCodeAction(
    guarded('codeAction', [], async (params): Promise<CodeAction[]> => {
      const place = await settled(params.textDocument.uri);
      const context = place && actionContext(place, params.textDocument.uri);
      return context ? codeActionsAt(params, context) : [];
    }),
  );

  connection.onCodeActionResolve((action) =>
    guarded('codeAction/resolve', action, async () => {
      if (!isActionData(action.data)) return action;
      const place = await settled(action.data.uri);
      const context = place && actionContext(place, action.data.uri);
      const edit = context ? editOf(action.data, action.title, context) : { refused: 'its document is closed' };
      if (!('refused' in edit)) return { ...action, edit };
      const message = `${action.title}: not applied, ${edit.refused}`;
      void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message });
      return action;
    })(undefined),
  );

  connection.onRequest(
    InterleavingRequest,
    guarded('interleaving', null, (params) => interleavingOf(params, folders)),
  );

  connection.onShutdown(() => {
    for (const folder of folders.all()) folder.dispose();
  });
}
