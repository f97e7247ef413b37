import type { EffectCode } from '../machine';
import { ONE, TOP, ZERO } from '../values';

/** kernel/locking: an exclusive or write holder excludes all, readers exclude writers. The identity of a lock is its address. */
function lockName(m: Parameters<EffectCode>[0], step: Parameters<EffectCode>[1], args: number[]): string | null {
  const effect = step.effect;
  if (effect?.op !== 'lock' && effect?.op !== 'unlock') return null;
  if (effect.key) return `lock ${effect.key}`;
  const value = args[effect.lock] ?? TOP;
  if (m.values.get(value).k !== 'ptr') {
    m.assumptions.add(`the lock taken at ${step.name}() is reached through an unknown pointer and orders nothing`);
    return null;
  }
  m.use(value, false);
  return effect.device ? `lock device ${value}` : `lock ${value}`;
}

export const lock: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'lock') return TOP;
  const name = lockName(m, step, args);
  const success = effect.fail === 'false' ? ONE : ZERO;
  if (effect.fail === 'errno' && m.choose(2) === 1) return m.values.err('EINTR');
  if (!name) return effect.fail === 'false' ? (m.choose(2) === 0 ? ONE : ZERO) : success;
  m.touch();
  if (effect.fail === 'false' && !m.isFree(name, effect.mode)) return ZERO;
  m.acquire(name, effect.mode, step.name?.replace(/^guard:(.+)$/, 'guard($1)') ?? 'lock');
  m.event('lock');
  return success;
};

export const unlock: EffectCode = (m, step, args) => {
  const name = lockName(m, step, args);
  if (name && m.release(name)) m.note('unlock');
  return TOP;
};
