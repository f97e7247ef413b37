import { join, posix } from 'node:path';
import type { CheckOptions, Engine } from '../engine/types';
import type { CheckReport } from '../findings/types';
import type { OpenDocument } from './documents';
import type { Parts } from './host';
import { SourceText } from './positions';
import { contains, type Scope } from './scopes';
import { breathe, checkInSlices } from './slices';
import { uriOfPath } from './uris';

const DEBOUNCE_MS = 100;
/** Longest time at a stretch for reading files in before messages are looked at. */
const BUSY_MS = 30;
/** No file that people write is longer. */
const MAX_LINES = 30_000;
const MAX_CHARACTERS = 4_000_000;

export type Phase = 'indexing' | 'analysing' | 'done';

export interface FolderEvents {
  /** The document open for a path of the scope. */
  buffer(path: string): OpenDocument | undefined;
  checkOptions(): CheckOptions;
  /** A report for the texts as they are now. */
  report(folder: FolderAnalysis): void;
  /** Phase or trouble has changed. */
  changed(folder: FolderAnalysis): void;
  /** Files read in, of how many. */
  progress(folder: FolderAnalysis, done: number, total: number): void;
  log(message: string): void;
}

/** One engine with the folder it analyses: keeps it in step with buffers and disk, and has it checked when they rest. */
export class FolderAnalysis {
  readonly engine: Engine;
  readonly open = new Set<string>();
  phase: Phase = 'indexing';
  /** The last report; its places are places of the texts at that time. */
  report: CheckReport | null = null;
  /** Why a file is left out, by path, and what went wrong in the engine under the empty path. */
  readonly trouble = new Map<string, string>();
  readonly loaded: Promise<void>;
  readonly #texts = new Map<string, SourceText>();
  readonly #contexts = new Map<string, SourceText | null>();
  readonly #dirty = new Set<string>();
  #generation = 0;
  #analysed = -1;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void>;
  #disposed = false;

  constructor(
    readonly scope: Scope,
    private readonly parts: Parts,
    private readonly events: FolderEvents,
  ) {
    this.engine = parts.createEngine(scope.root ?? '', (path) => this.source(path)?.text ?? null);
    this.loaded = this.#load();
    this.#running = this.loaded.then(() => this.#analyse());
  }

  /** URI of a path of the root: the client's own where the document is open. */
  uriOf(path: string): string {
    return this.events.buffer(path)?.uri ?? (this.scope.root === null ? this.scope.key : uriOfPath(join(this.scope.root, path)));
  }

  /** Whether the report is of the texts as they are now. */
  get isCurrent(): boolean {
    return this.report !== null && this.#analysed === this.#generation;
  }

  get folderUri(): string {
    return this.scope.root === null ? this.scope.key : uriOfPath(join(this.scope.root, this.scope.folder));
  }

  /** Text of any file of the root as it counts now: the buffer, what the engine was given, the disk. */
  source(path: string): SourceText | null {
    return this.events.buffer(path)?.source ?? this.#texts.get(path) ?? this.#context(posix.normalize(path));
  }

  /** A file that is not the folder's own, as it was when first read: headers are asked for again and again. */
  #context(path: string): SourceText | null {
    const { root } = this.scope;
    if (root === null || posix.isAbsolute(path) || path.startsWith('../')) return null;
    const known = this.#contexts.get(path);
    if (known !== undefined) return known;
    const text = this.parts.host.read(join(root, path));
    const source = text === null ? null : new SourceText(text);
    if (!contains(this.scope, path)) this.#contexts.set(path, source);
    return source;
  }

  /** A file of the folder has another text, was closed, made or deleted. */
  touch(path: string): void {
    this.#contexts.delete(path);
    if (!contains(this.scope, path)) return;
    this.#dirty.add(path);
    this.recheck();
  }

  /** Checks again once nothing has changed for a moment; a check under way is abandoned. */
  recheck(): void {
    this.#generation += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#running = this.#running.then(() => this.#analyse());
    }, DEBOUNCE_MS);
  }

  /** Hands changed files to the engine, so that what it answers speaks of the current texts. */
  flush(): void {
    const paths = [...this.#dirty];
    this.#dirty.clear();
    for (const path of paths) this.#handIn(path);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }

  async #load(): Promise<void> {
    await breathe();
    let since = performance.now();
    for (const [index, path] of this.scope.files.entries()) {
      if (this.#disposed) return;
      this.#handIn(path);
      if (performance.now() - since < BUSY_MS) continue;
      this.events.progress(this, index + 1, this.scope.files.length);
      await breathe();
      since = performance.now();
    }
  }

  #handIn(path: string): void {
    this.#texts.delete(path);
    this.trouble.delete(path);
    const source = this.source(path);
    const refusal = source === null ? null : refusalOf(source);
    if (refusal !== null) this.trouble.set(path, `${path} ${refusal}`);
    try {
      if (source === null || refusal !== null) {
        this.engine.removeFile(path);
        return;
      }
      this.#texts.set(path, source);
      this.engine.setFile(path, source.text);
    } catch (error) {
      this.trouble.set(path, `${path} could not be read in`);
      this.events.log(`${path}: ${describe(error)}`);
    }
  }

  async #analyse(): Promise<void> {
    const generation = this.#generation;
    if (this.#disposed || generation === this.#analysed) return;
    const superseded = () => this.#disposed || generation !== this.#generation;
    this.flush();
    this.phase = 'analysing';
    this.events.changed(this);
    try {
      const report = await checkInSlices(this.engine, this.events.checkOptions(), superseded);
      if (report === null || superseded()) return;
      this.#analysed = generation;
      this.trouble.delete('');
      this.report = report;
      this.phase = 'done';
      this.events.report(this);
    } catch (error) {
      this.phase = 'done';
      this.trouble.set('', 'the analysis failed, see the log');
      this.events.log(`analysis of ${this.folderUri}: ${describe(error)}`);
    }
    this.events.changed(this);
  }
}

function refusalOf(source: SourceText): string | null {
  if (source.text.includes('\0')) return 'is no text file';
  if (source.text.length > MAX_CHARACTERS) return 'is too large and is left out';
  return source.lineCount > MAX_LINES ? `has more than ${MAX_LINES} lines and is left out` : null;
}

export function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
