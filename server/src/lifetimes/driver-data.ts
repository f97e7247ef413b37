import { isDataGetter } from '../kernel/drvdata';
import type { EntryPoint, FnDef, Program } from '../program/types';
import type { Reach } from './reach';
import { concreteTag } from './roots';

/** Structs that a ->remove, and handlers in the groups of a driver or in those that it makes, get as the driver's data of their device. */
export function driverData(program: Program, reach: Reach, points: readonly EntryPoint[]): Set<string> {
  const out = new Set<string>();
  for (const point of points.filter((p) => p.via?.startsWith('driver:') || p.groups.length > 0 || p.kind === 'remove'))
    for (const id of reach(point.fn)) {
      const fn = program.functions[id] as FnDef;
      for (const n of fn.fn.nodes) {
        if (n.k !== 'call' || !n.dst || typeof n.callee !== 'string' || !isDataGetter(n.callee)) continue;
        const tag = concreteTag(program.typeOf({ k: 'var', name: n.dst }, fn));
        if (tag) out.add(tag);
      }
    }
  return out;
}
