import { fingerprint } from '../findings/fingerprint';
import { findingMessage } from '../findings/message';
import { byPlace } from '../findings/order';
import { ruleInfo } from '../findings/registry';
import type { Finding, ThreadInfo, TraceStep, Verdict } from '../findings/types';
import type { LifetimeResult } from '../races/check';
import type { Witness } from '../races/explore';
import type { PairResult } from '../races/pairing';
import { followedIn } from '../races/pointers';
import type { Event } from '../races/state';
import { assumptionsOf, meetInDriverCore } from './assumptions';
import type { Sources } from './sources';

/** What every clean verdict rests on. */
const BOUNDS = 'one object a constructor; loops until states repeat; at most 8 references and 40 nested calls; sequential consistency';

/** Those of a pair whose constructor looks objects up. */
const SAMPLED = 'of the states that constructors leave one for what is looked up; ';

function boundsOf({ atOnce, threads, as, isSampled }: PairResult): string {
  const who = threads.slice(0, atOnce).map(({ entry }) => entry);
  const once = as ? `explored once for entries that do the same, as ${as.join(' x ')}; ` : '';
  return `${once}${atOnce > 2 ? `${atOnce} threads (${who.join(', ')})` : 'two threads'}, then the unbind of the host; ${isSampled ? SAMPLED : ''}${BOUNDS}`;
}

/** A finding, and what it was made of. */
export interface Shown {
  finding: Finding;
  result: LifetimeResult;
  witness: Witness;
  /** Those of the witness that are the steps of the finding's trace. */
  events: Event[];
  /** Threads of the scenario that are the finding's, in its order. */
  used: number[];
}

export function findingsOf(results: readonly LifetimeResult[], sources: Sources): Finding[] {
  return shownFindings(results, sources).map(({ finding }) => finding);
}

/**
 * One finding per root cause: violations of one rule that have it in common are one, shown with the shortest trace of those that rest on
 * least.
 */
export function shownFindings(results: readonly LifetimeResult[], sources: Sources): Shown[] {
  const out = new Map<string, Shown>();
  for (const result of results)
    for (const pair of result.pairs)
      for (const witness of pair.witnesses) {
        if (isPairs(pair, witness)) continue;
        const shown = shownOf(result, pair, witness, sources);
        const { finding } = shown;
        const root = rootOf(witness, finding);
        const key = `${finding.rule}|${finding.lifetime.action}|${finding.lifetime.object}|${root}`;
        const known = out.get(key);
        if (!known) out.set(key, shown);
        else {
          const pairs = mergePairs(known.finding.pairs, finding.pairs);
          if (isBetter(shown, known)) out.set(key, { ...shown, finding: { ...finding, pairs } });
          else known.finding.pairs = pairs;
        }
      }
  return [...out.values()]
    .map((shown) => ({ ...shown, finding: { ...shown.finding, fingerprint: fingerprint(shown.finding) } }))
    .sort((a, b) => byPlace(a.finding, b.finding));
}

/**
 * What violations of one rule have in common that have one cause: the stored pointer that was followed, else the function that they break in.
 * Where callers are not known one call that comes too early breaks whatever follows it, and an object that goes too early whatever is done with an open
 * file: there it is the place where the object was freed.
 */
function rootOf({ trace }: Witness, { threads, trace: steps, file, function: fn }: Finding): string {
  const last = trace.at(-1)?.thread;
  const isFiles =
    threads[steps.at(-1)?.thread ?? 0]?.kind === 'ioctl' && trace.some(({ thread, op }) => thread === last && op === 'callback');
  const freed = isFiles || threads.some(({ kind }) => kind === 'export') ? trace.find(({ op }) => op === 'free') : undefined;
  return followedIn(trace) ?? (freed ? `freed ${freed.fn?.id} ${freed.at}` : `${file}|${fn}`);
}

/** What rests on less shows more; of two that rest on as much the shorter does. */
function isBetter(a: Shown, b: Shown): boolean {
  const [doubtful, other] = [a, b].map(({ finding }) => finding.severity === 'information');
  return doubtful === other ? a.witness.trace.length < b.witness.trace.length : !doubtful;
}

/** What two of many threads do to each other is said of their pair. */
function isPairs(pair: PairResult, witness: Witness): boolean {
  return pair.atOnce > 2 && new Set(witness.trace.flatMap(({ thread }) => (thread < pair.atOnce ? [thread] : []))).size <= 2;
}

function mergePairs(a: [string, string][], b: [string, string][]): [string, string][] {
  const known = new Set(a.map((pair) => pair.join()));
  return [...a, ...b.filter((pair) => !known.has(pair.join()))];
}

function shownOf(result: LifetimeResult, pair: PairResult, witness: Witness, sources: Sources): Shown {
  const site = [...witness.trace].reverse().find((event) => event.fn !== null && event.at >= 0);
  const fn = site?.fn ?? result.lifetime.action;
  const place = site ? sources.place(fn.file.path, site.at, site.end) : sources.place(fn.file.path, fn.fn.nameAt);
  const used = usedThreads(pair, witness);
  const threads = used.map((t, i) => threadInfo(pair, t, `CPU ${i}`, result, sources));
  const steps = withoutRepeats(
    witness.trace.filter((event) => event.thread >= 0).map((event) => ({ event, step: traceStep(event, used, threads, sources) })),
  );
  const info = ruleInfo(witness.rule);
  const isDoubtful = pair.threads.slice(0, 2).some((thread) => thread.kind === 'export') || meetInDriverCore(pair, witness);
  const finding: Finding = {
    rule: witness.rule,
    severity: isDoubtful ? 'information' : info.severity,
    message: message(witness, pair, result),
    file: place.file,
    line: place.line,
    column: place.column,
    function: fn.fn.name,
    lifetime: { action: result.lifetime.action.fn.name, object: result.lifetime.tag, host: result.host },
    threads,
    trace: steps.map(({ step }) => step),
    pairs: [pair.pair],
    assumptions: [],
    fixes: [],
    fingerprint: '',
  };
  finding.assumptions = assumptionsOf(result, pair, witness, sources);
  return { finding, result, witness, events: steps.map(({ event }) => event), used };
}

/** Threads that stand in the trace, first those of the pair, in the order of the pair. */
function usedThreads(pair: PairResult, witness: Witness): number[] {
  const seen = new Set(witness.trace.map((event) => event.thread));
  return pair.threads.map((_, i) => i).filter((i) => (i < 2 && pair.atOnce === 2) || seen.has(i));
}

function threadInfo(pair: PairResult, t: number, name: string, result: LifetimeResult, sources: Sources): ThreadInfo {
  const thread = pair.threads[t] as PairResult['threads'][number];
  const fn = thread.fn ?? result.lifetime.action;
  const place = sources.place(fn.file.path, fn.fn.nameAt);
  return { name, entry: thread.entry, kind: thread.kind, file: place.file, line: place.line };
}

function traceStep(event: Event, used: number[], threads: ThreadInfo[], sources: Sources): TraceStep {
  const thread = Math.max(0, used.indexOf(event.thread));
  const own = threads[thread] as ThreadInfo;
  if (!event.fn || event.at < 0)
    return { thread, file: own.file, line: own.line, function: own.entry, op: event.op, text: event.text ?? event.op };
  const place = sources.place(event.fn.file.path, event.at, event.end);
  return {
    thread,
    file: place.file,
    line: place.line,
    function: event.fn.fn.name,
    op: event.op,
    text: event.text ?? sources.excerpt(place.file, event.at, event.end),
  };
}

/** One statement may be several events (a read and a write of one member): the last of them stands for it. */
function withoutRepeats<T extends { step: TraceStep }>(steps: T[]): T[] {
  return steps.filter(({ step }, index) => {
    const next = steps[index + 1]?.step;
    return !(next && next.thread === step.thread && next.file === step.file && next.line === step.line && next.text === step.text);
  });
}

/** What those are called who run one handler at once. */
const CALLERS: Readonly<Record<string, string>> = { 'sysfs-store': 'writers', 'sysfs-show': 'readers' };

function message(witness: Witness, pair: PairResult, result: LifetimeResult): string {
  const [a, b] = pair.pair;
  const who = a === b ? `two ${CALLERS[pair.threads[0]?.kind ?? ''] ?? 'callers'} of ${a}()` : `${nameOf(a)} and ${nameOf(b)}`;
  return findingMessage(witness.rule, witness.detail, [`struct ${result.lifetime.tag}`, who]);
}

function nameOf(entry: string): string {
  return entry.startsWith('unbind(') ? `the unbind of ${entry.slice('unbind('.length, -1)}` : `${entry}()`;
}

/** The verdict of every explored pair. */
export function verdictsOf(results: readonly LifetimeResult[]): Verdict[] {
  return results.flatMap((result) =>
    result.pairs.map((pair) => {
      const rules = [...new Set(pair.witnesses.map((witness) => witness.rule))];
      const cut = pair.cut.length > 0;
      const verdict: Verdict = {
        action: result.lifetime.action.fn.name,
        object: result.lifetime.tag,
        pair: pair.pair,
        verdict: rules.length > 0 ? 'violated' : cut ? 'incomplete' : 'clean',
        rules,
        bounds: boundsOf(pair),
        states: pair.states,
      };
      if (cut) verdict.reason = pair.cut.join('; ');
      return verdict;
    }),
  );
}
