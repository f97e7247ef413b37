import type { EffectCode } from '../machine';
import { ERR, ONE, TOP, ZERO } from '../values';

export const isErr: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const id = args[effect?.op === 'is-err' ? effect.value : 0] ?? TOP;
  const value = m.values.get(id);
  if (value.k === 'err') return ONE;
  if (effect?.op === 'is-err' && effect.orNull && id === ZERO) return ONE;
  return value.k === 'top' || value.k === 'nonzero' ? TOP : ZERO;
};

export const errValue: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const id = args[effect?.op === 'err-value' ? effect.value : 0] ?? TOP;
  const value = m.values.get(id);
  if (value.k === 'err') return id;
  if (effect?.op === 'err-value' && effect.orZero) return value.k === 'top' ? (m.choose(2) === 0 ? ZERO : ERR) : ZERO;
  // PTR_ERR() is asked of what is an error.
  return id === ZERO ? ZERO : ERR;
};

/** WARN_ON() and its like yield their condition; a warning that nothing forces is taken not to fire. */
export const warn: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const value = args[effect?.op === 'warn' ? effect.cond : 0] ?? TOP;
  if (m.view.subject.cells && m.values.truth(value) === true) m.prune();
  return m.values.truth(value) === true ? ONE : ZERO;
};

/** What is not known to be an error is one where code makes an error pointer of it. */
export const same: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const value = args[effect?.op === 'same' ? effect.value : 0] ?? TOP;
  const unknown = m.values.get(value).k === 'nonzero' || value === TOP;
  return effect?.op === 'same' && effect.error && unknown ? ERR : value;
};
