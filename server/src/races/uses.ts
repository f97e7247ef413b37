import type { Expr, Node } from '../facts/types';
import { effectOf } from '../kernel';
import { expressions, walk } from '../program/expressions';
import type { FnDef } from '../program/types';
import { basePointer } from './expr';
import type { SubjectView } from './subject';

/** A touch of the object's memory through the pointer `base`. */
export interface Use {
  base: Expr;
  write: boolean;
}

/** Look at the pointer only, not at what it points to. */
const VALUE_EFFECTS: ReadonlySet<string> = new Set(['is-err', 'err-value', 'same', 'warn', 'none']);

/** Where the memory of the subject's object is read or written by a node; a pointer handed to an unknown function counts. */
export function usesOf(n: Node, fn: FnDef, view: SubjectView): Use[] {
  const out: Use[] = [];
  if (!view.subject.endsObject) return out;
  const add = (base: Expr, write: boolean) => {
    // What another object's memory points to is not followed.
    if (view.isTypedObject(base, fn) && !view.isStored(base, fn)) out.push({ base, write });
  };
  for (const e of expressions(n))
    walk(e, (part) => {
      if (part.k === 'load') add(basePointer(part.addr), false);
    });
  if (n.k === 'store') add(basePointer(n.addr), true);
  // The head of a list, or an array, in the object.
  if (n.k === 'iter') for (const arg of n.args) if (arg.k !== 'load') add(basePointer(arg), false);
  if (n.k === 'call') {
    const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    if (effect && VALUE_EFFECTS.has(effect.op)) return out;
    n.args.forEach((arg, i) => {
      if (arg.k !== 'load') add(basePointer(arg), effect?.op === 'configure' && effect.dev === i);
    });
  }
  return out;
}

/** Locals that are assigned once, from a member address or another such local: the variable they are an alias of. */
export function aliasRoots(fn: FnDef): (e: Expr) => string | null {
  const sets = new Map<string, Expr | null>();
  for (const n of fn.fn.nodes) {
    if (n.k === 'set') sets.set(n.dst, sets.has(n.dst) ? null : n.src);
    else if ((n.k === 'call' || n.k === 'iter') && n.dst) sets.set(n.dst, null);
  }
  const params = new Set(fn.fn.params.map((p) => p.name));
  const root = (e: Expr, depth: number): string | null => {
    const base = basePointer(e);
    if (base.k !== 'var') return null;
    const src = params.has(base.name) ? null : sets.get(base.name);
    return (src && depth < 8 ? root(src, depth + 1) : null) ?? base.name;
  };
  return (e) => root(e, 0);
}

export function successors(n: Node): number[] {
  switch (n.k) {
    case 'branch':
      return [n.then, n.else];
    case 'iter':
      return [n.body, n.done];
    case 'return':
      return [];
    default:
      return [n.next];
  }
}
