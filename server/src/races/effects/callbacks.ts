import type { CallbackSource } from '../../kernel/effects';
import type { EffectCode, Machine, NativeCode } from '../machine';
import { RUNNING } from '../state';
import { ERR, NONZERO, ONE, TOP, ZERO } from '../values';
import { addEntry, releaseOf, SOURCES } from './devres-list';

/** Timers, interrupts, notifiers and files of debugfs: what was armed may be called. The callback is known by the address that it is given. */
const armed = (source: CallbackSource, cell: number) => `armed ${source} ${cell}`;
/** Of file scope, it was made possible before the explored code ran, until that stops it. */
const stopped = (source: CallbackSource, cell: number) => `stopped ${source} ${cell}`;
/** Set while a thread is in the ->open of its file. */
export const opening = (thread: number) => `opening ${thread}`;
const shut = (cell: number) => `shut ${cell}`;

const WHAT: Record<CallbackSource, string> = {
  timer: 'the running timer function',
  irq: 'the running interrupt handler',
  notifier: 'the running notifier callback',
  debugfs: 'the running handler of the debugfs file',
  file: 'the running ->open of the file',
};

/** Timers and notifier blocks are memory; of an interrupt's data only the address counts (kernel/irq/manage.c __free_irq). */
function touchCell(m: Machine, source: CallbackSource, cell: number): void {
  if (source !== 'irq') m.use(cell, false);
}

export const arm: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const cell = effect?.op === 'arm' ? (args[effect.cell] ?? TOP) : TOP;
  if (effect?.op !== 'arm' || m.values.get(cell).k !== 'ptr') return TOP;
  touchCell(m, effect.source, cell);
  m.touch(null);
  if (effect.result === 'errno' && m.choose(2) === 1) return ERR;
  if (m.get(shut(cell)) !== undefined) return ZERO;
  const object = m.tracked(cell);
  if (object) m.publish(object);
  const number = effect.number === undefined ? null : m.values.member(cell, effect.number);
  if (object && number !== null) m.write(number, NONZERO, false);
  m.clear(stopped(effect.source, cell));
  setArmed(m, effect.source, cell, effect.irq === undefined ? ONE : (args[effect.irq] ?? TOP) || ONE);
  m.event('arm', null);
  if (effect.host !== undefined) addEntry(m, args[effect.host] ?? TOP, { fn: releaseOf(m, effect.source), data: cell });
  return effect.result === 'unknown' ? TOP : ZERO;
};

/** From here on callbacks of the cell may start. */
export function setArmed(m: Machine, source: CallbackSource, cell: number, by: number): void {
  m.set(armed(source, cell), by);
}

export const disarm: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'disarm') return TOP;
  const cell = args[effect.cell] ?? TOP;
  if (m.values.get(cell).k === 'ptr') touchCell(m, effect.source, cell);
  m.touch(null);
  m.event('disarm', null);
  if (effect.final) m.set(shut(cell), ONE);
  if (effect.wait) m.pushNative('wait-callback', [cell, m.values.sym(effect.source)], step.dst);
  else release(m, effect.source, cell);
  return TOP;
};

export function isStopped(m: Machine, source: CallbackSource, cell: number): boolean {
  return m.get(stopped(source, cell)) !== undefined;
}

/** The callbacks that an address may stand for; one that is not known may be any of them. */
export function release(m: Machine, source: CallbackSource, cell: number): void {
  if (m.values.objectOf(cell)?.kind === 'global') m.set(stopped(source, cell), ONE);
  if (m.get(armed(source, cell)) !== undefined) return m.clear(armed(source, cell));
  for (const other of armedCells(m, source)) if (m.values.equal(other, cell) === null) m.clear(armed(source, other));
}

/** Addresses whose callback may be called now. */
export function armedCells(m: Machine, source: CallbackSource): number[] {
  return m.slotsWith(`armed ${source} `).map(Number);
}

/** It has been called. */
export function consume(m: Machine, source: CallbackSource, cell: number): void {
  m.clear(armed(source, cell));
}

/** Nobody calls it any more, then the running one is waited for. */
export const waitCallbackNative: NativeCode = (m, frame) => {
  const [cell = TOP, name = TOP] = frame.vars;
  const source = sourceOf(m, name);
  if (!source) return m.pop(TOP);
  const on: number[] = [];
  for (let i = 0; i < m.threadCount; i++) {
    const running = m.get(`running ${i}`);
    const isIt = running !== undefined && m.values.equal(running, cell) !== false;
    // What is open already nobody waits for.
    const counts = source !== 'file' || m.get(opening(i)) !== undefined;
    if (i !== m.t && isIt && counts && m.threadAt(i)?.status === RUNNING && m.scene.callbacks.get(i) === source) on.push(i);
  }
  m.touch(null);
  release(m, source, cell);
  if (on.length > 0) m.block({ kind: 'work', on, what: WHAT[source] });
  m.pop(TOP);
};

/** Lines whose handlers are not called now. */
const masked = (irq: number) => `masked ${irq}`;

/** An armed interrupt whose line may be this one. */
function isOnLine(m: Machine, cell: number, irq: number): boolean {
  const line = m.get(armed('irq', cell));
  return line !== undefined && m.values.equal(line === ONE ? TOP : line, irq) !== false;
}

/** The interrupt's line is masked. */
export function isMasked(m: Machine, cell: number): boolean {
  return m.slotsWith('masked ').some((irq) => isOnLine(m, cell, Number(irq)));
}

/** synchronize_irq(), disable_irq(): kernel/irq/manage.c. */
export const quietIrq: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'quiet-irq') return TOP;
  const irq = args[effect.irq] ?? TOP;
  m.touch(null);
  if (effect.mask) m.set(masked(irq), ONE);
  m.event('disarm', null);
  if (effect.wait) m.pushNative('wait-irq', [irq], step.dst);
  return TOP;
};

export const unmaskIrq: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'unmask-irq') return TOP;
  m.touch(null);
  m.clear(masked(args[effect.irq] ?? TOP));
  return TOP;
};

export const waitIrqNative: NativeCode = (m, frame) => {
  const [irq = TOP] = frame.vars;
  const isIts = (i: number) => m.scene.callbacks.get(i) === 'irq' && isOnLine(m, m.get(`running ${i}`) ?? TOP, irq);
  const on = Array.from({ length: m.threadCount }, (_, i) => i).filter((i) => i !== m.t && m.threadAt(i)?.status === RUNNING && isIts(i));
  m.touch(null);
  if (on.length > 0) m.block({ kind: 'work', on, what: WHAT.irq });
  m.pop(TOP);
};

function sourceOf(m: Machine, name: number): CallbackSource | null {
  const value = m.values.get(name);
  return (value.k === 'sym' && SOURCES.find((source) => source === value.name)) || null;
}
