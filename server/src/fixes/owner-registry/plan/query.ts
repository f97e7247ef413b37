import type { Expr, Node, TypeRef } from '../../../facts/types';
import { type Effect, effectOf } from '../../../kernel';
import type { FnDef, Program } from '../../../program/types';
import type { Site } from './types';

export type CallNode = Extract<Node, { k: 'call' }>;

/** The call at a site; null where the node is none. */
export function callAt(site: Site): CallNode | null {
  const node = site.fn.fn.nodes[site.node];
  return node?.k === 'call' ? node : null;
}

/** Every explicit call of the functions that the kernel tables give an effect, with it. */
export function* effects(fns: Iterable<FnDef>): Generator<{ site: Site; call: CallNode; effect: Effect }> {
  for (const fn of fns)
    for (const [node, call] of fn.fn.nodes.entries()) {
      if (call.k !== 'call' || call.implicit || typeof call.callee !== 'string') continue;
      const effect = effectOf(call.callee);
      if (effect) yield { site: { fn, node }, call, effect };
    }
}

export function typeOfVariable(fn: FnDef, name: string): TypeRef | null {
  return fn.fn.params.find((p) => p.name === name)?.type ?? fn.fn.locals.find((l) => l.name === name)?.type ?? null;
}

/** The type is a pointer to the struct. */
export function pointsTo(type: TypeRef | null, tag: string): boolean {
  return type !== null && type.base === `struct ${tag}` && type.pointers === 1 && !type.array && !type.fn;
}

/** Name of a parameter or local that points to the struct: parameters first; null where there is none. */
export function pointerTo(fn: FnDef, tag: string): string | null {
  return [...fn.fn.params, ...fn.fn.locals].find((v) => pointsTo(v.type, tag) && !v.name.startsWith('$'))?.name ?? null;
}

/** An `int` local for error codes; null where there is none. */
export function errorVariable(fn: FnDef): string | null {
  const ints = fn.fn.locals.filter((l) => l.type.base === 'int' && l.type.pointers === 0 && !l.type.array && !l.name.startsWith('$'));
  const usual = /^(rc|ret|err|error|res|retval|status)$/;
  return ints.find((l) => usual.test(l.name))?.name ?? null;
}

/** Calls of a function by name or through a known pointer, in stable order. */
export function callersOf(program: Program, callee: FnDef): Site[] {
  const out: Site[] = [];
  for (const fn of program.functions)
    fn.fn.nodes.forEach((n, node) => {
      if (n.k === 'call' && program.targets(fn, node).some((t) => t.fn === callee)) out.push({ fn, node });
    });
  return out;
}

/** The function that an expression names. */
export function namedFunction(program: Program, e: Expr | undefined, from: FnDef): FnDef | null {
  return e?.k === 'global' ? program.resolve(e.name, from.file) : null;
}

/** Whether an expression reads or takes the address of a variable. */
export function usesVariable(e: Expr, name: string): boolean {
  switch (e.k) {
    case 'var':
    case 'local':
      return e.name === name;
    case 'field':
      return usesVariable(e.base, name);
    case 'index':
      return usesVariable(e.base, name) || usesVariable(e.index, name);
    case 'load':
      return usesVariable(e.addr, name);
    case 'un':
    case 'cast':
    case 'container':
      return usesVariable(e.e, name);
    case 'bin':
      return usesVariable(e.l, name) || usesVariable(e.r, name);
    default:
      return false;
  }
}

/** Type at the end of a dotted member path of a struct. */
export function typeAt(program: Program, tag: string, path: string): TypeRef | null {
  let type: TypeRef | null = { base: `struct ${tag}`, pointers: 0 };
  for (const part of path.split('.')) {
    const inner: string | undefined = /^(?:struct|union) (.+)$/.exec(type?.base ?? '')?.[1];
    type = inner === undefined || type?.pointers !== 0 ? null : program.fieldType(inner, part);
  }
  return type;
}
