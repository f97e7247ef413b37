import type { RuleId } from '../findings/types';
import { Canonical } from './canonical';
import { CancelledError, expand, type Limits, type Move, type Scenario, sceneOf, settle } from './explore';
import type { Machine, Outcome } from './machine';
import { type Event, NOT_STARTED, type State } from './state';
import type { Moment } from './step-state';
import { StateStore } from './store';

/** A run that makes the events of a trace. */
export interface Retraced {
  /** What is shared before the first event. */
  start: State['shared'];
  /** How the run stands after each event. */
  moments: Moment[];
}

/** What the explorer says at the end of a trace without a step of the machine. */
const APPENDED: ReadonlySet<string> = new Set(['wait', 'left']);

interface Node {
  state: State;
  chooser: number;
  /** Events of the trace that the run has made. */
  done: number;
  parent: Node | null;
  /** After the events of the last step of the run. */
  moments: Moment[];
}

/**
 * Runs a scenario along a trace that it was violated with, and notes the state after each event. Traces keep no
 * states: exploring would be slower, and few of the witnesses are ever looked at. Depth first, threads that make no
 * event of the trace last. Null where the scenario has no such run, or `limits.maxStates` were not enough to find it.
 */
export function retrace(machine: Machine, scenario: Scenario, rule: RuleId, trace: readonly Event[], limits: Limits): Retraced | null {
  const events = trace.filter((event) => !APPENDED.has(event.op));
  const scene = sceneOf(scenario);
  const canonical = new Canonical(machine);
  // By how many events the run has made.
  const seen = new Map<number, StateStore>();
  let states = 0;
  const moments = new WeakMap<Event, Moment>();
  machine.scene = scene;
  machine.recorder = (made, moment) => {
    for (const event of made) moments.set(event, moment);
  };
  const isEnd = (outcome: Outcome, made: number) =>
    events.length < trace.length || outcome.violations.some((violation) => violation.rule === rule && violation.events === made);
  const idle = { status: NOT_STARTED, on: -1, frames: [] } as const;
  const stack = scenario.initial.map(
    (shared): Node => ({ state: { shared, threads: scenario.threads.map(() => idle) }, chooser: -1, done: 0, parent: null, moments: [] }),
  );
  try {
    for (let node = stack.pop(); node; node = stack.pop()) {
      const known = seen.get(node.done) ?? new StateStore();
      seen.set(node.done, known);
      if (!known.add(node.state)) continue;
      if (limits.cancelled()) throw new CancelledError();
      if (++states > limits.maxStates) return null;
      for (const { thread, outcome } of inOrder(expand(machine, scenario, node.state, node.chooser).moves, events[node.done]?.thread)) {
        const made = follows(outcome.events, events, node.done);
        if (made === null) continue;
        const after = outcome.events
          .slice(0, made)
          .map((event) => moments.get(event) ?? { ...outcome.state, frames: outcome.state.threads[thread]?.frames ?? [] });
        const done = node.done + made;
        const chooser = outcome.next === 'choice' ? thread : -1;
        const next: Node = {
          state: canonical.of(settle(outcome.state, scenario, scene.work)),
          chooser,
          done,
          parent: node,
          moments: after,
        };
        if (done === events.length && isEnd(outcome, made)) return withAppended(next, trace.slice(done));
        if (!outcome.ends && done < events.length) stack.push(next);
      }
    }
    return null;
  } finally {
    machine.recorder = null;
  }
}

/** The thread whose event is next comes last, and so is tried first. */
function inOrder(moves: readonly Move[], next: number | undefined): Move[] {
  return [...moves].sort((a, b) => Number(a.thread === next) - Number(b.thread === next));
}

/** How many of the trace's events a step makes; null when it makes another one. */
function follows(made: readonly Event[], trace: readonly Event[], from: number): number | null {
  const count = Math.min(made.length, trace.length - from);
  for (let i = 0; i < count; i++) if (!isSame(made[i] as Event, trace[from + i] as Event)) return null;
  return count;
}

function isSame(a: Event, b: Event): boolean {
  return a.thread === b.thread && a.fn?.id === b.fn?.id && a.at === b.at && a.op === b.op && a.text === b.text;
}

/** A thread that waits in the end stands where it waits. */
function withAppended(last: Node, appended: readonly Event[]): Retraced {
  const { state } = last;
  const moments = appended.map((event): Moment => ({ ...state, frames: state.threads[event.thread]?.frames ?? [] }));
  let first = last;
  for (let node: Node | null = last; node; node = node.parent) {
    first = node;
    moments.unshift(...node.moments);
  }
  return { start: first.state.shared, moments };
}
