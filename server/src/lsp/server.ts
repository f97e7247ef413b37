import {
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type Disposable,
} from 'vscode-languageserver/node';
import { StatusNotification, type StatusParams } from '../../../protocol/status';
import { type Client, clientOf, initializeResult } from './capabilities';
import type { DiagnosticContext } from './diagnostics';
import { Documents } from './documents';
import type { FolderAnalysis } from './folder';
import { Folders } from './folders';
import { describe, guardWith } from './guard';
import type { Parts } from './host';
import { IndexingProgress } from './progress';
import { Publisher } from './publisher';
import { refreshViews } from './refresh';
import { registerRequests } from './requests';
import { DEFAULTS, readSettings, type Settings } from './settings';
import { statusOf } from './status';
import { pathOfUri } from './uris';

/** Serves one connection. The caller listens. */
export function serve(connection: Connection, parts: Parts): void {
  let client: Client = clientOf({});
  let settings: Settings = DEFAULTS;
  const watches = new Map<FolderAnalysis, Promise<Disposable>>();
  const log = (message: string) => connection.console.error(message);
  const guarded = guardWith(log);
  const documents = new Documents();
  const publisher = new Publisher(connection, (uri) => documents.get(uri));
  const progress = new IndexingProgress(connection);
  const diagnosticContext = (folder: FolderAnalysis): DiagnosticContext => ({ folder, client, settings, ruleUri: parts.ruleUri });

  const folders = new Folders(parts, documents, {
    checkOptions: () => (settings.maxStates === undefined ? {} : { maxStates: settings.maxStates }),
    report(folder) {
      publisher.publish(diagnosticContext(folder));
      background('refresh', refreshViews(connection, client));
    },
    changed(folder) {
      sendStatus(statusOf(folder));
      if (folder.phase === 'analysing') background('progress', progress.explore(folder));
      if (folder.phase === 'done') background('progress', progress.end(folder));
    },
    progress(folder, done, total) {
      sendStatus(statusOf(folder));
      background('progress', progress.report(folder, done, total));
    },
    opened(folder) {
      sendStatus(statusOf(folder));
      if (client.progress) background('progress', progress.begin(folder));
      if (client.watchRegistration) watch(folder);
    },
    closed(folder) {
      publisher.clear(folder);
      background('progress', progress.end(folder));
      const watching = watches.get(folder);
      watches.delete(folder);
      if (watching) background('watch', unwatch(watching));
      sendStatus({ state: 'idle', message: 'No driver is open', findings: 0, folder: folder.folderUri });
    },
    log,
  });

  function sendStatus(status: StatusParams): void {
    background('status', connection.sendNotification(StatusNotification.method, status));
  }

  async function unwatch(watching: Promise<Disposable>): Promise<void> {
    (await watching).dispose();
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
    if (client.configuration) applySettings(await connection.workspace.getConfiguration('devresLens'));
  }

  /** Takes over what a client sends; one that has nothing to say leaves what it said at the start. */
  function applySettings(sent: unknown): void {
    if (typeof sent !== 'object' || sent === null) return;
    const before = settings;
    const next = readSettings(sent);
    settings = next;
    if (before.codeLens !== next.codeLens || before.inlayHints !== next.inlayHints) background('refresh', refreshViews(connection, client));
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

  /** A document that no folder has as its own may be a header that one includes. */
  function touchContext(uri: string): void {
    const path = pathOfUri(uri);
    if (path !== null && !folders.placeOf(uri)) folders.touchContext(path);
  }

  connection.onInitialize((params) => {
    client = clientOf(params.capabilities);
    settings = readSettings(params.initializationOptions);
    return initializeResult(client, parts.version);
  });

  connection.onInitialized(
    guarded('initialized', undefined, async () => {
      sendStatus({
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
      else applySettings(pushed);
    }),
  );

  connection.onDidOpenTextDocument(
    guarded('didOpen', undefined, ({ textDocument }) => {
      documents.open(textDocument);
      attach(textDocument.uri);
      touchContext(textDocument.uri);
    }),
  );

  connection.onDidChangeTextDocument(
    guarded('didChange', undefined, ({ textDocument, contentChanges }) => {
      documents.change(textDocument, contentChanges, client.encoding);
      const place = folders.placeOf(textDocument.uri);
      place?.folder.touch(place.path);
      touchContext(textDocument.uri);
    }),
  );

  connection.onDidCloseTextDocument(
    guarded('didClose', undefined, ({ textDocument }) => {
      const place = folders.placeOf(textDocument.uri);
      documents.close(textDocument.uri);
      folders.detach(textDocument.uri);
      if (place) publisher.clearFile(place.folder, textDocument.uri);
      else touchContext(textDocument.uri);
    }),
  );

  connection.onDidSaveTextDocument(
    guarded('didSave', undefined, ({ textDocument }) => {
      folders.placeOf(textDocument.uri)?.folder.keep();
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

  registerRequests({ connection, documents, folders, client: () => client, settings: () => settings, guarded });

  connection.onShutdown(async () => {
    await folders.dispose();
  });
}
