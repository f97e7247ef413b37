import type { Expr, Node, TypeRef } from '../facts/types';
import { SYNCHRONOUS_CALLBACKS } from '../kernel/callbacks';
import type { Symbols } from './symbols';
import { rowOf } from './tables';
import type { FnDef } from './types';
import type { Types } from './types-of';

/** Which functions an expression's value may be. */
export interface FunctionPointers {
  functionsOf(e: Expr, fn: FnDef): FnDef[];
  /** Functions stored in a member of any object of the struct. */
  inField(tag: string, field: string): FnDef[];
  /** The expression through which a call goes, or null for a call by name. */
  calleeExpr(node: Node & { k: 'call' }, fn: FnDef): Expr | null;
}

const ARITHMETIC =
  /^(?:(?:un)?signed\b|(?:char|short|int|long|bool|_Bool|float|double|size_t|ssize_t)\b|[us](?:8|16|32|64)$|u?int\d+_t$|gfp_t$|umode_t$)/;

/** Could a function's address be held in a variable of this type? */
function mayHoldFunction(type: TypeRef | null): boolean {
  if (!type || type.fn) {
    return true;
  }
  if (type.base === 'void') {
    return type.pointers > 0;
  }
  return type.pointers === 0 && !/^(?:struct|union|enum) /.test(type.base) && !ARITHMETIC.test(type.base);
}

/**
 * Andersen-style and field-based: one cell for each (struct, member), for each
 * variable, return value and global; only function addresses flow. Solved once
 * for the whole program, calls through pointers included.
 */
export function solveFunctionPointers(symbols: Symbols, types: Types): FunctionPointers {
  const cells = new Map<string, number>();
  const points: Set<FnDef>[] = [];
  const flows: Set<number>[] = [];
  const arrivals: ((target: FnDef) => void)[][] = [];
  const pending: [cell: number, target: FnDef][] = [];

  function cell(key: string): number {
    let id = cells.get(key);
    if (id === undefined) {
      id = points.length;
      cells.set(key, id);
      points.push(new Set());
      flows.push(new Set());
      arrivals.push([]);
    }
    return id;
  }

  function arrive(id: number, target: FnDef): void {
    const set = points[id] as Set<FnDef>;
    if (!set.has(target)) {
      set.add(target);
      pending.push([id, target]);
    }
  }

  function flow(from: number, to: number): void {
    const edges = flows[from] as Set<number>;
    if (from !== to && !edges.has(to)) {
      edges.add(to);
      for (const target of points[from] as Set<FnDef>) {
        arrive(to, target);
      }
    }
  }

  const variableKey = (fn: FnDef, name: string) => `v ${fn.id} ${name}`;

  function placeKey(addr: Expr, fn: FnDef): string | null {
    switch (addr.k) {
      case 'field': {
        const tag = types.pointee(types.typeOf(addr.base, fn));
        return tag === null ? null : `f ${tag}.${addr.name}`;
      }
      case 'index':
        return placeKey(addr.base, fn);
      case 'cast':
        return placeKey(addr.e, fn);
      case 'local':
        return variableKey(fn, addr.name);
      case 'global': {
        const def = symbols.global(addr.name, fn.file);
        return def ? `g ${def.global.static ? def.file.path : ''} ${addr.name}` : null;
      }
      default:
        return null;
    }
  }

  /** The value of an expression: a known function, a cell, or neither. */
  function source(e: Expr, fn: FnDef): FnDef | string | null {
    switch (e.k) {
      case 'var':
        return mayHoldFunction(types.variable(e.name, fn)) ? variableKey(fn, e.name) : null;
      case 'global':
        return symbols.global(e.name, fn.file) ? null : symbols.resolve(e.name, fn.file);
      case 'cast':
        return source(e.e, fn);
      case 'load':
        // `*f` and `(*f)` of a function or of a pointer to one are the function.
        if (e.addr.k === 'global' && !symbols.global(e.addr.name, fn.file)) {
          return symbols.resolve(e.addr.name, fn.file);
        }
        if (e.addr.k === 'var' || (e.addr.k === 'load' && types.typeOf(e.addr, fn)?.fn)) {
          return source(e.addr, fn);
        }
        return mayHoldFunction(types.typeOf(e, fn)) ? placeKey(e.addr, fn) : null;
      default:
        return null;
    }
  }

  function assign(value: Expr, fn: FnDef, to: string): void {
    const from = source(value, fn);
    if (typeof from === 'string') {
      flow(cell(from), cell(to));
    } else if (from) {
      arrive(cell(to), from);
    }
  }

  /** Parameter and return flow of one call to one target; `args[i]` is what parameter i is given. */
  function bind(caller: FnDef, target: FnDef, args: readonly (Expr | undefined)[], dst: string | undefined): void {
    target.fn.params.forEach((p, i) => {
      const arg = args[i];
      if (arg && mayHoldFunction(p.type)) {
        assign(arg, caller, variableKey(target, p.name));
      }
    });
    if (dst !== undefined && mayHoldFunction(target.fn.ret)) {
      flow(cell(`r ${target.id}`), cell(variableKey(caller, dst)));
    }
  }

  function calleeExpr(node: Node & { k: 'call' }, fn: FnDef): Expr | null {
    if (typeof node.callee !== 'string') {
      return node.callee;
    }
    if (types.variable(node.callee, fn)) {
      return { k: 'var', name: node.callee };
    }
    // A name that is no function may be a global pointer to one.
    const isPointer = symbols.global(node.callee, fn.file) !== null && !symbols.resolve(node.callee, fn.file);
    return isPointer ? { k: 'load', addr: { k: 'global', name: node.callee } } : null;
  }

  function whenKnown(value: Expr, fn: FnDef, then: (target: FnDef) => void): void {
    const from = source(value, fn);
    if (typeof from === 'string') {
      const id = cell(from);
      (arrivals[id] as ((target: FnDef) => void)[]).push(then);
      for (const target of points[id] as Set<FnDef>) {
        then(target);
      }
    } else if (from) {
      then(from);
    }
  }

  function addCall(node: Node & { k: 'call' }, fn: FnDef): void {
    const through = calleeExpr(node, fn);
    if (through) {
      whenKnown(through, fn, (target) => bind(fn, target, node.args, node.dst));
      return;
    }
    const name = node.callee as string;
    const target = symbols.resolve(name, fn.file);
    if (target) {
      bind(fn, target, node.args, node.dst);
      return;
    }
    const callback = rowOf(SYNCHRONOUS_CALLBACKS, name);
    const given = callback && node.args[callback.fn];
    if (callback && given) {
      whenKnown(given, fn, (called) =>
        bind(
          fn,
          called,
          callback.params.map((i) => node.args[i]),
          undefined,
        ),
      );
    }
  }

  function addNode(node: Node, fn: FnDef): void {
    switch (node.k) {
      case 'set':
        if (mayHoldFunction(types.variable(node.dst, fn))) {
          assign(node.src, fn, variableKey(fn, node.dst));
        }
        break;
      case 'store': {
        const from = source(node.src, fn);
        const key = from === null ? null : placeKey(node.addr, fn);
        if (key !== null) {
          assign(node.src, fn, key);
        }
        break;
      }
      case 'return':
        if (node.value && mayHoldFunction(fn.fn.ret)) {
          assign(node.value, fn, `r ${fn.id}`);
        }
        break;
      case 'call':
        addCall(node, fn);
        break;
      default:
        break;
    }
  }

  function addInitializers(): void {
    for (const { file, global } of symbols.globals) {
      const tag = types.aggregate(global.type);
      for (const { path, value } of global.init) {
        const named = value.k === 'cast' ? value.e : value;
        const target = named.k === 'global' && !symbols.global(named.name, file) ? symbols.resolve(named.name, file) : null;
        if (!target) {
          continue;
        }
        const member = tag === null ? null : types.memberAt(tag, memberPath(path, global.type));
        arrive(cell(member ? `f ${member.tag}.${member.field}` : `g ${global.static ? file.path : ''} ${global.name}`), target);
      }
    }
  }

  addInitializers();
  for (const fn of symbols.functions) {
    for (const node of fn.fn.nodes) {
      addNode(node, fn);
    }
  }
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [id, target] = next;
    for (const to of flows[id] as Set<number>) {
      arrive(to, target);
    }
    for (const then of [...(arrivals[id] as ((target: FnDef) => void)[])]) {
      then(target);
    }
  }

  const at = (key: string): FnDef[] => {
    const id = cells.get(key);
    return id === undefined ? [] : [...(points[id] as Set<FnDef>)].sort((a, b) => a.id - b.id);
  };
  return {
    functionsOf: (e, fn) => {
      const from = source(e, fn);
      return typeof from === 'string' ? at(from) : from ? [from] : [];
    },
    inField: (tag, field) => at(`f ${tag}.${field}`),
    calleeExpr,
  };
}

/** Path inside one element: the initialiser of an array of structs names the element first. */
export function memberPath(path: string, type: TypeRef): string {
  return type.array ? path.replace(/^\d+\.?/, '') : path;
}
