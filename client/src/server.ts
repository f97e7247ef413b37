import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { Request } from '../../protocol/message';
import type { StatusParams } from '../../protocol/status';
import { RestartPolicy } from './restarts';
import { type ServerState, tellDown } from './server-state';

/**
 * The language server as the rest of the extension sees it. The library that speaks to it is loaded, and the server
 * started, when somebody needs them: activation waits for neither.
 */
export class Server implements vscode.Disposable {
  readonly #stateChanged = new vscode.EventEmitter<ServerState>();
  readonly #statusChanged = new vscode.EventEmitter<StatusParams>();
  readonly #restarts = new RestartPolicy();
  #client: Promise<LanguageClient> | undefined;
  #state: ServerState = 'waiting';

  readonly onDidChangeState = this.#stateChanged.event;
  /** What the server says of its folders. */
  readonly onStatus = this.#statusChanged.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  get state(): ServerState {
    return this.#state;
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  /** Starts the server, once. Does not throw: a failure is logged and told. */
  async start(): Promise<void> {
    if (this.#client) return;
    this.#changed('starting');
    this.#client = this.#load();
    await this.#attempt((client) => client.start());
  }

  /** Starts it anew at the user's wish, whatever state it is in. */
  async restart(): Promise<void> {
    this.#restarts.reset();
    if (!this.#client) return this.start();
    this.#changed('starting');
    await this.#attempt((client) => (client.needsStop() ? client.restart() : client.start()));
  }

  /** A server that never came up cannot be stopped. */
  async stop(): Promise<void> {
    const client = await this.#client;
    if (client?.needsStop()) await client.stop();
  }

  /** The answer to a request, which starts the server where need be; undefined where it is down or ends over it. */
  async request<Params, Result>({ method }: Request<Params, Result>, params: Params): Promise<Result | undefined> {
    await this.start();
    if (this.#state === 'down' || this.#state === 'restarting') return undefined;
    try {
      return await (await this.#client)?.sendRequest<Result>(method, params);
    } catch (error) {
      this.log.warn(`${method}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  dispose(): void {
    this.#stateChanged.dispose();
    this.#statusChanged.dispose();
  }

  async #load(): Promise<LanguageClient> {
    const { createClient } = await import('./language-client');
    return createClient({
      module: this.context.asAbsolutePath('dist/server.js'),
      log: this.log,
      restarts: this.#restarts,
      changed: (state) => this.#changed(state),
      status: (status) => this.#statusChanged.fire(status),
    });
  }

  async #attempt(step: (client: LanguageClient) => Promise<void>): Promise<void> {
    try {
      const client = await this.#client;
      if (client) await step(client);
    } catch (error) {
      this.log.error(error instanceof Error ? error : String(error));
      this.#changed('down');
      void tellDown('The devres-lens server cannot be started.');
    }
  }

  #changed(state: ServerState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#stateChanged.fire(state);
  }
}
