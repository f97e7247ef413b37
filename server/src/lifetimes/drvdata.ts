import type { Expr } from '../facts/types';
import { isDataGetter, isDataSetter } from '../kernel/drvdata';
import { perFunction } from '../program/per-function';
import type { EntryPoint, Program } from '../program/types';
import { concreteTag } from './roots';

const known = new WeakMap<Program, Map<string, string>>();

/**
 * Structs that a driver hangs at a device as its data and that point back at that device, with the member that does:
 * `dev_set_drvdata(dev, pump); pump->dev = dev;`.
 */
export function dataDevices(program: Program): ReadonlyMap<string, string> {
  let found = known.get(program);
  if (!found) {
    found = new Map(program.functions.flatMap((fn) => pairsOf(program, fn)));
    known.set(program, found);
  }
  return found;
}

const pairsOf = perFunction((program, fn): readonly [string, string][] =>
  fn.fn.nodes.flatMap((n): [string, string][] => {
    const [device, data] = n.k === 'call' && typeof n.callee === 'string' && isDataSetter(n.callee) ? n.args : [];
    const tag = data ? concreteTag(program.typeOf(data, fn)) : null;
    if (device?.k !== 'var' || data?.k !== 'var' || tag === null) return [];
    const member = fn.fn.nodes.flatMap((s) =>
      s.k === 'store' && s.addr.k === 'field' && isVar(s.addr.base, data.name) && isVar(s.src, device.name) ? [s.addr.name] : [],
    )[0];
    return member === undefined ? [] : [[tag, member]];
  }),
);

/** Member of the entry's owner that points at the device which the entry is called for, and the parameter that is this device; null: none. */
export function ownDeviceMember(program: Program, point: EntryPoint): { member: string; param: number } | null {
  const member = point.owner === null || point.param >= 0 ? undefined : dataDevices(program).get(point.owner);
  if (member === undefined) return null;
  for (const n of point.fn.fn.nodes) {
    const from = n.k === 'call' && typeof n.callee === 'string' && isDataGetter(n.callee) ? n.args[0] : undefined;
    const param = from?.k === 'var' ? point.fn.fn.params.findIndex((p) => p.name === from.name) : -1;
    if (param >= 0) return { member, param };
  }
  return null;
}

function isVar(e: Expr, name: string): boolean {
  return e.k === 'var' && e.name === name;
}
