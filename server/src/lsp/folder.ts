import { join, posix } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Structure } from '../engine/structure';
import type { CheckOptions, Replay } from '../engine/types';
import type { FixOfferAt } from '../features/fix-provider';
import type { CheckReport } from '../findings/types';
import { type Analysis, type Analyst, AnalystEnded } from './analyst';
import type { OpenDocument } from './documents';
import { Eventually } from './eventually';
import { describe } from './guard';
import type { Parts } from './host';
import { SourceText } from './positions';
import { contains, type Scope } from './scopes';
import { uriOfPath } from './uris';

/**
 * Rest of the texts before they are checked: an eighth of what the shortest of the last checks took, within these bounds. It is long where the folder is large, not
 * where one edit took long. A check that typing overtakes is given up at once.
 */
const SHORTEST_REST_MS = 10;
const LONGEST_REST_MS = 250;
const LAST_CHECKS = 8;
/** How often a replay is asked for that is abandoned on the way. */
const REPLAY_ATTEMPTS = 3;
/** Longest time at a stretch for reading files before messages are looked at, and the room for several of them. */
const BUSY_MS = 30;
const BREATH_MS = 10;
/** Files between two reports of progress. */
const PROGRESS_STEP = 10;
/** No file that people write is longer. */
const MAX_LINES = 30_000;
const MAX_CHARACTERS = 4_000_000;

export type Phase = 'indexing' | 'analysing' | 'done';

export interface FolderEvents {
  /** The document open for a path of the scope. */
  buffer(path: string): OpenDocument | undefined;
  checkOptions(): Pick<CheckOptions, 'maxStates'>;
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
  readonly analyst: Analyst;
  readonly open = new Set<string>();
  phase: Phase = 'indexing';
  /** Files read in so far, while indexing. */
  read = 0;
  /** Attributes, locks and the graph, shortly after the results that they belong to. */
  readonly structure = new Eventually<Structure>();
  /** The last results; their places are places of the texts at that time. */
  analysis: Analysis | null = null;
  /** Why a file is left out, by path, and what went wrong in the engine under the empty path. */
  readonly trouble = new Map<string, string>();
  readonly #texts = new Map<string, SourceText>();
  readonly #contexts = new Map<string, SourceText | null>();
  readonly #dirty = new Set<string>();
  /** Milliseconds of the last checks. */
  readonly #took: number[] = [];
  /** Fixes of the last results, by offset and path. */
  readonly #fixes = new Map<string, FixOfferAt[]>();
  readonly #exploring = new Map<string, Promise<FixOfferAt[]>>();
  #replays = 0;
  #generation = 0;
  #analysed = -1;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void>;
  /** The engine has got the files and has checked them once, or was given other texts meanwhile. */
  readonly #ready: Promise<void>;
  #isChecked = false;
  #disposed = false;

  constructor(
    readonly scope: Scope,
    private readonly parts: Parts,
    private readonly events: FolderEvents,
  ) {
    this.analyst = parts.createAnalyst(scope.root ?? '');
    this.#ready = Promise.all([this.#load(), this.#recall()]).then(() => this.#analyse());
    this.#running = this.#ready;
  }

  /** URI of a path of the root: the client's own where the document is open. */
  uriOf(path: string): string {
    return this.events.buffer(path)?.uri ?? (this.scope.root === null ? this.scope.key : uriOfPath(join(this.scope.root, path)));
  }

  get report(): CheckReport | null {
    return this.analysis?.report ?? null;
  }

  /** For what is asked about results: they may be there before the engine has them. */
  async engine(): Promise<Analyst> {
    await this.#ready;
    return this.analyst;
  }

  /** Whether the results are of the texts as they are now. */
  get isCurrent(): boolean {
    return this.analysis !== null && this.#analysed === this.#generation;
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

  /** A file of the tree has another text, was closed, made or deleted. */
  touch(path: string): void {
    this.#contexts.delete(path);
    if (contains(this.scope, path)) {
      this.#dirty.add(path);
      this.recheck();
    } else if (!path.startsWith('../')) {
      const text = this.events.buffer(path)?.source.text ?? null;
      this.analyst.setContext(path, text).catch((error: unknown) => this.events.log(`${path}: ${describe(error)}`));
    }
  }

  /** Checks again once nothing has changed for a moment; a check under way is abandoned. */
  recheck(): void {
    this.#generation += 1;
    this.analyst.abandon();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#running = this.#running.then(() => this.#analyse());
    }, this.#rest());
  }

  #rest(): number {
    if (this.#took.length === 0) return SHORTEST_REST_MS;
    return Math.min(LONGEST_REST_MS, Math.max(SHORTEST_REST_MS, Math.min(...this.#took) / 8));
  }

  /**
   * Fixes of the findings at an offset. The results must be current. Those that are not known yet are explored; who
   * does not wait gets none now, and finds them known later.
   */
  async fixesAt(path: string, at: number, wait: boolean): Promise<FixOfferAt[]> {
    const key = `${at} ${path}`;
    const known = this.#fixes.get(key);
    if (known) return known;
    const exploring = this.#exploring.get(key) ?? this.#explore(key, path, at);
    return wait ? exploring : [];
  }

  #explore(key: string, path: string, at: number): Promise<FixOfferAt[]> {
    const { analysis } = this;
    const asked = this.engine().then((engine) => engine.fixes(path, at));
    const exploring = asked.then((offers) => {
      if (offers && this.analysis === analysis) this.#fixes.set(key, offers);
      return offers ?? [];
    });
    this.#exploring.set(key, exploring);
    const forget = () => this.#exploring.get(key) === exploring && this.#exploring.delete(key);
    exploring.then(forget, (error: unknown) => {
      forget();
      if (!this.#disposed) this.events.log(`fixes: ${describe(error)}`);
    });
    return exploring;
  }

  /**
   * The states along the trace of a finding; null while the results are not current. What was abandoned together with
   * others' requests is asked for again.
   */
  async replayOf(fingerprint: string): Promise<Replay | null> {
    this.#replays += 1;
    try {
      for (let attempt = 0; attempt < REPLAY_ATTEMPTS && this.isCurrent; attempt++) {
        const engine = await this.engine();
        if (this.#replays === 1) this.makeWay();
        const replay = await engine.replay(fingerprint);
        if (replay) return this.isCurrent ? replay : null;
      }
      return null;
    } finally {
      this.#replays -= 1;
    }
  }

  /** Somebody waits for what takes a moment: fixes that are being explored on the side are abandoned, a check is not. */
  makeWay(): void {
    if (this.isCurrent) this.analyst.abandon();
  }

  /** Settles when nothing of the engine runs any more. */
  dispose(): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.structure.giveUp();
    return this.analyst.dispose();
  }

  /** What an earlier run found in the same texts is shown until the engine has come to it itself. */
  async #recall(): Promise<void> {
    const { memory } = this.parts;
    if (!memory || !this.#hasUsualBudget()) return;
    const texts = new Map(this.scope.files.map((path): [string, string] => [path, this.source(path)?.text ?? '']));
    const known = await memory.recall(texts, (path) => this.source(path)?.text ?? null);
    if (known === null || this.analysis !== null || this.#disposed || this.#generation > 0) return;
    // The same texts may lie elsewhere now.
    this.#analysed = 0;
    this.analysis = { ...known, report: { ...known.report, root: this.scope.root ?? '' } };
    this.events.report(this);
  }

  #hasUsualBudget(): boolean {
    return this.events.checkOptions().maxStates === undefined;
  }

  /** Keeps the results where they are those of what is on the disk: the next server begins with them. */
  keep(): void {
    this.#keep().catch((error: unknown) => this.#disposed || this.events.log(`keeping the results: ${describe(error)}`));
  }

  async #keep(): Promise<void> {
    const { analysis, parts, scope } = this;
    const { memory } = parts;
    if (!memory || !analysis || !this.#isChecked || !this.isCurrent || this.trouble.size > 0 || !this.#hasUsualBudget() || !this.#isSaved())
      return;
    const texts = new Map(scope.files.map((path): [string, string] => [path, this.#texts.get(path)?.text ?? '']));
    const headers = await this.analyst.headers();
    if (this.analysis === analysis) await memory.keep(texts, headers, analysis);
  }

  #isSaved(): boolean {
    const { root } = this.scope;
    return root !== null && [...this.open].every((path) => this.parts.host.read(join(root, path)) === this.source(path)?.text);
  }

  async #load(): Promise<void> {
    await delay(BREATH_MS);
    const { files } = this.scope;
    const pending: Promise<void>[] = [];
    let done = 0;
    let since = performance.now();
    for (const path of files) {
      if (this.#disposed) return;
      const taken = this.#handIn(path).then(() => {
        done += 1;
        this.read = done;
        if (done % PROGRESS_STEP === 0) this.events.progress(this, done, files.length);
      });
      pending.push(taken);
      if (performance.now() - since < BUSY_MS) continue;
      await delay(BREATH_MS);
      since = performance.now();
    }
    await Promise.all(pending);
  }

  /** Gives the engine the text of a file as it is now. */
  async #handIn(path: string): Promise<void> {
    this.#texts.delete(path);
    const source = this.source(path);
    const refusal = source === null ? null : refusalOf(source);
    try {
      if (source === null || refusal !== null) await this.analyst.removeFile(path);
      else {
        this.#texts.set(path, source);
        await this.analyst.setFile(path, source.text);
      }
      if (refusal === null) this.trouble.delete(path);
      else this.trouble.set(path, `${path} ${refusal}`);
    } catch (error) {
      // The next engine is given the file again.
      if (error instanceof AnalystEnded) return;
      this.trouble.set(path, `${path} could not be read in`);
      this.events.log(`${path}: ${describe(error)}`);
    }
  }

  async #analyse(): Promise<void> {
    const generation = this.#generation;
    if (this.#disposed || (this.#isChecked && generation === this.#analysed)) return;
    const paths = [...this.#dirty];
    this.#dirty.clear();
    this.phase = 'analysing';
    this.events.changed(this);
    await Promise.all(paths.map((path) => this.#handIn(path)));
    const superseded = () => this.#disposed || generation !== this.#generation;
    if (superseded()) return;
    try {
      const start = performance.now();
      const analysis = await this.#check(superseded);
      if (analysis === null || superseded()) return;
      this.#took.push(performance.now() - start);
      if (this.#took.length > LAST_CHECKS) this.#took.shift();
      this.#analysed = generation;
      this.#isChecked = true;
      this.analysis = analysis;
      this.#fixes.clear();
      this.#exploring.clear();
      this.phase = 'done';
      this.events.report(this);
      this.keep();
      this.analyst.structure().then(
        (structure) => this.structure.set(structure),
        (error: unknown) => this.#disposed || this.events.log(`structure: ${describe(error)}`),
      );
    } catch (error) {
      if (superseded()) return;
      this.phase = 'done';
      const ended = error instanceof AnalystEnded;
      this.trouble.set('', ended ? 'the analysis keeps ending unexpectedly, see the log' : 'the analysis failed, see the log');
      this.events.log(`analysis of ${this.folderUri}: ${describe(error)}`);
    }
    this.events.changed(this);
  }

  /** One check; where the engine dies over it, another by a new engine. */
  async #check(superseded: () => boolean): Promise<Analysis | null> {
    try {
      const analysis = await this.analyst.check(this.events.checkOptions());
      if (analysis !== null) this.trouble.delete('');
      return analysis;
    } catch (error) {
      if (!(error instanceof AnalystEnded) || superseded()) throw error;
      this.events.log(`analysis of ${this.folderUri}: ${describe(error)}`);
      this.trouble.set('', 'the analysis ended unexpectedly and was started again, see the log');
      this.events.changed(this);
      return this.analyst.check(this.events.checkOptions());
    }
  }
}

function refusalOf(source: SourceText): string | null {
  if (source.text.includes('\0')) return 'is no text file';
  if (source.text.length > MAX_CHARACTERS) return 'is too large and is left out';
  return source.lineCount > MAX_LINES ? `has more than ${MAX_LINES} lines and is left out` : null;
}
