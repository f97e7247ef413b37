import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import {
  type CancellationToken,
  type ClientCapabilities,
  type CodeAction,
  createMessageConnection,
  type Diagnostic,
  type Hover,
  type InitializeResult,
  type MessageConnection,
  type Position,
  type PublishDiagnosticsParams,
  type Range,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
} from 'vscode-languageserver-protocol/node';

/** What a present-day editor can do. */
export const MODERN: ClientCapabilities = {
  general: { positionEncodings: ['utf-16'] },
  textDocument: {
    callHierarchy: {},
    publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true, dataSupport: true, versionSupport: true },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } },
      dataSupport: true,
      resolveSupport: { properties: ['edit'] },
      isPreferredSupport: true,
    },
  },
  workspace: {
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
    workspaceEdit: { documentChanges: true, changeAnnotationSupport: {} },
    codeLens: { refreshSupport: true },
    inlayHint: { refreshSupport: true },
  },
  window: { workDoneProgress: true },
  experimental: { commands: ['devresLens.showInterleaving', 'devresLens.copyChangelog', 'devresLens.showReproducer'] },
};

export interface Message {
  method: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of every kind
  params: any;
}

interface Waiter {
  fits(message: Message): boolean;
  resolve(message: Message): void;
  reject(reason: Error): void;
}

/** An editor without a screen. It waits for messages, never for time. */
export class LspClient {
  /** Everything that the server sent, in order. */
  readonly history: Message[] = [];
  /** What it answers to workspace/configuration. */
  settings: unknown = {};
  readonly #connection: MessageConnection;
  readonly #inbox: Message[] = [];
  #waiters: Waiter[] = [];
  readonly #versions = new Map<string, number>();

  constructor(
    input: Readable,
    output: Writable,
    readonly process: ChildProcess | null = null,
  ) {
    this.#connection = createMessageConnection(new StreamMessageReader(input), new StreamMessageWriter(output));
    this.#connection.onNotification((method, params) => this.#receive({ method, params }));
    this.#connection.onUnhandledProgress((params) => this.#receive({ method: '$/progress', params }));
    this.#connection.onRequest((method, params) => {
      this.#receive({ method, params });
      return method === 'workspace/configuration' ? (params as unknown as { items: unknown[] }).items.map(() => this.settings) : null;
    });
    this.#connection.listen();
    process?.once('exit', (code) => this.#ended(code));
  }

  /** Nothing that is still waited for will come. */
  #ended(code: number | null): void {
    this.#connection.dispose();
    for (const { reject } of this.#waiters) reject(new Error(`the server ended with ${code}`));
  }

  /** Starts a server as an editor does. */
  static spawn(script: string, args: string[] = ['--stdio']): LspClient {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    return new LspClient(child.stdout, child.stdin, child);
  }

  #receive(message: Message): void {
    this.history.push(message);
    const waiter = this.#waiters.find((candidate) => candidate.fits(message));
    if (!waiter) {
      this.#inbox.push(message);
      return;
    }
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    waiter.resolve(message);
  }

  /** The next message that fits, those that have arrived and were not waited for included. */
  next(method: string, fits: (params: Message['params']) => boolean = () => true): Promise<Message['params']> {
    const matches = (message: Message) => message.method === method && fits(message.params);
    const index = this.#inbox.findIndex(matches);
    const found = this.#inbox[index];
    if (found) {
      this.#inbox.splice(index, 1);
      return Promise.resolve(found.params);
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ fits: matches, resolve: (message) => resolve(message.params), reject });
    });
  }

  diagnostics(uri: string, fits: (params: PublishDiagnosticsParams) => boolean = () => true): Promise<PublishDiagnosticsParams> {
    return this.next('textDocument/publishDiagnostics', (params) => params.uri === uri && fits(params));
  }

  /** Everything published for a document until now. */
  published(uri: string): PublishDiagnosticsParams[] {
    return this.history
      .filter((message) => message.method === 'textDocument/publishDiagnostics' && message.params.uri === uri)
      .map((message) => message.params);
  }

  async initialize(capabilities: ClientCapabilities = MODERN, initializationOptions?: unknown): Promise<InitializeResult> {
    const result = await this.request<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities,
      initializationOptions,
    });
    await this.notify('initialized', {});
    return result;
  }

  request<R>(method: string, params?: unknown, token?: CancellationToken): Promise<R> {
    return token ? this.#connection.sendRequest<R>(method, params, token) : this.#connection.sendRequest<R>(method, params);
  }

  notify(method: string, params?: unknown): Promise<void> {
    return this.#connection.sendNotification(method, params);
  }

  open(uri: string, text: string, languageId = 'c'): Promise<void> {
    this.#versions.set(uri, 1);
    return this.notify('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text } });
  }

  /** Sends a change and returns the version it makes. */
  change(uri: string, changes: TextDocumentContentChangeEvent[]): number {
    const version = (this.#versions.get(uri) ?? 0) + 1;
    this.#versions.set(uri, version);
    void this.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges: changes });
    return version;
  }

  close(uri: string): Promise<void> {
    return this.notify('textDocument/didClose', { textDocument: { uri } });
  }

  hover(uri: string, position: Position): Promise<Hover | null> {
    return this.request('textDocument/hover', { textDocument: { uri }, position });
  }

  codeActions(uri: string, range: Range, diagnostics: Diagnostic[]): Promise<CodeAction[]> {
    return this.request('textDocument/codeAction', { textDocument: { uri }, range, context: { diagnostics } });
  }

  /** Ends the server as the protocol wants it and returns its exit code (null where it runs in this process). */
  async stop(): Promise<number | null> {
    await this.request('shutdown');
    if (!this.process) {
      this.#connection.dispose();
      return null;
    }
    const exited = once(this.process, 'exit');
    await this.notify('exit');
    const [code] = (await exited) as [number | null];
    return code;
  }
}
