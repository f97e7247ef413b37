import type { Expr, Node } from '../facts/types';
import type { FnDef, Program } from '../program/types';

/**
 * Which structs have a device below the one that a pointer means: those whose device's `parent` is set to it before it is registered
 * (drivers/base/core.c device_add puts it on the list of its parent's children). `of`: structs that a pointer is known to point to or into.
 */
export function childStructs(program: Program, of: (e: Expr, fn: FnDef) => string[]): (parent: Expr, fn: FnDef) => string[] {
  const given = entryOwners(program);
  const parentsOf = (e: Expr, fn: FnDef) => [...of(e, fn), ...(e.k === 'var' ? (given.get(`${fn.id}:${e.name}`) ?? []) : [])];
  const children = new Map<string, Set<string>>();
  for (const fn of program.functions)
    for (const n of fn.fn.nodes) {
      if (n.k !== 'store' || !setsParent(n)) continue;
      for (const child of of(n.addr, fn))
        for (const parent of parentsOf(n.src, fn))
          if (child !== parent) children.set(parent, (children.get(parent) ?? new Set()).add(child));
    }
  return (parent, fn) => (children.size === 0 ? [] : parentsOf(parent, fn).flatMap((tag) => [...(children.get(tag) ?? [])]));
}

/** The node sets the parent of a device. */
export function setsParent(n: Node): boolean {
  return n.k === 'store' && n.addr.k === 'field' && n.addr.name === 'parent';
}

/** Structs whose device entry points are given, by function and parameter. */
function entryOwners(program: Program): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const { fn, owner, param } of program.entryPoints) {
    const name = fn.fn.params[param]?.name;
    const key = `${fn.id}:${name}`;
    if (owner !== null && name !== undefined) out.set(key, [...(out.get(key) ?? []), owner]);
  }
  return out;
}
