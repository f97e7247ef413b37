import type { EffectCode, Machine } from '../machine';
import type { Step } from '../steps';
import { ONE, TOP, ZERO } from '../values';

type CallStep = Extract<Step, { k: 'call' }>;

/** Bits and atomics are memory cells that one operation reads and writes in one step. */
function bitAddress(m: Machine, step: CallStep, bit: number, word: number, args: number[]): number {
  const place = m.values.get(args[word] ?? TOP);
  const number = m.values.get(args[bit] ?? TOP);
  const named = step.args[bit];
  const name = number.k === 'int' ? String(number.v) : named?.k === 'global' ? named.name : null;
  return place.k === 'ptr' && name !== null ? m.values.ptr(place.obj, `${place.path}#${name}`) : TOP;
}

export const testBit: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'test-bit') return TOP;
  m.use(args[effect.word] ?? TOP, false);
  return m.readCell(bitAddress(m, step, effect.bit, effect.word, args));
};

export const changeBit: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'change-bit') return TOP;
  const cell = bitAddress(m, step, effect.bit, effect.word, args);
  m.use(args[effect.word] ?? TOP, false);
  const old = effect.result ? m.decide(m.readCell(cell)) : TOP;
  // One that asks for the old value claims the object, it does not configure it.
  m.write(cell, effect.to === 1 ? ONE : ZERO, !effect.result);
  return old;
};

export const atomicRead: EffectCode = (m, step, args) =>
  step.effect?.op === 'atomic-read' ? m.readCell(args[step.effect.cell] ?? TOP) : TOP;

export const atomicSet: EffectCode = (m, step, args) => {
  if (step.effect?.op === 'atomic-set') m.write(args[step.effect.cell] ?? TOP, args[step.effect.value] ?? TOP);
  return TOP;
};

export const atomicXchg: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'atomic-xchg') return TOP;
  const cell = args[effect.cell] ?? TOP;
  const old = m.readCell(cell);
  m.write(cell, args[effect.value] ?? TOP);
  return old;
};

export const atomicCmpxchg: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'atomic-cmpxchg') return TOP;
  const cell = args[effect.cell] ?? TOP;
  const old = m.readCell(cell);
  const wanted = effect.oldByReference ? TOP : (args[effect.old] ?? TOP);
  const same = m.values.equal(old, wanted) ?? m.choose(2) === 0;
  if (same) m.write(cell, args[effect.value] ?? TOP);
  if (effect.result === 'bool') return same ? ONE : ZERO;
  // Where the value is unknown, what is returned still tells whether the exchange took place.
  return same && wanted !== TOP ? wanted : old;
};

export const atomicAdd: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'atomic-add') return TOP;
  const cell = args[effect.cell] ?? TOP;
  const known = m.values.get(m.readCell(cell));
  const old = known.k === 'int' ? known.v : null;
  if (effect.result === 'unless-zero' && (old === null ? m.choose(2) === 1 : old === 0)) return ZERO;
  const now = old === null || Math.abs(old + effect.delta) > 8 ? null : old + effect.delta;
  m.write(cell, now === null ? TOP : m.values.int(now));
  if (effect.result === 'unless-zero') return ONE;
  if (effect.result === 'old') return old === null ? TOP : m.values.int(old);
  if (effect.result === 'new') return now === null ? TOP : m.values.int(now);
  return effect.result === 'zero' ? (now === null ? TOP : now === 0 ? ONE : ZERO) : TOP;
};
