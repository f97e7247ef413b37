import type { EntryKind, RuleId } from '../findings/types';
import { callbackSource } from '../lifetimes/discover';
import type { EntryPoint } from '../program/types';
import { leftOver, leftOverWitness, ownerRemoved } from './leftover';
import type { Machine, Outcome } from './machine';
import { DONE, type Event, NOT_STARTED, RUNNING, type State, StateKeys, type Thread } from './state';
import type { Block, Scene, UnbindSpec, Violation } from './step-state';

/** One thread of a scenario: how it starts, and what it is called. */
export interface ThreadSpec {
  /** Function of the entry point, or `unbind(HOST)`. */
  entry: string;
  kind: EntryKind;
  point: EntryPoint | null;
  /** What `start` depends on besides the entry point and the machine. */
  context?: string;
  /** Runs as the thread's first step; prunes when the thread cannot start now. */
  start: (m: Machine) => void;
  unbind?: UnbindSpec;
  /** The device whose unbind this is. */
  host?: number;
  /** Ends objects of the lifetime. */
  ends?: true;
  /** Runs when all others have ended. */
  epilogue?: true;
}

export interface Scenario {
  initial: readonly State['shared'][];
  threads: readonly ThreadSpec[];
  /** The unbind tears down all that it finds: what is left registered after it has lost its teardown. */
  unbindEnds?: boolean;
}

export interface Limits {
  maxStates: number;
  /** Executed steps of the machine after which the exploration stops. */
  maxSteps: number;
  /** Threads that run at once, the unbind among them; two where nothing is said. */
  threads?: number;
  /** Epoch milliseconds after which the exploration stops. */
  deadline: number;
  cancelled: () => boolean;
}

/** A violated property with its shortest trace. */
export interface Witness {
  rule: RuleId;
  detail: string;
  trace: Event[];
}

export interface Exploration {
  states: number;
  witnesses: Witness[];
  /** Why not every interleaving was seen; empty when all were. */
  cut: string[];
  /** Shared states in which every thread has ended. */
  finals: State['shared'][];
}

/** The run was abandoned because its result is no longer wanted. */
export class CancelledError extends Error {
  constructor() {
    super('cancelled');
    this.name = 'CancelledError';
  }
}

interface Visited {
  state: State;
  parent: number;
  events: Event[];
}

/**
 * Explores every interleaving of a scenario, breadth first, so that the first
 * trace to a violation is a shortest one. Explicit states with a visited set;
 * steps that no other thread can observe are run together with the step before
 * them (they commute with everything: a sound partial-order reduction).
 */
export function explore(machine: Machine, scenario: Scenario, limits: Limits): Exploration {
  const scene = sceneOf(scenario);
  machine.scene = scene;
  machine.limits.clear();
  const visited: Visited[] = [];
  const keys = new StateKeys();
  const seen = new Set<string>();
  const witnesses = new Map<string, Witness>();
  const finals = new Map<string, State['shared']>();
  const cut = new Set<string>();
  const trace = (index: number, last: Event[]): Event[] => {
    const parts: Event[][] = [last];
    for (let i = index; i >= 0; i = visited[i]?.parent ?? -1) parts.push(visited[i]?.events ?? []);
    return parts.reverse().flat();
  };
  const witness = (violation: Violation, index: number, all: Event[]) => {
    const events = all.slice(0, violation.events);
    const site = [...events].reverse().find((e) => e.fn !== null);
    const key = `${violation.rule}|${site?.fn?.id}`;
    if (!witnesses.has(key)) witnesses.set(key, { rule: violation.rule, detail: violation.detail, trace: trace(index, events) });
  };
  const idle: Thread = { status: NOT_STARTED, on: -1, frames: [] };
  for (const shared of scenario.initial) {
    const state: State = { shared, threads: scenario.threads.map(() => idle) };
    const key = keys.of(state);
    if (!seen.has(key)) {
      seen.add(key);
      visited.push({ state, parent: -1, events: [] });
    }
  }
  for (let at = 0; at < visited.length; at++) {
    if (visited.length > limits.maxStates) {
      cut.add(`more than ${limits.maxStates} states`);
      break;
    }
    if (at % 32 === 0) {
      if (limits.cancelled()) throw new CancelledError();
      if (machine.steps > limits.maxSteps) {
        cut.add(`more than ${limits.maxSteps} steps`);
        break;
      }
      if (Date.now() > limits.deadline) {
        cut.add('time budget used up');
        break;
      }
    }
    const { state } = visited[at] as Visited;
    const blocks = new Map<number, Block>();
    let moved = false;
    for (let t = 0; t < scenario.threads.length; t++) {
      if (!mayRun(state, scenario, t)) continue;
      const { results, block } = macroStep(machine, keys, state, t, scenario.threads[t] as ThreadSpec);
      if (block) blocks.set(t, block);
      moved ||= results.length > 0;
      for (const result of results) {
        for (const violation of result.violations) witness(violation, at, result.events);
        if (result.ends) continue;
        const next = settle(result.state, scenario, scene.work);
        const key = keys.of(next);
        if (seen.has(key)) continue;
        seen.add(key);
        visited.push({ state: next, parent: at, events: result.events });
      }
    }
    const running: number[] = [];
    for (let t = 0; t < state.threads.length; t++) if (state.threads[t]?.status === RUNNING) running.push(t);
    if (!moved && running.length === 0 && isUnbound(state, scenario)) {
      const object = leftOver(machine, state.shared);
      if (object && (scenario.unbindEnds || ownerRemoved(machine, state.shared)) && !witnesses.has('lost-teardown'))
        witnesses.set('lost-teardown', leftOverWitness(machine, object, trace(at, [])));
    }
    if (running.length === 0) finals.set(state.shared.join(), state.shared);
    // What the last unbind waits for is said of the pairs that it is one of.
    else if (running.every((t) => blocks.has(t)) && !running.some((t) => scenario.threads[t]?.epilogue)) stuck(blocks, at, witness, cut);
  }
  for (const limit of machine.limits) cut.add(limit);
  return { states: visited.length, witnesses: [...witnesses.values()], cut: [...cut], finals: [...finals.values()] };
}

/** What is special about the threads of a scenario. */
export function sceneOf(scenario: Scenario): Scene {
  const scene: Scene = {
    unbind: new Map(),
    work: [],
    callbacks: new Map(),
    exported: [],
    enders: [],
    probes: [],
    hosts: scenario.threads.flatMap((spec) => spec.host ?? []),
  };
  scenario.threads.forEach((spec, i) => {
    if (spec.unbind) scene.unbind.set(i, spec.unbind);
    if (spec.kind === 'work') scene.work.push(i);
    if (spec.kind === 'export') scene.exported.push(i);
    const source = callbackSource(spec.kind);
    if (source) scene.callbacks.set(i, source);
    if (spec.kind === 'probe') scene.probes.push(i);
    if (spec.ends) scene.enders.push(i);
  });
  return scene;
}

/** The host was unbound, in the end or before. */
function isUnbound(state: State, scenario: Scenario): boolean {
  return scenario.threads.some((spec, t) => spec.kind === 'unbind' && state.threads[t]?.status === DONE);
}

/** Whether a thread may make its next step, or start, now. */
export function mayRun(state: State, scenario: Scenario, t: number): boolean {
  const thread = state.threads[t] as Thread;
  if (thread.status === DONE) return false;
  if (thread.status === RUNNING) return true;
  // Threads of one program differ in nothing but their number: the first of them that has not started is the next to start.
  if (t > 0 && scenario.threads[t - 1] === scenario.threads[t] && state.threads[t - 1]?.status === NOT_STARTED) return false;
  const epilogue = scenario.threads.findIndex((spec) => spec.epilogue);
  if (t === epilogue) return state.threads.every((other) => other.status !== RUNNING);
  return epilogue < 0 || state.threads[epilogue]?.status === NOT_STARTED || scenario.threads[t]?.kind === 'work';
}

/** A work item that has run may be queued again. */
export function settle(state: State, scenario: Scenario, works: readonly number[]): State {
  if (works.length === 0) return state;
  const threads = state.threads.map((thread, t) =>
    thread.status === DONE && scenario.threads[t]?.kind === 'work'
      ? ({ status: NOT_STARTED, on: -1, frames: [] } satisfies Thread)
      : thread,
  );
  return { shared: state.shared, threads };
}

/** Choices that one thread makes unobserved. Recursion that branches has more than memory holds. */
const MAX_CHOICES = 2000;

/** One step, and all the following ones that other threads cannot observe. */
export function macroStep(
  machine: Machine,
  keys: StateKeys,
  state: State,
  t: number,
  spec: ThreadSpec,
): { results: Outcome[]; block: Block | null } {
  const starting = state.threads[t]?.status === NOT_STARTED;
  const first = starting ? machine.attempt(state, t, () => spec.start(machine)) : machine.run(state, t);
  if (first.outcomes.every((outcome) => outcome.ends || outcome.next !== 'choice')) return { results: first.outcomes, block: first.block };
  const results: Outcome[] = [];
  // By what the first step violated, which all that follows it hands on: a loop behind it ends as any other.
  const seen = new Map<Outcome['violations'] | null, Set<string>>();
  let choices = 0;
  const work = first.outcomes;
  while (work.length > 0) {
    const current = work.pop() as Outcome;
    if (current.ends || current.next !== 'choice') {
      results.push(current);
      continue;
    }
    const key = keys.of(current.state);
    const violated = current.violations.length > 0 ? current.violations : null;
    const known = seen.get(violated) ?? new Set();
    if (known.has(key)) continue;
    seen.set(violated, known.add(key));
    if (++choices > MAX_CHOICES) {
      machine.limits.add(`more than ${MAX_CHOICES} choices between two steps that others observe`);
      break;
    }
    const next = machine.run(current.state, t);
    // One way of the choice may be seen or wait: a scheduling point.
    if (next.block || next.outcomes.some((outcome) => outcome.touched)) {
      results.push(current);
      continue;
    }
    // A step that nobody observes violates nothing.
    for (const outcome of next.outcomes)
      work.push({
        ...outcome,
        events: outcome.events.length > 0 ? [...current.events, ...outcome.events] : current.events,
        violations: current.violations,
      });
  }
  return { results, block: first.block };
}

/** All running threads wait: a deadlock, ours to report when a drain or a flush is part of it. */
function stuck(
  blocks: Map<number, Block>,
  at: number,
  witness: (v: Violation, index: number, events: Event[]) => void,
  cut: Set<string>,
): void {
  // Last who waits for a lock: there stands what can be changed.
  const order = [...blocks].sort(([, a], [, b]) => Number(a.kind === 'lock') - Number(b.kind === 'lock'));
  const events: Event[] = order.map(([thread, block]) => ({
    thread,
    ...(block.kind === 'lock' && block.site ? block.site : { fn: null, at: -1, end: -1 }),
    op: 'wait',
    text: `waits for ${block.what}`,
  }));
  const waiting = [...blocks.values()].find((block) => block.kind !== 'lock');
  if (waiting)
    witness(
      {
        rule: 'drain-deadlock',
        detail: `the removal waits for ${waiting.what}, which wait for a lock that the remover holds`,
        events: events.length,
      },
      at,
      events,
    );
  else cut.add(lockCycle(blocks));
}

/** No rule speaks of locks alone: the verdict is incomplete, and says who waits where. It holds wherever in the text that stands. */
function lockCycle(blocks: Map<number, Block>): string {
  const all = [...blocks];
  const own = all.filter(([t, { on }]) => on.includes(t));
  const waits = (own.length > 0 ? own : all).map(([, { what, site }]) => (site?.fn ? `${what} in ${site.fn.fn.name}()` : what));
  const problem = own.length > 0 ? 'a thread waits for a lock that it holds itself' : 'threads wait for each other’s locks';
  return `${problem}: ${[...new Set(waits)].sort().join(' and ')}`;
}
