import type { CallTarget } from '../../program/types';
import type { EffectCode, Machine } from '../machine';
import { TOP } from '../values';

/** Functions that kernel functions are handed to call. */

/** The function that a kernel function is handed to call: the one that the argument is, any that it may be where that is not known. */
export function callbackOf(m: Machine, step: Parameters<EffectCode>[1], given: number | undefined): CallTarget | undefined {
  const targets = step.targets.filter((t) => t.via === 'callback');
  const value = m.values.get(given ?? TOP);
  if (value.k === 'fn') return targets.find((t) => t.fn.id === value.id);
  return targets[targets.length > 1 ? m.choose(targets.length) : 0];
}

/** Calls the function that a value is. */
export function callFn(m: Machine, fn: number, args: readonly number[], ret: number): void {
  const value = m.values.get(fn);
  const def = value.k === 'fn' ? m.view.program.functions[value.id] : undefined;
  if (def) m.pushCall(def, args, ret);
}
