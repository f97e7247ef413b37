import type { FnDef } from '../../program/types';
import type { EffectCode, Machine } from '../machine';
import { NOT_STARTED, RUNNING } from '../state';
import type { Slice, Step } from '../steps';
import { ONE, TOP, ZERO } from '../values';
import { armedCells } from './callbacks';

/** How many waiters may go on; ALL after complete_all(). */
const doneName = (completion: number) => `done ${completion}`;
const ALL = 8;

/** kernel/sched/completion.c complete(), complete_all(). */
export const complete: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const completion = effect?.op === 'complete' ? (args[effect.completion] ?? TOP) : TOP;
  if (effect?.op !== 'complete' || m.values.get(completion).k !== 'ptr') return TOP;
  m.use(completion, false);
  m.touch(null);
  m.setCount(doneName(completion), effect.all ? ALL : Math.min((m.count(doneName(completion)) ?? 0) + 1, ALL));
  m.event('complete', null);
  return TOP;
};

/** init_completion(), reinit_completion(): what was completed before counts no more. */
export const resetCompletion: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const completion = effect?.op === 'reset-completion' ? (args[effect.completion] ?? TOP) : TOP;
  if (m.values.get(completion).k !== 'ptr') return TOP;
  m.use(completion, false);
  if (m.count(doneName(completion)) === undefined) return TOP;
  m.touch(null);
  m.clear(doneName(completion));
  return TOP;
};

/**
 * Waits as long as some thread that runs, or is about to, can complete. Where none can, code that is not followed does: a completion that
 * nobody ever completes is no race.
 */
export const waitCompletion: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'wait-completion') return TOP;
  const passed = effect.fail === 'zero' ? ONE : ZERO;
  const completion = args[effect.completion] ?? TOP;
  if (m.values.get(completion).k !== 'ptr') return effect.fail === 'never' ? passed : early(m, effect.fail, passed);
  m.use(completion, false);
  m.touch(null);
  const done = m.count(doneName(completion)) ?? 0;
  if (done === 0 && effect.fail !== 'never' && m.choose(2) === 1) return failure(m, effect.fail);
  if (done === 0) {
    const on = completers(m);
    if (on.length > 0) m.block({ kind: 'work', on, what: 'those that call complete()' });
    m.assumptions.add(`what ${step.name}() waits for is completed by code that is not followed`);
  } else if (done < ALL) {
    if (done === 1) m.clear(doneName(completion));
    else m.setCount(doneName(completion), done - 1);
  }
  m.event('wait', null);
  return passed;
};

/**
 * wait_event(): a path on which the condition is read before it holds is left: another reads it later. What is not known to be false may hold.
 */
export const waitCondition: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'wait-condition') return TOP;
  const passed = effect.fail === 'zero' ? ONE : ZERO;
  if (m.values.truth(args[effect.cond] ?? TOP) !== false) return passed;
  return effect.fail === 'never' ? m.prune() : failure(m, effect.fail);
};

type Failure = 'errno' | 'zero';

function failure(m: Machine, fail: Failure): number {
  return fail === 'errno' ? m.values.err('ERESTARTSYS') : ZERO;
}

function early(m: Machine, fail: Failure, passed: number): number {
  return m.choose(2) === 1 ? failure(m, fail) : passed;
}

/** Threads that run, or that are about to start, and can still call complete(): not those that wait for it themselves. */
function completers(m: Machine): number[] {
  return Array.from({ length: m.threadCount }, (_, t) => t).filter((t) => {
    const status = t === m.t ? undefined : m.threadAt(t)?.status;
    const comes = status === RUNNING ? !isWaiting(m, t) : status === NOT_STARTED && isDue(m, t);
    return comes && entered(m, t).some((fn) => completesIn(m, fn));
  });
}

/** Something has queued or armed what the thread runs. */
function isDue(m: Machine, t: number): boolean {
  const source = m.scene.callbacks.get(t);
  return m.scene.work.includes(t) ? m.pendingWork().length > 0 : source !== undefined && armedCells(m, source).length > 0;
}

/** Functions of the program that a thread starts with, or is in. */
function entered(m: Machine, t: number): FnDef[] {
  const { unbind, points } = m.scene;
  const spec = unbind.get(t);
  const called = spec
    ? [...(spec.remove ? [spec.remove.fn] : []), ...[...spec.newer, ...spec.older].map(({ fn }) => fn), m.view.subject.action]
    : [];
  const slices = (m.threadAt(t)?.frames ?? []).flatMap(({ code }) => (typeof code === 'string' ? [] : [code.fn]));
  const own = points[t]?.fn;
  return slices.length > 0 ? slices : own ? [own] : called;
}

function isWaiting(m: Machine, t: number): boolean {
  const frame = m.threadAt(t)?.frames.at(-1);
  const step = frame && typeof frame.code !== 'string' ? frame.code.steps[frame.pc] : undefined;
  return step?.k === 'call' && step.effect?.op === 'wait-completion';
}

const completing = new WeakMap<Slice, boolean>();

/** The function, or one that it reaches, calls complete(). */
function completesIn(m: Machine, from: FnDef): boolean {
  const slice = m.slicer.of(from);
  let known = completing.get(slice);
  if (known === undefined) {
    const completes = (step: Step) => step.k === 'call' && step.effect?.op === 'complete';
    known = [...m.slicer.reachedFrom(from)].some((fn) => m.slicer.of(fn).steps.some(completes));
    completing.set(slice, known);
  }
  return known;
}
