import type { Expr, Node } from '../facts/types';
import { GENERIC_TAGS } from '../kernel/driver-structs';
import type { Calls } from './calls';
import type { Symbols } from './symbols';
import type { FnDef } from './types';
import type { Types } from './types-of';

/** A place inside a struct: the member at `path` of a `tag`, '' for the struct itself. */
export interface Place {
  tag: string;
  path: string;
}

export interface Origins {
  /**
   * The struct that a pointer points to or into. A `void *`, and a pointer to a type that every driver uses (struct device), is followed
   * to what it was set from, through callers where it is a parameter; what stays unknown is null, what stays generic keeps its type.
   */
  locate(e: Expr, fn: FnDef): Place | null;
}

const MAX_DEPTH = 3;

export function createOrigins(symbols: Symbols, types: Types, calls: Calls): Origins {
  const assignments = new Map<number, Map<string, Expr[]>>();

  /** What a variable is set from in its function. */
  function sources(name: string, fn: FnDef): readonly Expr[] {
    let map = assignments.get(fn.id);
    if (!map) {
      map = new Map();
      for (const node of fn.fn.nodes) {
        const set = setOf(node);
        if (set) {
          map.set(set.dst, [...(map.get(set.dst) ?? []), set.src]);
        }
      }
      assignments.set(fn.id, map);
    }
    return map.get(name) ?? [];
  }

  function locateVariable(name: string, fn: FnDef, depth: number): Place | null {
    for (const src of sources(name, fn)) {
      const place = locate(src, fn, depth + 1);
      if (place && !(GENERIC_TAGS.has(place.tag) && place.path === '')) {
        return place;
      }
    }
    const param = fn.fn.params.findIndex((p) => p.name === name);
    if (param < 0) {
      return null;
    }
    for (const site of calls.callers(fn)) {
      const arg = site.call.args[site.argMap[param] ?? -1];
      const place = arg ? locate(arg, site.fn, depth + 1) : null;
      if (place) {
        return place;
      }
    }
    return null;
  }

  function inner(base: Expr, name: string, fn: FnDef, depth: number): Place | null {
    const outer = locate(base, fn, depth);
    return outer && { tag: outer.tag, path: outer.path === '' ? name : `${outer.path}.${name}` };
  }

  function locate(e: Expr, fn: FnDef, depth: number): Place | null {
    if (depth > MAX_DEPTH) {
      return null;
    }
    switch (e.k) {
      case 'field':
        return inner(e.base, e.name, fn, depth);
      case 'index':
        return locate(e.base, fn, depth);
      case 'container':
        return { tag: e.tag, path: '' };
      case 'cast': {
        const tag = types.pointee(e.type);
        return tag !== null && !GENERIC_TAGS.has(tag)
          ? { tag, path: '' }
          : (locate(e.e, fn, depth) ?? (tag === null ? null : { tag, path: '' }));
      }
      case 'local': {
        const tag = types.aggregate(types.variable(e.name, fn));
        return tag === null ? null : { tag, path: '' };
      }
      case 'global': {
        const def = symbols.global(e.name, fn.file);
        const tag = def && types.aggregate(def.global.type);
        return tag === null ? null : { tag, path: '' };
      }
      case 'var':
      case 'load': {
        const tag = types.pointee(types.typeOf(e, fn));
        if (tag !== null && !GENERIC_TAGS.has(tag)) {
          return { tag, path: '' };
        }
        const found = e.k === 'var' ? locateVariable(e.name, fn, depth) : null;
        return found ?? (tag === null ? null : { tag, path: '' });
      }
      default:
        return null;
    }
  }

  return { locate: (e, fn) => locate(e, fn, 0) };
}

function setOf(node: Node): { dst: string; src: Expr } | null {
  if (node.k === 'set') {
    return node;
  }
  // get_device() and its like return what they are given.
  const given =
    node.k === 'call' && node.dst !== undefined && typeof node.callee === 'string' && /^get_/.test(node.callee) ? node.args[0] : undefined;
  return given && node.k === 'call' && node.dst !== undefined ? { dst: node.dst, src: given } : null;
}
