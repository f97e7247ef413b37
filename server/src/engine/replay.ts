import type { Finals } from '../lifetimes/finals';
import type { Roots } from '../lifetimes/roots';
import type { Program } from '../program/types';
import { callStack } from '../races/callstack';
import { checkLifetime, type LifetimeResult } from '../races/check';
import type { Limits } from '../races/explore';
import type { Machine } from '../races/machine';
import type { OnPair } from '../races/pairing';
import { type Retraced, retrace } from '../races/retrace';
import { describeRun, MOVED_TEXT } from '../races/snapshot';
import type { Moment } from '../races/step-state';
import { type Shown, shownFindings } from './report';
import type { Sources } from './sources';
import type { Replay, ReplayItem } from './types';

interface Model {
  program: Program;
  roots: Roots;
  finals: Finals;
}

/**
 * The states of a finding's trace, one for each of its steps: what exploring has found out, computed again for the one
 * trace that somebody looks at. Null for a finding that was not explored, or is no longer one.
 */
export function replayOf(
  fingerprint: string,
  results: readonly LifetimeResult[],
  model: Model,
  limits: Limits,
  sources: Sources,
): Replay | null {
  const shown = shownFindings(results, sources).find(({ finding }) => finding.fingerprint === fingerprint);
  return shown ? replayed(shown, model, limits, sources) : null;
}

function replayed(shown: Shown, { program, roots, finals }: Model, limits: Limits, sources: Sources): Replay | null {
  const { result, witness } = shown;
  const runs: { machine: Machine; retraced: Retraced }[] = [];
  const onPair: OnPair = (machine, scenario) => {
    const retraced = runs.length > 0 ? null : retrace(machine, scenario, witness.rule, witness.trace, limits);
    if (retraced) runs.push({ machine, retraced });
    return { states: 0, witnesses: [], cut: [] };
  };
  checkLifetime(program, roots, finals, result.lifetime, limits, { onPair });
  return runs[0] ? described(shown, runs[0], sources) : null;
}

function described(shown: Shown, { machine, retraced }: { machine: Machine; retraced: Retraced }, sources: Sources): Replay {
  const { finding, witness, events, used, result } = shown;
  const moments = events.map((event) => retraced.moments[witness.trace.indexOf(event)] as Moment);
  const thread = (t: number) => finding.threads[used.indexOf(t)]?.name ?? 'another thread';
  const states = describeRun(machine, [{ shared: retraced.start, threads: [] }, ...moments], { thread, host: result.host });
  return {
    steps: events.map((event, i) => {
      const state = (states[i + 1] ?? []).map((item, row): ReplayItem => {
        const before = states[i]?.[row]?.value;
        return before === undefined || before === item.value ? item : { ...item, before };
      });
      return {
        place: event.fn && event.at >= 0 ? sources.place(event.fn.file.path, event.at, event.end) : null,
        stack: callStack(machine, event, moments[i] as Moment).map(({ name, site }) => ({
          function: name,
          place: site && sources.place(site.fn.file.path, site.at, site.end),
        })),
        state,
        moved: state.filter(({ value, before }) => before !== undefined && value === MOVED_TEXT).map(({ name }) => name),
      };
    }),
  };
}
