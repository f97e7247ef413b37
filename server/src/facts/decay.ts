import type { Names } from './body';
import { objectType, type TypeScope } from './exprtypes';
import type { Expr, FunctionFacts, Node, StructFacts, TypeRef } from './types';

/** Declarations that a single file does not have: those of all files together. */
export interface Declarations {
  structs: ReadonlyMap<string, StructFacts>;
  globals: ReadonlyMap<string, TypeRef>;
}

/**
 * Corrects the reads of a function for what other files declare: a member that a
 * header declares as an array is no load but its address. Lowering knows only its own file and reads
 * every member it does not know as a scalar.
 */
export function decayArrays(fn: FunctionFacts, declarations: Declarations): FunctionFacts {
  const variables = new Map([...fn.params, ...fn.locals].map((local) => [local.name, local]));
  const scope: TypeScope = {
    file: { source: '', original: () => undefined, names: namesOf(declarations) },
    variable: (name) => variables.get(name),
  };
  return { ...fn, nodes: fn.nodes.map((node) => mapValues(node, (e) => decay(e, scope))) };
}

function namesOf({ structs, globals }: Declarations): Names {
  return {
    member: (tag, name) => structs.get(tag)?.fields.find((field) => field.name === name)?.type,
    global: (name) => globals.get(name),
    result: () => undefined,
  };
}

function decay(e: Expr, scope: TypeScope): Expr {
  switch (e.k) {
    case 'load': {
      const addr = decay(e.addr, scope);
      return objectType(scope, addr)?.array ? addr : { k: 'load', addr };
    }
    case 'field':
      return { ...e, base: decay(e.base, scope) };
    case 'index':
      return { ...e, base: decay(e.base, scope), index: decay(e.index, scope) };
    case 'un':
    case 'cast':
    case 'container':
      return { ...e, e: decay(e.e, scope) };
    case 'bin':
      return { ...e, l: decay(e.l, scope), r: decay(e.r, scope) };
    default:
      return e;
  }
}

function mapValues(node: Node, map: (e: Expr) => Expr): Node {
  switch (node.k) {
    case 'set':
      return { ...node, src: map(node.src) };
    case 'store':
      return { ...node, addr: map(node.addr), src: map(node.src) };
    case 'call':
      return { ...node, callee: typeof node.callee === 'string' ? node.callee : map(node.callee), args: node.args.map(map) };
    case 'iter':
      return { ...node, args: node.args.map(map) };
    case 'branch':
      return { ...node, cond: map(node.cond) };
    case 'return':
      return node.value ? { ...node, value: map(node.value) } : node;
    default:
      return node;
  }
}
