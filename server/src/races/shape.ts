import type { EntryPoint } from '../program/types';
import type { Slicer } from './slice';

/**
 * What an entry point does, without its name and lines: two entries of one shape behave alike in every
 * interleaving, so one of them is explored for both. Arguments that the called function's slice never reads are left out.
 */
export function shapeOf(point: EntryPoint, slicer: Slicer): string {
  const slice = slicer.of(point.fn);
  const steps = slice.steps.map((step) => {
    if (step.k !== 'call') return { ...step, at: 0, end: 0 };
    const targets = step.targets.map((target) => ({ fn: target.fn.id, via: target.via, argMap: target.argMap }));
    const read = new Set(
      step.targets.flatMap((target) => {
        const { slots } = slicer.of(target.fn);
        return target.fn.fn.params.flatMap((param, i) => (slots.has(param.name) ? [target.argMap[i] ?? -1] : []));
      }),
    );
    const args = targets.length > 0 && !step.effect ? step.args.map((arg, i) => (read.has(i) ? arg : null)) : step.args;
    return { ...step, at: 0, end: 0, targets, follow: null, args };
  });
  const context = [point.kind, point.owner, point.path, point.param, point.deviceLocked, point.selfConcurrent];
  return JSON.stringify([context, slice.entry, slice.names, steps]);
}
