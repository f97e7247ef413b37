import { Worker } from 'node:worker_threads';
import type { Reproducer } from '../engine/reproducer';
import type { Structure } from '../engine/structure';
import type { CheckOptions, Replay } from '../engine/types';
import type { FileEdits, FixOfferAt } from '../features/fix-provider';
import type { Centre, GraphAround, Room } from '../features/graph';
import type { Read } from '../host/recall';
import { type Analysis, type Analyst, AnalystEnded } from './analyst';
import { type Answer, type Call, type CallName, type Calls, CLOSING, type Start, TICKET } from './calls';
import { collector } from './collection';

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Longest time that a thread is given to come to the end of what it does. */
const PATIENCE_MS = 5_000;

/** The engine in a thread of its own. The thread is started with the first call, and again with the first one after it has died. */
export class WorkerAnalyst implements Analyst {
  readonly #counter = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  readonly #files = new Map<string, string>();
  readonly #contexts = new Map<string, string>();
  readonly #pending = new Map<number, Pending>();
  /** Of this thread, which is given all that the other one finds. */
  readonly #collect = collector();
  #worker: Worker | null = null;
  #calls = 0;
  #disposed = false;

  /** `script` is the bundle of engine-worker.ts. */
  constructor(
    private readonly script: string,
    private readonly root: string,
  ) {}

  async setFile(path: string, text: string): Promise<void> {
    const answer = this.#call('setFile', path, text);
    this.#files.set(path, text);
    await answer;
  }

  async removeFile(path: string): Promise<void> {
    const answer = this.#call('removeFile', path);
    this.#files.delete(path);
    await answer;
  }

  async setContext(path: string, text: string | null): Promise<void> {
    const answer = this.#call('setContext', path, text);
    if (text !== null) this.#contexts.set(path, text);
    else this.#contexts.delete(path);
    await answer;
  }

  check(options: Pick<CheckOptions, 'maxStates'>): Promise<Analysis | null> {
    return this.#call('check', this.#ticket, options);
  }

  structure(): Promise<Structure> {
    return this.#call('structure');
  }

  headers(): Promise<Read[]> {
    return this.#call('headers');
  }

  abandon(): void {
    Atomics.add(this.#counter, TICKET, 1);
  }

  fixes(path: string, at: number): Promise<FixOfferAt[] | null> {
    return this.#call('fixes', this.#ticket, path, at);
  }

  edits(id: string, fingerprint: string): Promise<FileEdits[] | { refused: string } | null> {
    return this.#call('edits', this.#ticket, id, fingerprint);
  }

  replay(fingerprint: string): Promise<Replay | null> {
    return this.#call('replay', this.#ticket, fingerprint);
  }

  fixAll(path: string): Promise<FileEdits[] | null> {
    return this.#call('fixAll', this.#ticket, path);
  }

  reproducer(fingerprint: string): Promise<Reproducer | { refused: string } | null> {
    return this.#call('reproducer', this.#ticket, fingerprint);
  }

  graph(centre: Centre, hops: number | null, room?: Room): Promise<GraphAround | null> {
    return this.#call('graph', centre, hops, room);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const worker = this.#worker;
    this.#ended(new AnalystEnded('the folder was closed'));
    if (!worker) return;
    worker.removeAllListeners();
    // What it fails with now is nobody's concern.
    worker.on('error', () => {});
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.abandon();
    Atomics.store(this.#counter, CLOSING, 1);
    // Something to wake up for.
    worker.postMessage(null);
    const stuck = setTimeout(() => void worker.terminate(), PATIENCE_MS);
    await ended;
    clearTimeout(stuck);
  }

  get #ticket(): number {
    return Atomics.load(this.#counter, TICKET);
  }

  #call<N extends CallName>(name: N, ...args: Parameters<Calls[N]>): Promise<ReturnType<Calls[N]>> {
    if (this.#disposed) return Promise.reject(new AnalystEnded('the folder was closed'));
    this.#worker ??= this.#start();
    return this.#post(this.#worker, name, args);
  }

  #post<N extends CallName>(worker: Worker, name: N, args: Parameters<Calls[N]>): Promise<ReturnType<Calls[N]>> {
    this.#calls += 1;
    const call: Call<N> = { id: this.#calls, name, args };
    return new Promise((resolve, reject) => {
      this.#pending.set(call.id, { resolve: resolve as (value: unknown) => void, reject });
      worker.postMessage(call);
    });
  }

  #start(): Worker {
    const start: Start = { root: this.root, counter: this.#counter };
    const worker = new Worker(this.script, { workerData: start });
    // The process ends with its connection, whatever the thread is doing.
    worker.unref();
    let reason = 'the thread of the engine ended';
    worker.on('message', (answer: Answer) => this.#answered(answer));
    worker.on('error', (error) => {
      reason = `the thread of the engine failed: ${error.stack ?? error.message}`;
    });
    worker.on('exit', () => this.#ended(new AnalystEnded(reason)));
    // A file that cannot be read in was told of when it was set first.
    for (const [path, text] of this.#contexts) this.#post(worker, 'setContext', [path, text]).catch(() => {});
    for (const [path, text] of this.#files) this.#post(worker, 'setFile', [path, text]).catch(() => {});
    return worker;
  }

  #answered(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ('error' in answer) pending?.reject(new Error(answer.error));
    else pending?.resolve(answer.value);
    this.#collect();
  }

  #ended(error: AnalystEnded): void {
    this.#worker = null;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(error);
  }
}
