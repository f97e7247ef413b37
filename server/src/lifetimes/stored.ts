import type { Expr } from '../facts/types';
import { expressions, walk } from '../program/expressions';
import { perFunction } from '../program/per-function';
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

/** Members that one function reads, and those that it stores pointers to structs in, by their tags. */
const storedBy = perFunction((program, fn) => {
  const reads = new Set<string>();
  const cells: [tag: string, cell: string][] = [];
  const read = (e: Expr): void => {
    const holder = e.k === 'load' ? holderOf(program, e.addr, fn) : null;
    if (holder) reads.add(`${holder.tag}.${holder.member}`);
  };
  for (const n of fn.fn.nodes) {
    for (const e of expressions(n)) walk(e, read);
    const holder = n.k === 'store' ? holderOf(program, n.addr, fn) : null;
    const type = holder && program.fieldType(holder.tag, holder.member);
    const tag = type && type.pointers > 0 ? concreteTag({ ...type, pointers: 1 }) : null;
    if (holder && tag !== null && tag !== holder.tag) cells.push([tag, `${holder.tag}.${holder.member}`]);
  }
  return { reads, cells };
});

/** Members, as `tag.member`, and who reads them. */
interface StoredIndex {
  /** Members that pointers to a struct are stored in, by its tag. An array of pointers is one such member. */
  cells: ReadonlyMap<string, ReadonlySet<string>>;
  /** Functions that read a member of a struct in memory. */
  readers: ReadonlyMap<string, ReadonlySet<number>>;
}

const known = new WeakMap<Program, StoredIndex>();

function storedIndex(program: Program): StoredIndex {
  let index = known.get(program);
  if (!index) {
    index = build(program);
    known.set(program, index);
  }
  return index;
}

function build(program: Program): StoredIndex {
  const cells = new Map<string, Set<string>>();
  const readers = new Map<string, Set<number>>();
  const add = <T>(to: Map<string, Set<T>>, key: string, value: T) => {
    const set = to.get(key);
    if (set) set.add(value);
    else to.set(key, new Set([value]));
  };
  for (const fn of program.functions) {
    const stored = storedBy(program, fn);
    for (const member of stored.reads) add(readers, member, fn.id);
    for (const [tag, cell] of stored.cells) add(cells, tag, cell);
  }
  return { cells, readers };
}

/** Members that pointers to the struct are stored in: `tag.member`. */
export function storedIn(program: Program, tag: string): ReadonlySet<string> {
  return storedIndex(program).cells.get(tag) ?? new Set();
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
  const { readers } = storedIndex(program);
  return new Set([...members].flatMap((member) => [...(readers.get(member) ?? [])]));
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
