import type { EffectCode, NativeCode } from '../machine';
import { ONE, TOP, ZERO } from '../values';
import { callFn } from './calls';
import { freeDying } from './memory';

/** kernel/locking: an exclusive or write holder excludes all, readers exclude writers. The identity of a lock is its address. */
function lockName(m: Parameters<EffectCode>[0], step: Parameters<EffectCode>[1], args: number[]): string | null {
  const effect = step.effect;
  if (effect?.op !== 'lock' && effect?.op !== 'unlock' && effect?.op !== 'grace' && effect?.op !== 'assert-held') return null;
  if ('key' in effect && effect.key) return `lock ${effect.key}`;
  const value = args[effect.lock] ?? TOP;
  if (m.values.get(value).k !== 'ptr') {
    m.assumptions.add(`the lock taken at ${step.name}() is reached through an unknown pointer and orders nothing`);
    return null;
  }
  m.use(value, false);
  return 'device' in effect && effect.device ? `lock device ${value}` : `lock ${value}`;
}

export const lock: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'lock') return TOP;
  const name = lockName(m, step, args);
  const success = effect.fail === 'false' ? ONE : ZERO;
  if (effect.fail === 'errno' && m.choose(2) === 1) return m.values.err('EINTR');
  if (!name) return effect.fail === 'false' ? (m.choose(2) === 0 ? ONE : ZERO) : success;
  m.touch(effect.key ? null : m.tracked(args[effect.lock] ?? TOP));
  if (effect.fail === 'false' && !m.isFree(name, effect.mode)) return ZERO;
  m.acquire(name, effect.mode, step.name?.replace(/^guard:(.+)$/, 'guard($1)') ?? 'lock');
  m.note('lock');
  return success;
};

export const unlock: EffectCode = (m, step, args) => {
  const name = lockName(m, step, args);
  const effect = step.effect?.op === 'unlock' ? step.effect : null;
  if (name && (effect?.downgrade ? m.downgrade(name) : m.release(name))) m.note('unlock');
  if (effect?.key) freeDying(m, effect.key);
  return TOP;
};

export const grace: EffectCode = (m, step, args) => {
  const name = lockName(m, step, args);
  if (!name) return TOP;
  m.touch(null);
  m.await(name, 'write', `the readers that ${step.name}() waits for`);
  m.event('grace', null);
  return TOP;
};

const ASSUMED = (thread: number) => `assumed ${thread} `;

/** What an exported function asserts at its entry its unknown callers see to: it runs as if they had taken the lock. */
export const assertHeld: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'assert-held' || !m.scene.exported.includes(m.t)) return TOP;
  const name = lockName(m, step, args);
  if (!name || m.holds(name)) return TOP;
  m.touch(null);
  m.acquire(name, effect.mode, `${step.name}`);
  m.set(`${ASSUMED(m.t)}${name}`, ONE);
  m.event('lock', null, 'the caller holds the lock');
  return TOP;
};

/** An exported function runs on behalf of a caller, who drops its locks after it. */
export const exportedEntryNative: NativeCode = (m, frame) => {
  const [fn = TOP, args = TOP] = frame.vars;
  if (frame.pc === 0) {
    m.stage(frame, 1);
    return callFn(m, fn, m.values.items(args), -1);
  }
  for (const name of m.slotsWith(ASSUMED(m.t))) {
    m.clear(`${ASSUMED(m.t)}${name}`);
    m.release(name);
  }
  m.pop(TOP);
};
