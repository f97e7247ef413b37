import type { RuleId } from '../findings/types';
import type { Finals } from '../lifetimes/finals';
import type { FnDef } from '../program/types';
import type { Hooks, KeptPrologue } from './check';
import { Digests, type FunctionKeys } from './digest';
import type { Environment } from './environment';
import { type Exploration, explore, type Limits, type Scenario, type Witness } from './explore';
import type { Machine } from './machine';
import type { OnPair } from './pairing';
import type { Prologue } from './prologue';
import type { Slicer } from './slice';
import type { Event } from './state';
import type { Tables } from './step-state';
import { siteOf } from './steps';

/** Checks that a result is kept for without being asked for: going back and forth between two versions explores neither again. */
const KEPT_CHECKS = 16;
/** Number of a step that stands for the name of its function. */
const AT_NAME = -1;
/** Number of a step that stands nowhere in the source. */
const NOWHERE = -2;

/** An event by what outlasts an edit: the function and the number of the step in its slice. */
interface KeptEvent extends Pick<Event, 'thread' | 'op' | 'text'> {
  fn: string | null;
  step: number;
}

interface Noted {
  assumptions: string[];
  /** Members that were asked for because they are set once, with what they are set to. */
  finals: ReadonlyMap<string, string | null>;
  /** Executed steps: they count as they did, so that budgets end where they would without the reuse. */
  steps: number;
  /** Number of the check that last asked for it. */
  check: number;
}

interface Kept extends Noted {
  states: number;
  cut: string[];
  witnesses: { rule: RuleId; detail: string; trace: KeptEvent[] }[];
}

/** Where a lifetime starts from, with the tables that its numbers belong to: later machines go on with them. */
interface Started extends Noted {
  prologue: Prologue;
  tables: Tables;
  /** Functions by the ids that the tables know them by. */
  functions: readonly string[];
}

type Explored = Pick<Exploration, 'states' | 'witnesses' | 'cut'>;

/** Results that outlast an edit: what has the same slices is not explored again, wherever in the text it now stands. */
export class RaceMemory {
  private readonly pairs = new Map<string, Kept>();
  private readonly prologues = new Map<string, Started>();
  private readonly digests = new WeakMap<Slicer, Digests>();
  private check = 0;

  /** Begins a check; what none of the last ones asked for is forgotten. */
  begin(): void {
    this.check += 1;
    for (const kept of [this.pairs, this.prologues] as Map<string, Noted>[])
      for (const [key, { check }] of kept) if (check < this.check - KEPT_CHECKS) kept.delete(key);
  }

  /**
   * Explores one lifetime, or gives what is known of it. `environment` digests what explorations ask of the program besides
   * slices; `inner` explores the pairs that are not known.
   */
  hooks(keys: FunctionKeys, environment: Environment, finals: Finals, inner: OnPair = explore): Omit<Required<Hooks>, 'slices'> {
    let digests: Digests | null = null;
    let base = '';
    return {
      onPrologue: (slicer, alone, ends, limits) => {
        digests = this.digestsOf(slicer, keys, environment);
        digests.update(keys, environment);
        base = `${environment.digest} ${limits.maxStates} ${limits.maxSteps} ${digests.prologue(alone, ends)}`;
        return this.prologue(base, keys, finals, limits);
      },
      onPair: (machine, scenario, limits) => {
        const known = digests && `${base} ${limits.maxStates} ${digests.scenario(scenario, machine.values)}`;
        return known === null ? inner(machine, scenario, limits) : this.pair(known, keys, finals, inner, machine, scenario, limits);
      },
    };
  }

  /** A slicer that outlasts edits has its digests outlast them too. */
  private digestsOf(slicer: Slicer, keys: FunctionKeys, environment: Environment): Digests {
    const digests = this.digests.get(slicer) ?? new Digests(slicer, keys, environment);
    this.digests.set(slicer, digests);
    return digests;
  }

  private prologue(key: string, keys: FunctionKeys, finals: Finals, limits: Limits): KeptPrologue {
    const known = this.prologues.get(key);
    if (!known || !finals.agrees(known.finals)) {
      const asked = new Map<string, string | null>();
      finals.listen(asked);
      const keep = (machine: Machine, prologue: Prologue) => {
        finals.listen(null);
        if (limits.deadline !== Number.POSITIVE_INFINITY) return;
        const { values, slots, steps } = machine;
        const noted = { assumptions: [...machine.assumptions], finals: asked, steps, check: this.check };
        this.prologues.set(key, { ...noted, prologue, tables: { values, slots }, functions: keys.list });
      };
      return { restore: () => null, keep };
    }
    known.check = this.check;
    if (known.functions !== keys.list) {
      const { functions } = known;
      known.tables.values.renumber((id) => keys.find(functions[id] ?? '')?.id ?? null);
      known.functions = keys.list;
    }
    const restore = (machine: Machine) => {
      repeat(known, machine);
      return known.prologue;
    };
    return { tables: known.tables, restore, keep: () => {} };
  }

  private pair(
    key: string,
    keys: FunctionKeys,
    finals: Finals,
    inner: OnPair,
    machine: Machine,
    scenario: Scenario,
    limits: Limits,
  ): Explored {
    const known = this.pairs.get(key);
    const again = known && finals.agrees(known.finals) && restored(known, machine, keys);
    if (known && again) {
      known.check = this.check;
      return again;
    }
    const asked = new Map<string, string | null>();
    finals.listen(asked);
    const { explored, assumptions, steps } = observed(inner, machine, scenario, limits);
    finals.listen(null);
    const witnesses = keptWitnesses(explored.witnesses, machine.slicer, keys);
    if (witnesses !== null && isWhole(machine, limits))
      this.pairs.set(key, { states: explored.states, cut: explored.cut, witnesses, assumptions, finals: asked, steps, check: this.check });
    return explored;
  }
}

/** What was noted counts again. */
function repeat({ assumptions, steps }: Noted, machine: Machine): void {
  for (const assumption of assumptions) machine.assumptions.add(assumption);
  machine.steps += steps;
}

/** What an exploration says, and what it adds to the machine's own notes. */
function observed(
  inner: OnPair,
  machine: Machine,
  scenario: Scenario,
  limits: Limits,
): { explored: Explored; assumptions: string[]; steps: number } {
  const before = [...machine.assumptions];
  const start = machine.steps;
  machine.assumptions.clear();
  try {
    const explored = inner(machine, scenario, limits);
    return { explored, assumptions: [...machine.assumptions], steps: machine.steps - start };
  } finally {
    // In the order in which they were made, as when what is known is repeated.
    const made = [...machine.assumptions];
    machine.assumptions.clear();
    for (const assumption of [...before, ...made]) machine.assumptions.add(assumption);
  }
}

/** No budget of the whole lifetime ended the exploration: what it found depends on the pair alone. */
function isWhole(machine: Machine, limits: Limits): boolean {
  return machine.steps <= limits.maxSteps && limits.deadline === Number.POSITIVE_INFINITY;
}

function restored(kept: Kept, machine: Machine, keys: FunctionKeys): Explored | null {
  const witnesses: Witness[] = [];
  for (const { rule, detail, trace } of kept.witnesses) {
    const events = trace.map((event) => restoredEvent(event, machine.slicer, keys));
    if (!events.every((event) => event !== null)) return null;
    witnesses.push({ rule, detail, trace: events });
  }
  repeat(kept, machine);
  return { states: kept.states, cut: kept.cut, witnesses };
}

function restoredEvent({ fn: key, step, ...rest }: KeptEvent, slicer: Slicer, keys: FunctionKeys): Event | null {
  if (key === null) return { ...rest, fn: null, at: -1, end: -1 };
  const fn = keys.find(key);
  if (!fn) return null;
  if (step === NOWHERE) return { ...rest, fn, at: -1, end: -1 };
  if (step === AT_NAME) return { ...rest, fn, at: fn.fn.nameAt, end: fn.fn.nameAt };
  const there = slicer.of(fn).steps[step];
  return there ? { ...rest, ...siteOf(fn, there) } : null;
}

/** Null where an event stands at no step. */
function keptWitnesses(witnesses: readonly Witness[], slicer: Slicer, keys: FunctionKeys): Kept['witnesses'] | null {
  const out: Kept['witnesses'] = [];
  for (const { rule, detail, trace } of witnesses) {
    const events = trace.map(({ fn, at, end, thread, op, text }): KeptEvent | null => {
      const step = fn === null ? NOWHERE : stepAt(fn, at, end, slicer);
      return step === null ? null : { thread, op, text, fn: fn && keys.of(fn), step };
    });
    if (!events.every((event) => event !== null)) return null;
    out.push({ rule, detail, trace: events });
  }
  return out;
}

function stepAt(fn: FnDef, at: number, end: number, slicer: Slicer): number | null {
  if (at < 0) return NOWHERE;
  const index = slicer.of(fn).steps.findIndex((step) => {
    const site = siteOf(fn, step);
    return site.at === at && site.end === end;
  });
  if (index >= 0) return index;
  return at === fn.fn.nameAt && end === at ? AT_NAME : null;
}
