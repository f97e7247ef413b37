import type { Structure } from '../../server/src/engine/structure';
import type { CheckOptions, GraphEdge, GraphNode, LifetimeView, Place, Replay } from '../../server/src/engine/types';
import { type Centre, type GraphAround, graphAround } from '../../server/src/features/graph';
import type { CheckReport, Finding, Verdict } from '../../server/src/findings/types';
import { type Read, readOf } from '../../server/src/host/recall';
import { type Analysis, type Analyst, AnalystEnded } from '../../server/src/lsp/analyst';

/** What every check is said to have read. */
export const HEADERS: Read[] = [readOf('include/known.h', 'int known;'), readOf('include/missing.h', null)];

/**
 * An engine for tests of the protocol alone: a finding wherever a text says RACE(x). SLOW in a text keeps the check
 * from ending before it is abandoned, CRASH makes it throw, DIES ends the engine over the first check (DIES DIES over
 * each), UNDECIDED leaves a pair open, GARBLED is not understood,
 * LONG keeps fixes from being known before they are abandoned.
 */
export class FakeAnalyst implements Analyst {
  readonly files = new Map<string, string>();
  readonly contexts = new Map<string, string | null>();
  options: CheckOptions | undefined;
  disposed = false;
  /** How often fixes were asked for. */
  explored = 0;
  /** How often what was asked for has been abandoned. */
  abandoned = 0;
  /** How often a replay was asked for. */
  replays = 0;
  #deaths = 0;
  #abandon: () => void = () => {};
  #checked = '';

  async setFile(path: string, text: string): Promise<void> {
    if (text.includes('UNREADABLE')) throw new Error('cannot parse this');
    this.files.set(path, text);
  }

  async removeFile(path: string): Promise<void> {
    this.files.delete(path);
  }

  async setContext(path: string, text: string | null): Promise<void> {
    this.contexts.set(path, text);
  }

  async check(options: CheckOptions): Promise<Analysis | null> {
    this.options = options;
    const texts = [...this.files.values()].join('\n');
    if (texts.includes('CRASH')) throw new Error('engine failure');
    if (texts.includes('DIES DIES') || (texts.includes('DIES') && this.#deaths === 0)) {
      this.#deaths += 1;
      throw new AnalystEnded('out of memory');
    }
    if (texts.includes('SLOW')) {
      await new Promise<void>((resolve) => {
        this.#abandon = resolve;
      });
      return null;
    }
    this.#checked = texts;
    const unread = [...this.files].flatMap(([path, text]) => (text.includes('GARBLED') ? [`${path}:1`] : []));
    return { report: this.#report(texts), lifetimes: this.#findings().map(lifetime), unread };
  }

  async headers(): Promise<Read[]> {
    return HEADERS;
  }

  async structure(): Promise<Structure> {
    return { attributes: [], locks: [], graph: { nodes: [], edges: [] } };
  }

  abandon(): void {
    this.abandoned += 1;
    this.#abandon();
  }

  async fixes(path: string, at: number) {
    this.explored += 1;
    if (this.#checked.includes('BADFIX')) throw new Error('fix failure');
    if (this.#checked.includes('LONG')) {
      await new Promise<void>((resolve) => {
        this.#abandon = resolve;
      });
      return null;
    }
    const here = this.#findings().filter((finding) => finding.file === path && offsetOf(this.files.get(path) ?? '', finding) === at);
    return here.map(({ fingerprint }) => ({
      id: 'make-safe',
      title: 'Make it safe',
      description: 'Resolves it.',
      isPreferred: true,
      fingerprint,
    }));
  }

  async edits(_id: string, fingerprint: string) {
    const finding = this.#findings().find((candidate) => candidate.fingerprint === fingerprint);
    if (!finding) return { refused: 'the finding is gone' };
    const at = offsetOf(this.files.get(finding.file) ?? '', finding);
    return [{ path: finding.file, edits: [{ at, end: at + 'RACE'.length, text: 'SAFE' }] }];
  }

  /** Each step holds one more lock; the second moves an entry. */
  async fixAll(path: string) {
    const here = this.#findings().filter((finding) => finding.file === path);
    const edits = here
      .map((finding) => offsetOf(this.files.get(path) ?? '', finding))
      .map((at) => ({ at, end: at + 'RACE'.length, text: 'SAFE' }));
    return edits.length > 0 ? [{ path, edits }] : [];
  }

  async reproducer(fingerprint: string) {
    return { patch: `--- a/${fingerprint}\n`, script: '#!/bin/sh\n' };
  }

  async replay(fingerprint: string): Promise<Replay | null> {
    const finding = this.#findings().find((candidate) => candidate.fingerprint === fingerprint);
    this.replays += 1;
    if (!finding || this.#checked.includes('UNEXPLORED')) return null;
    // As when the request for fixes of somebody else is given up.
    if (this.#checked.includes('GIVEN UP') && this.replays === 1) return null;
    const at = offsetOf(this.files.get(finding.file) ?? '', finding);
    const place: Place = { file: finding.file, line: finding.line, column: finding.column, at, end: at + 'RACE'.length };
    return {
      steps: finding.trace.map((step, i) => ({
        place: step.thread === 0 ? place : null,
        stack: [
          { function: step.function, place: step.thread === 0 ? place : null },
          { function: 'driver_core', place: null },
        ],
        state: [{ scope: 'locks', name: 'lock', value: `held ${i + 1} times`, idle: false, before: `held ${i} times` }],
        moved: i === 1 ? ['release(object)'] : [],
      })),
    };
  }

  /** The graph has release() of each finding, where its finding is, and the driver core. */
  async graph(centre: Centre, hops: number | null): Promise<GraphAround | null> {
    const nodes = this.#findings().map((found): GraphNode => {
      const at = offsetOf(this.files.get(found.file) ?? '', found);
      const place = { file: found.file, line: found.line, column: found.column, at, end: at + 'RACE'.length };
      return { id: found.fingerprint, label: found.lifetime.object, kind: 'action', place };
    });
    const edges = nodes.map(({ id }): GraphEdge => ({ from: 'core', to: id, kind: 'runs-action', place: null }));
    const view = { nodes: [{ id: 'core', label: 'core', kind: 'core' as const, place: null }, ...nodes], edges };
    return graphAround({ graph: () => view, lifetimes: () => [] }, centre, hops);
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    this.#abandon();
  }

  #report(texts: string): CheckReport {
    const verdicts: Verdict[] = texts.includes('UNDECIDED')
      ? [{ action: 'a', object: 'o', pair: ['x', 'y'], verdict: 'incomplete', rules: [], reason: 'too many states', bounds: '', states: 1 }]
      : [];
    const stats = { files: this.files.size, lines: 0, functions: 0, parseErrors: 0, ms: {} };
    return { version: 1, root: '', findings: this.#findings(), verdicts, stats };
  }

  #findings(): Finding[] {
    return [...this.files].flatMap(([path, text]) =>
      [...text.matchAll(/RACE\((\w+)\)/g)].map((match) => finding(path, text, match.index, match[1] ?? '')),
    );
  }
}

function offsetOf(text: string, { line, column }: Finding): number {
  const lines = text.split('\n').slice(0, line - 1);
  return lines.reduce((sum, current) => sum + current.length + 1, 0) + column - 1;
}

function finding(file: string, text: string, at: number, name: string): Finding {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  const step = (thread: number, where: number, what: string) => ({ thread, file, line: where, function: 'store', op: 'use', text: what });
  return {
    rule: 'double-release',
    severity: 'warning',
    message: `${name} is released twice\nsays why\nsays what to do`,
    file,
    line,
    column,
    function: 'store',
    lifetime: { action: 'release', object: name, host: 'dev' },
    threads: [
      { name: 'CPU 0', entry: 'store', kind: 'sysfs-store', file, line },
      { name: 'CPU 1', entry: 'unbind(dev)', kind: 'unbind', file, line: 1 },
    ],
    trace: [step(0, line, `find ${name}`), step(1, 1, 'devres_release_all(dev)'), step(0, line, `release ${name}`)],
    pairs: [['store', 'unbind(dev)']],
    assumptions: ['two writers'],
    fixes: [],
    fingerprint: `${file}:${name}`,
  };
}

/** The object of a finding is torn down by release(), which store() and the unbind of its host reach; they race. */
function lifetime({ file, line, column, lifetime: { action, object, host }, rule, pairs }: Finding): LifetimeView {
  const place = { file, line, column, at: 0, end: 0 };
  return {
    action,
    object,
    host,
    actionPlace: place,
    registrations: [],
    constructors: [],
    releasers: [
      { entry: 'store', kind: 'sysfs-store', place, site: null },
      { entry: 'unbind(dev)', kind: 'unbind', place, site: null },
    ],
    users: [],
    unwind: [],
    drains: [],
    verdicts: pairs.map((pair) => ({ action, object, pair, verdict: 'violated', rules: [rule], bounds: '', states: 1 })),
  };
}
