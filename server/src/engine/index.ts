import { extractFacts, FileMemory } from '../facts';
import type { FileFacts, ParseError } from '../facts/types';
import { byPlace } from '../findings/order';
import type { CheckReport, Finding, Verdict } from '../findings/types';
import { declaredIn } from '../fixes/declared';
import type { FixTree } from '../fixes/offers';
import type { ExploredFix, FileEdits, FixContext } from '../fixes/types';
import type { Explored } from '../fixes/verify';
import { discoverLifetimes, isContested } from '../lifetimes/discover';
import { Finals } from '../lifetimes/finals';
import { Roots } from '../lifetimes/roots';
import type { Lifetime } from '../lifetimes/types';
import { linkProgram } from '../program';
import type { FnDef, Program } from '../program/types';
import { checkLifetime, type LifetimeResult } from '../races/check';
import { FunctionKeys } from '../races/digest';
import { Environment } from '../races/environment';
import { CancelledError, type Limits } from '../races/explore';
import { RaceMemory } from '../races/reuse';
import { SliceMemory } from '../races/slice-memory';
import { hostText } from '../races/threads';
import { applyEdits, hashText } from '../text';
import { FixFinder, type FixOfferAt } from './fixes';
import { includedHeaders } from './headers';
import { registrationHosts } from './hosts';
import { replayOf } from './replay';
import { findingsOf, verdictsOf } from './report';
import { Sources } from './sources';
import { structuralFindings } from './structural';
import { attributesOf, locksOf, type Structure } from './structure';
import type { CheckOptions, Engine, GraphView, LifetimeView, ReadFile, Replay } from './types';
import { graphView, lifetimeView } from './views';

export { CancelledError } from '../races/explore';

/** States of one pair, where the caller names none. Like the steps it does not depend on the machine's speed, so neither do verdicts. */
const DEFAULT_STATES = 60_000;
/** Steps of one lifetime, all its pairs together, where the caller names no number: ten times what the largest one of drivers/cxl needs, some ten seconds. */
const STEPS = 3_000_000;
/** Steps of one lifetime for each thread, where more than two run at once. */
const STEPS_PER_THREAD = 1_000_000;

interface Model {
  program: Program;
  keys: FunctionKeys;
  /** What explorations ask of the program besides slices. */
  environment: Environment;
  roots: Roots;
  finals: Finals;
  lifetimes: Lifetime[];
}

/**
 * The analysis of one tree; `readFile` is asked for headers that the checked files include.
 * Nothing is read or written otherwise.
 */
export function createEngine(root: string, readFile: ReadFile): Engine {
  return new TreeEngine(root, readFile);
}

class TreeEngine implements Engine, FixTree {
  private cancelled = never;
  private readonly finder = new FixFinder(this);
  private readonly sources = new Sources();
  private readonly facts = new Map<string, FileFacts>();
  private readonly files = new Map<string, FileMemory>();
  private headerFacts = new Map<string, FileFacts>();
  private declares: ((api: string) => boolean) | null = null;
  private model: Model | null = null;
  /** What was linked last, until the next is. */
  private last: Model | null = null;
  /** Kept once texts change between checks: most engines check what they are given once. */
  private slices: SliceMemory | null = null;
  private memory = new RaceMemory();
  private results: LifetimeResult[] | null = null;
  /** Budget that the results were explored with. */
  private budget = '';
  private readonly ms: Record<string, number> = {};

  constructor(
    private readonly root: string,
    private readonly readFile: ReadFile,
  ) {}

  setFile(path: string, text: string): void {
    if (this.sources.get(path) === text) return;
    const start = performance.now();
    this.sources.set(path, text);
    this.facts.set(path, extractFacts(path, text, this.memoryOf(path)));
    this.forget();
    this.time('facts', start);
  }

  removeFile(path: string): void {
    this.sources.delete(path);
    this.facts.delete(path);
    this.files.delete(path);
    this.forget();
  }

  check(options: CheckOptions = {}): CheckReport {
    const results = this.explore(options);
    const files = [...this.facts.values()];
    return {
      version: 1,
      root: this.root,
      findings: this.findings(results),
      verdicts: verdictsOf(results),
      stats: {
        files: files.length,
        lines: files.reduce((sum, file) => sum + file.lineStarts.length, 0),
        functions: files.reduce((sum, file) => sum + file.functions.length, 0),
        parseErrors: this.parseErrors().length,
        ms: Object.fromEntries(Object.entries(this.ms).map(([key, value]) => [key, Math.round(value)])),
      },
    };
  }

  lifetimes(): LifetimeView[] {
    const { program, lifetimes } = this.link();
    const byLifetime = new Map((this.results ?? []).map((result) => [result.lifetime, result]));
    const hosts = registrationHosts(program, lifetimes);
    return lifetimes.map((lifetime) => {
      const result = byLifetime.get(lifetime);
      const verdicts: Verdict[] = result ? verdictsOf([result]) : [];
      return lifetimeView(program, this.sources, lifetime, result?.host ?? hostText(lifetime), verdicts, lifetimes, hosts);
    });
  }

  graph(): GraphView {
    const { program, lifetimes } = this.link();
    return graphView(program, this.sources, lifetimes);
  }

  structure(): Structure {
    const { program } = this.link();
    return { attributes: attributesOf(program, this.sources), locks: locksOf(program, this.sources), graph: this.graph() };
  }

  replay(fingerprint: string, cancelled: () => boolean = never): Replay | null {
    return this.results && replayOf(fingerprint, this.results, this.link(), limitsOf({ cancelled }), this.sources);
  }

  parseErrors(): { file: string; error: ParseError }[] {
    return [...this.facts.values()].flatMap((file) =>
      file.errors.map((error) => ({ file: file.path, error: { ...error, line: this.sources.place(file.path, error.at).line } })),
    );
  }

  fixes(path: string, at: number, cancelled?: () => boolean): FixOfferAt[] {
    return this.interruptible(cancelled, () => this.finder.fixes(path, at));
  }

  edits(id: string, fingerprint: string, cancelled?: () => boolean): FileEdits[] | { refused: string } {
    return this.interruptible(cancelled, () => this.finder.edits(id, fingerprint));
  }

  fixesFor(finding: Finding, cancelled?: () => boolean): ExploredFix[] {
    return this.interruptible(cancelled, () => this.finder.fixesFor(finding));
  }

  fixOf(id: string, finding: Finding): ExploredFix | null {
    return this.finder.fixOf(id, finding);
  }

  refusals(finding: Finding): Map<string, string | null> {
    return this.finder.refusals(finding);
  }

  context(finding: Finding): FixContext | null {
    const { lifetimes, ...model } = this.link();
    const { action, object } = finding.lifetime;
    const lifetime = lifetimes.find((l) => l.tag === object && l.action.fn.name === action) ?? lifetimes.find((l) => l.tag === object);
    if (!lifetime) return null;
    this.declares ??= declaredIn(this.readFile, (path, text) => this.header(path, text));
    const declares = this.declares;
    return {
      ...model,
      lifetime,
      lifetimes,
      finding,
      text: (path) => this.sources.get(path) ?? '',
      editable: (path) => this.facts.has(path),
      declares: (api) => model.program.declares(api) || declares(api),
    };
  }

  edited(edits: readonly FileEdits[]): FixTree {
    const copy = new TreeEngine(this.root, this.readFile);
    copy.headerFacts = this.headerFacts;
    copy.declares = this.declares;
    copy.memory = this.memory;
    copy.cancelled = this.cancelled;
    for (const [path, facts] of this.facts) {
      copy.sources.set(path, this.sources.get(path) ?? '');
      copy.facts.set(path, facts);
    }
    for (const [path, memory] of this.files) copy.files.set(path, { ...memory });
    for (const file of edits) copy.setFile(file.path, applyEdits(this.sources.get(file.path) ?? '', file.edits));
    return copy;
  }

  errors(): number {
    return this.parseErrors().length;
  }

  explored(objects: ReadonlySet<string>): Explored {
    const options = { cancelled: this.cancelled };
    const results = this.results ?? this.exploreAll(options, (lifetime) => objects.has(lifetime.tag));
    const theirs = results.filter(({ lifetime }) => objects.has(lifetime.tag));
    return { verdicts: verdictsOf(theirs), findings: this.findings(theirs).filter(({ lifetime }) => objects.has(lifetime.object)) };
  }

  /** Exploring fixes takes a check for each: CancelledError ends it as it ends a check. */
  private interruptible<T>(cancelled: (() => boolean) | undefined, run: () => T): T {
    this.cancelled = cancelled ?? never;
    try {
      return run();
    } finally {
      this.cancelled = never;
    }
  }

  private findings(results: LifetimeResult[]): Finding[] {
    const explored = findingsOf(results, this.sources);
    return [...explored, ...structuralFindings(this.link(), results, explored, this.sources)].sort(byPlace);
  }

  private forget(): void {
    if (this.results) this.slices ??= new SliceMemory();
    this.model = null;
    this.results = null;
    this.finder.forget();
  }

  private time(phase: string, start: number): void {
    this.ms[phase] = (this.ms[phase] ?? 0) + performance.now() - start;
  }

  /** Throws CancelledError where nobody wants the model any more. */
  private link(cancelled: () => boolean = never): Model {
    if (this.model) return this.model;
    const goOn = () => {
      if (cancelled()) throw new CancelledError();
    };
    const start = performance.now();
    const files = [...this.facts.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    const headers = includedHeaders(
      files,
      (path) => this.facts.has(path),
      this.readFile,
      (path, text) => this.header(path, text),
    );
    goOn();
    const { last } = this;
    this.last = null;
    const changed = (functions: readonly FnDef[]) => this.slices?.note(functions);
    const program = linkProgram(files, { headers, ...(last && { succeeds: { program: last.program, changed } }) });
    const roots = new Roots(program, last?.roots);
    if (roots.otherwise) this.slices?.note(roots.otherwise);
    else this.slices?.forget();
    const finals = new Finals(program);
    const keys = last && program.follows ? last.keys : new FunctionKeys(program);
    const environment = new Environment(program, headers);
    this.model = { program, roots, finals, lifetimes: discoverLifetimes(program, roots), keys, environment };
    this.last = this.model;
    for (const header of headers) this.sources.set(header.path, this.readFile(header.path) ?? '');
    this.time('link', start);
    return this.model;
  }

  private memoryOf(path: string): FileMemory {
    const memory = this.files.get(path) ?? new FileMemory();
    this.files.set(path, memory);
    return memory;
  }

  private header(path: string, text: string): FileFacts {
    const known = this.headerFacts.get(path);
    if (known && known.hash === hashText(text)) return known;
    const facts = extractFacts(path, text);
    this.headerFacts.set(path, facts);
    return facts;
  }

  private explore(options: CheckOptions): LifetimeResult[] {
    // What a smaller budget cut short is no answer to a larger one.
    const budget = `${options.maxStates} ${options.maxMs} ${options.threads}`;
    if (!this.results || this.budget !== budget) this.results = this.exploreAll(options, () => true);
    this.budget = budget;
    return this.results;
  }

  private exploreAll(options: CheckOptions, wanted: (lifetime: Lifetime) => boolean): LifetimeResult[] {
    const { program, roots, finals, lifetimes, keys, environment } = this.link(options.cancelled);
    const start = performance.now();
    this.memory.begin();
    this.slices?.begin();
    const results: LifetimeResult[] = [];
    for (const lifetime of lifetimes) {
      if (options.cancelled?.()) throw new CancelledError();
      if (!wanted(lifetime) || !(isContested(lifetime) || lifetime.stored)) continue;
      const begun = performance.now();
      const hooks = { ...this.memory.hooks(keys, environment, finals), ...(this.slices && { slices: this.slices }) };
      const result = checkLifetime(program, roots, finals, lifetime, limitsOf(options), hooks);
      results.push(result);
      const ms = performance.now() - begun;
      options.measured?.({ action: lifetime.action.fn.name, object: lifetime.tag, steps: result.steps, ms });
    }
    this.time('explore', start);
    return results;
  }
}

function limitsOf(options: CheckOptions): Limits {
  return {
    maxStates: options.maxStates ?? DEFAULT_STATES,
    maxSteps: options.steps ?? (options.threads === undefined ? STEPS : STEPS_PER_THREAD * options.threads),
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    deadline: options.maxMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + options.maxMs,
    cancelled: options.cancelled ?? never,
  };
}

function never(): boolean {
  return false;
}
