import type { Expr } from '../facts/types';
import { expressions, operands } from '../program/expressions';
import type { EntryKind, EntryPoint, FnDef, Program } from '../program/types';
import { concreteTag } from './roots';

/** Pointers to objects that are stored in other structs, and who reaches an object through them. */

/** Entries that may run while the host of another object is unbound. */
const REACHING: ReadonlySet<EntryKind> = new Set<EntryKind>([
  'sysfs-store',
  'sysfs-show',
  'ioctl',
  'debugfs',
  'configfs',
  'irq',
  'timer',
  'probe',
]);

/** Members that pointers to the struct are stored in: `tag.member`. An array of pointers is one such member. */
export function storedIn(program: Program, tag: string): ReadonlySet<string> {
  const out = new Set<string>();
  for (const fn of program.functions)
    for (const n of fn.fn.nodes) {
      const holder = n.k === 'store' ? holderOf(program, n.addr, fn) : null;
      if (!holder || holder.tag === tag) continue;
      const type = program.fieldType(holder.tag, holder.member);
      if (type && type.pointers > 0 && concreteTag({ ...type, pointers: 1 }) === tag) out.add(`${holder.tag}.${holder.member}`);
    }
  return out;
}

/** Functions that store a pointer in the member; those that clear it are none. */
export function storersOf(program: Program, cell: string): FnDef[] {
  return program.functions.filter((fn) =>
    fn.fn.nodes.some((n) => {
      const holder = n.k === 'store' && !isNull(n.src) ? holderOf(program, n.addr, fn) : null;
      return holder !== null && `${holder.tag}.${holder.member}` === cell;
    }),
  );
}

function isNull(e: Expr): boolean {
  return (e.k === 'num' && e.v === 0) || (e.k === 'global' && e.name === 'NULL');
}

/** The member, or the element of an array that is one, that an address means; null for what is no member of a struct in memory. */
export function holderOf(program: Program, addr: Expr, fn: FnDef): { tag: string; member: string } | null {
  const place = addr.k !== 'index' ? addr : addr.base.k === 'load' ? addr.base.addr : addr.base;
  if (place.k !== 'field' || place.base.k === 'local') return null;
  const tag = /^struct (\w+)$/.exec(program.typeOf(place.base, fn)?.base ?? '')?.[1];
  return tag ? { tag, member: place.name } : null;
}

/** Functions that read one of the members. */
export function readersOf(program: Program, members: ReadonlySet<string>): ReadonlySet<number> {
  const out = new Set<number>();
  if (members.size === 0) return out;
  const reads = (e: Expr, fn: FnDef): boolean => {
    const holder = e.k === 'load' ? holderOf(program, e.addr, fn) : null;
    return (holder !== null && members.has(`${holder.tag}.${holder.member}`)) || operands(e).some((part) => reads(part, fn));
  };
  for (const fn of program.functions) if (fn.fn.nodes.some((n) => expressions(n).some((e) => reads(e, fn)))) out.add(fn.id);
  return out;
}

/**
 * Entries of other objects than the struct's that come to one of the functions. Of several of one kind and struct that come to the same functions
 * one stands for all. `reached`: what each entry point runs.
 */
export function entriesReaching(
  program: Program,
  tag: string,
  functions: ReadonlySet<number>,
  reached: readonly ReadonlySet<number>[],
): EntryPoint[] {
  const known = new Set<string>();
  return program.entryPoints.filter((point, i) => {
    if (!REACHING.has(point.kind) || point.owner === tag) return false;
    const met = [...(reached[i] ?? [])].filter((id) => functions.has(id)).sort((a, b) => a - b);
    const key = `${point.kind} ${point.owner} ${met.join()}`;
    return met.length > 0 && !known.has(key) && known.add(key);
  });
}
