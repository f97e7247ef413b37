import type { Connection, Diagnostic } from 'vscode-languageserver/node';
import { type DiagnosticContext, diagnosticOf } from './diagnostics';
import type { OpenDocument } from './documents';
import type { FolderAnalysis } from './folder';

/** Keeps the client's diagnostics in step with the reports: those of the files that are open, cleared once a file has none or is closed. */
export class Publisher {
  readonly #published = new Map<FolderAnalysis, Map<string, string>>();

  constructor(
    private readonly connection: Pick<Connection, 'sendDiagnostics'>,
    private readonly buffer: (uri: string) => OpenDocument | undefined,
  ) {}

  /** Publishes a folder's report. The report must be of the texts as they are now. */
  publish(context: DiagnosticContext): void {
    const { folder } = context;
    const byUri = new Map<string, Diagnostic[]>([...folder.open].map((path) => [folder.uriOf(path), []]));
    for (const finding of folder.report?.findings ?? []) {
      const diagnostic = diagnosticOf(finding, context);
      if (diagnostic) byUri.get(folder.uriOf(finding.file))?.push(diagnostic);
    }
    const before = this.#published.get(folder) ?? new Map<string, string>();
    const now = new Map<string, string>();
    for (const uri of before.keys()) if (!byUri.has(uri)) this.#send(uri, []);
    for (const [uri, diagnostics] of byUri) {
      const key = `${this.buffer(uri)?.version ?? ''} ${JSON.stringify(diagnostics)}`;
      if (before.get(uri) !== key) this.#send(uri, diagnostics);
      now.set(uri, key);
    }
    this.#published.set(folder, now);
  }

  /** Takes back what was published for a file. */
  clearFile(folder: FolderAnalysis, uri: string): void {
    if (this.#published.get(folder)?.delete(uri)) this.#send(uri, []);
  }

  /** Takes back everything published for a folder. */
  clear(folder: FolderAnalysis): void {
    for (const uri of this.#published.get(folder)?.keys() ?? []) this.#send(uri, []);
    this.#published.delete(folder);
  }

  #send(uri: string, diagnostics: Diagnostic[]): void {
    const version = this.buffer(uri)?.version;
    void this.connection.sendDiagnostics({ uri, diagnostics, ...(version !== undefined && { version }) });
  }
}
