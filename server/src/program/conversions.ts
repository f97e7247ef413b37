import type { Expr, FunctionFacts, Node } from '../facts/types';
import { CONVERSIONS } from '../kernel/core-structs';
import { GENERIC_TAGS } from '../kernel/driver-structs';
import type { Symbols } from './symbols';
import { rowOf } from './tables';
import type { FnDef } from './types';
import type { Types } from './types-of';

/** `param` points at member `path` of a `tag`; a null tag: nothing is known yet, the parameter itself. */
export interface Derived {
  param: number;
  tag: string | null;
  path: string;
}

/** A function that only converts a parameter with container_of. */
export interface Wrapper {
  tag: string;
  member: string;
  param: number;
}

/** What functions turn their parameters into. */
export interface Conversions {
  wrapper(fn: FnDef): Wrapper | null;
  /** Flow-insensitive: every variable with what it may have been derived from. */
  derivation(fn: FnDef): ReadonlyMap<string, Derived[]>;
  /** The conversion that a call makes, by the callee's name. */
  conversionOf(callee: string, fn: FnDef): Wrapper | null;
}

/** Calls that a conversion may make besides: checks and complaints. */
const CHECK = /^(?:is_|has_|IS_ERR|PTR_ERR|ERR_PTR|WARN|BUG|dev_WARN|dev_(?:warn|err|dbg)|pr_|lockdep_|likely$|unlikely$)/;

function join(outer: string, inner: string): string {
  return inner === '' ? outer : `${outer}.${inner}`;
}

/** Cheap test for bodies that can be conversions at all: used before header functions are taken in. */
export function looksLikeConversion(fn: FunctionFacts): boolean {
  return (
    fn.nodes.length <= 12 && fn.nodes.some((n) => (n.k === 'set' || n.k === 'return') && hasContainer(n.k === 'set' ? n.src : n.value))
  );
}

function hasContainer(e: Expr | undefined): boolean {
  return e !== undefined && (e.k === 'container' || (e.k === 'cast' && hasContainer(e.e)));
}

export function createConversions(symbols: Symbols, types: Types): Conversions {
  const wrappers = new Map<number, Wrapper | null>();
  const derivations = new Map<number, Map<string, Derived[]>>();

  function conversionOf(callee: string, fn: FnDef): Wrapper | null {
    const def = symbols.resolve(callee, fn.file);
    if (def) {
      return def === fn ? null : wrapper(def);
    }
    const known = rowOf(CONVERSIONS, callee);
    return known ? { ...known, param: 0 } : null;
  }

  /** A `void *` parameter put into a typed variable is a pointer to that type. */
  function typed(values: Derived[], dst: string, fn: FnDef): Derived[] {
    const tag = types.pointee(types.variable(dst, fn));
    return tag === null || GENERIC_TAGS.has(tag)
      ? values
      : values.map((d) => (d.tag === null && types.pointee(fn.fn.params[d.param]?.type ?? null) === null ? { ...d, tag } : d));
  }

  function assigned(node: Node, fn: FnDef, env: ReadonlyMap<string, Derived[]>): Derived[] {
    if (node.k === 'set') {
      return typed(evaluate(node.src, env), node.dst, fn);
    }
    if (node.k === 'call' && node.dst !== undefined && typeof node.callee === 'string') {
      const w = conversionOf(node.callee, fn);
      const arg = w && node.args[w.param];
      return w && arg ? convert(evaluate(arg, env), w.tag, w.member) : [];
    }
    return [];
  }

  function derivation(fn: FnDef): Map<string, Derived[]> {
    const known = derivations.get(fn.id);
    if (known) {
      return known;
    }
    const env = new Map<string, Derived[]>();
    const mixed = mixedVariables(fn);
    fn.fn.params.forEach((p, param) => {
      if (!mixed.has(p.name)) {
        env.set(p.name, [{ param, tag: null, path: '' }]);
      }
    });
    derivations.set(fn.id, env);
    for (let changed = true, pass = 0; changed && pass < 4; pass++) {
      changed = false;
      for (const node of fn.fn.nodes) {
        for (const d of assigned(node, fn, env)) {
          const dst = (node as { dst: string }).dst;
          const list = env.get(dst) ?? [];
          if (!mixed.has(dst) && list.length < 8 && !list.some((o) => o.param === d.param && o.tag === d.tag && o.path === d.path)) {
            env.set(dst, [...list, d]);
            changed = true;
          }
        }
      }
    }
    return env;
  }

  /** Variables that also hold something else: `dev = dev->parent` makes dev no longer the parameter. */
  function mixedVariables(fn: FnDef): ReadonlySet<string> {
    const mixed = new Set<string>();
    for (const node of fn.fn.nodes) {
      if (node.k === 'set' && !isCopy(node.src)) {
        mixed.add(node.dst);
      } else if (node.k === 'call' && node.dst !== undefined && !(typeof node.callee === 'string' && conversionOf(node.callee, fn))) {
        mixed.add(node.dst);
      } else if (node.k === 'iter' && node.dst !== undefined) {
        mixed.add(node.dst);
      }
    }
    return mixed;
  }

  function wrapper(fn: FnDef): Wrapper | null {
    const known = wrappers.get(fn.id);
    if (known !== undefined) {
      return known;
    }
    wrappers.set(fn.id, null);
    const result = fn.fn.nodes.length > 24 ? null : findWrapper(fn);
    wrappers.set(fn.id, result);
    return result;
  }

  function findWrapper(fn: FnDef): Wrapper | null {
    for (const node of fn.fn.nodes) {
      if (node.k === 'store' || node.k === 'iter' || node.k === 'opaque') {
        return null;
      }
      if (node.k === 'call' && !(typeof node.callee === 'string' && (CHECK.test(node.callee) || conversionOf(node.callee, fn)))) {
        return null;
      }
    }
    const env = derivation(fn);
    let found: Wrapper | null = null;
    for (const node of fn.fn.nodes) {
      for (const d of node.k === 'return' && node.value ? evaluate(node.value, env) : []) {
        if (d.tag === null || d.path === '' || (found && (found.tag !== d.tag || found.member !== d.path))) {
          return null;
        }
        found = { tag: d.tag, member: d.path, param: d.param };
      }
    }
    return found;
  }

  return { wrapper, derivation, conversionOf };
}

/** The values after container_of(value, struct tag, member). */
export function convert(from: readonly Derived[], tag: string, member: string): Derived[] {
  return from.map((d) => ({ param: d.param, tag, path: d.tag === null ? member : join(member, d.path) }));
}

/** What an expression may be, given its variables. */
export function evaluate(e: Expr, env: ReadonlyMap<string, Derived[]>): Derived[] {
  switch (e.k) {
    case 'var':
      return env.get(e.name) ?? [];
    case 'cast':
      return evaluate(e.e, env);
    case 'container':
      return convert(evaluate(e.e, env), e.tag, e.member);
    default:
      return [];
  }
}

/** A copy or conversion of a variable, or the NULL that stands for none. */
function isCopy(e: Expr): boolean {
  return e.k === 'var' || e.k === 'num' || ((e.k === 'cast' || e.k === 'container') && isCopy(e.e));
}
