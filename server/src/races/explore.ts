import type { EntryKind, RuleId } from '../findings/types';
import type { CallbackSource } from '../kernel';
import type { EntryPoint } from '../program/types';
import { Canonical } from './canonical';
import { leftOver, leftOverWitness, ownerRemoved } from './leftover';
import type { Machine, Outcome } from './machine';
import { DONE, type Event, NOT_STARTED, RUNNING, type State, type Thread } from './state';
import { type Block, emptyScene, type Scene, UNSEEN, type UnbindSpec, type Violation } from './step-state';
import { StateStore } from './store';

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
  /** Keys of the groups, made by calls, that the handler is in. */
  groups?: readonly string[];
  /** Keys of the groups that the thread makes. */
  makes?: ReadonlySet<string>;
  /** What must have made it possible before it starts; a callback of file scope starts until it is stopped. */
  callback?: CallbackSource;
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

/** How a state was reached first. */
interface Reached {
  parent: number;
  events: Event[];
  /** The thread that stands at a choice which nobody else observes; -1 none. */
  chooser: number;
}

/**
 * Explores every interleaving of a scenario, breadth first, so that the first
 * trace to a violation is a shortest one. Explicit states with a visited set;
 * steps that no other thread can observe are run together with the step before
 * them, or alone where they can go several ways (they commute with everything
 * that the others can still do: a persistent set of one thread, Godefroid 1996).
 */
export function explore(machine: Machine, scenario: Scenario, limits: Limits): Exploration {
  const scene = sceneOf(scenario);
  machine.scene = scene;
  machine.limits.clear();
  const reached: Reached[] = [];
  const states = new StateStore();
  const canonical = new Canonical(machine);
  const witnesses = new Map<string, Witness>();
  const finals = new Map<string, State['shared']>();
  const cut = new Set<string>();
  const trace = (index: number, last: Event[]): Event[] => {
    const parts: Event[][] = [last];
    for (let i = index; i >= 0; i = reached[i]?.parent ?? -1) parts.push(reached[i]?.events ?? []);
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
    const isNew = states.add({ shared, threads: scenario.threads.map(() => idle) });
    if (isNew) reached.push({ parent: -1, events: [], chooser: -1 });
  }
  for (let at = 0; at < states.size; at++) {
    if (states.size > limits.maxStates) {
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
    const state = states.get(at);
    const { moves, blocks } = expand(machine, scenario, state, (reached[at] as Reached).chooser);
    for (const { thread, outcome } of moves) {
      for (const violation of outcome.violations) witness(violation, at, outcome.events);
      if (outcome.ends) continue;
      const isNew = states.add(canonical.of(settle(outcome.state, scenario, scene.work)));
      if (isNew) reached.push({ parent: at, events: outcome.events, chooser: outcome.next === 'choice' ? thread : -1 });
    }
    const running: number[] = [];
    for (let t = 0; t < state.threads.length; t++) if (state.threads[t]?.status === RUNNING) running.push(t);
    if (moves.length === 0 && running.length === 0 && isUnbound(state, scenario)) {
      const object = leftOver(machine, state.shared);
      if (object && (scenario.unbindEnds || ownerRemoved(machine, state.shared)) && !witnesses.has('lost-teardown'))
        witnesses.set('lost-teardown', leftOverWitness(machine, object, trace(at, [])));
    }
    if (running.length === 0) finals.set(state.shared.join(), state.shared);
    // What the last unbind waits for is said of the pairs that it is one of. A work item that is waited for may start yet.
    else if (
      running.every((t) => blocks.has(t)) &&
      !running.some((t) => scenario.threads[t]?.epilogue) &&
      !moves.some(({ thread }) => state.threads[thread]?.status === NOT_STARTED && isAwaited(thread, blocks))
    )
      stuck(blocks, at, witness, cut);
  }
  for (const limit of machine.limits) cut.add(limit);
  return { states: states.size, witnesses: [...witnesses.values()], cut: [...cut], finals: [...finals.values()] };
}

/** What is special about the threads of a scenario. */
export function sceneOf(scenario: Scenario): Scene {
  const scene: Scene = {
    ...emptyScene(),
    hosts: scenario.threads.flatMap((spec) => spec.host ?? []),
    epilogue: scenario.threads.findIndex((spec) => spec.epilogue),
    points: scenario.threads.map((spec) => spec.point),
  };
  scenario.threads.forEach((spec, i) => {
    if (spec.unbind) scene.unbind.set(i, spec.unbind);
    if (spec.kind === 'work') scene.work.push(i);
    if (spec.kind === 'export') scene.exported.push(i);
    if (spec.callback) scene.callbacks.set(i, spec.callback);
    if (spec.kind === 'probe') scene.probes.push(i);
    if (spec.ends) scene.enders.push(i);
    if (spec.groups) scene.groups.set(i, spec.groups);
    if (spec.makes) scene.makers.set(i, spec.makes);
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

/** One way in which one thread can go on. */
export interface Move {
  thread: number;
  outcome: Outcome;
}

/**
 * What can happen next. Where one thread's step is observed by no other, now or later, that thread goes first: the others can do
 * after it all that they could do before. `chooser`: a thread to try first, -1 none.
 */
export function expand(machine: Machine, scenario: Scenario, state: State, chooser: number): { moves: Move[]; blocks: Map<number, Block> } {
  const blocks = new Map<number, Block>();
  const moves: Move[] = [];
  const of = (thread: number, outcomes: readonly Outcome[]) => outcomes.map((outcome): Move => ({ thread, outcome }));
  for (let i = chooser < 0 ? 0 : -1; i < state.threads.length; i++) {
    const t = i < 0 ? chooser : i;
    if (i === chooser || !mayRun(state, scenario, t)) continue;
    const { outcomes, block } = stepOf(machine, state, t, scenario.threads[t] as ThreadSpec);
    const isQuiet = outcomes.length > 0 && block === null && outcomes.every((outcome) => outcome.observed === UNSEEN && !outcome.ends);
    if (isQuiet) return { moves: of(t, outcomes), blocks: new Map() };
    if (block) blocks.set(t, block);
    moves.push(...of(t, outcomes));
  }
  return { moves, blocks };
}

function stepOf(machine: Machine, state: State, t: number, spec: ThreadSpec): { outcomes: Outcome[]; block: Block | null } {
  return state.threads[t]?.status === NOT_STARTED ? machine.attempt(state, t, () => spec.start(machine)) : machine.run(state, t);
}

/** Some thread waits for this one. */
function isAwaited(thread: number, blocks: Map<number, Block>): boolean {
  return [...blocks.values()].some(({ on }) => on.includes(thread));
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
        detail: `the removal waits for ${waiting.what}, which ${isPlural(waiting.what) ? 'wait' : 'waits'} for a lock that the remover holds`,
        events: events.length,
      },
      at,
      events,
    );
  else cut.add(lockCycle(blocks));
}

/** What is waited for, in the words of a Block. */
function isPlural(what: string): boolean {
  return /^(?:the running handlers|those) /.test(what);
}

/** No rule speaks of locks alone: the verdict is incomplete, and says who waits where. It holds wherever in the text that stands. */
function lockCycle(blocks: Map<number, Block>): string {
  const all = [...blocks];
  const own = all.filter(([t, { on }]) => on.includes(t));
  const waits = (own.length > 0 ? own : all).map(([, { what, site }]) => (site?.fn ? `${what} in ${site.fn.fn.name}()` : what));
  const problem = own.length > 0 ? 'a thread waits for a lock that it holds itself' : 'threads wait for each other’s locks';
  return `${problem}: ${[...new Set(waits)].sort().join(' and ')}`;
}
