import { type CNode, child } from './tree';
import type { TypeRef } from './types';

/** What one declarator declares. */
export interface Declared {
  name: string;
  nameAt: number;
  /** Of a function: what it returns. */
  type: TypeRef;
  /** Parameter list of a function or function pointer. */
  params?: CNode;
  /** A function itself, not a pointer to one. */
  isFunction: boolean;
}

/** The base name of a type specifier: `struct foo`, `unsigned long`, `u64`; '' for an anonymous struct. */
export function baseName(spec: CNode | undefined, source: string): string {
  if (spec === undefined) return 'int';
  const tagged = /^(struct|union|enum)_specifier$/.exec(spec.type);
  if (tagged) {
    const name = child(spec, 'name');
    return name ? `${tagged[1]} ${source.slice(name.start, name.end)}` : '';
  }
  return source.slice(spec.start, spec.end).replace(/\s+/g, ' ').trim();
}

/** Reads a (possibly abstract) declarator around the base type `base`. */
export function readDeclarator(base: string, declarator: CNode | undefined, source: string): Declared {
  const out: Declared = { name: '', nameAt: declarator?.start ?? 0, type: { base, pointers: 0 }, isFunction: false };
  let array = false;
  let pointersOfFunction = -1;
  for (let at = declarator; at !== undefined; ) {
    if (at.type.includes('pointer_declarator')) out.type.pointers++;
    else if (at.type.includes('array_declarator')) array = true;
    else if (at.type.includes('function_declarator')) {
      const params = child(at, 'parameters');
      if (params) out.params = params;
      pointersOfFunction = out.type.pointers;
      array = false;
    } else if (/identifier$|primitive_type/.test(at.type)) {
      out.name = source.slice(at.start, at.end);
      out.nameAt = at.start;
      break;
    }
    at = child(at, 'declarator') ?? at.kids.find((kid) => /declarator$|identifier$/.test(kid.type));
  }
  if (array) out.type.array = true;
  if (pointersOfFunction >= 0) {
    if (out.type.pointers === pointersOfFunction && !array) out.isFunction = true;
    else out.type.fn = true;
    out.type.pointers = pointersOfFunction;
  }
  return out;
}

/** The parameters of a parameter list; `void` gives none, `...` is left out. */
export function readParams(list: CNode | undefined, source: string): { name: string; type: TypeRef }[] {
  const out: { name: string; type: TypeRef }[] = [];
  for (const param of list?.kids ?? []) {
    if (param.type !== 'parameter_declaration') continue;
    const base = baseName(child(param, 'type'), source);
    const declared = readDeclarator(base, child(param, 'declarator'), source);
    if (base === 'void' && declared.name === '' && declared.type.pointers === 0) continue;
    if (declared.isFunction) declared.type.fn = true;
    if (declared.type.array) {
      delete declared.type.array;
      declared.type.pointers++;
    }
    out.push({ name: declared.name, type: declared.type });
  }
  return out;
}

/** The type a type_descriptor (of a cast, sizeof or compound literal) names. */
export function readTypeDescriptor(node: CNode, source: string): TypeRef {
  return readDeclarator(baseName(child(node, 'type'), source), child(node, 'declarator'), source).type;
}

/** A type spelled in a macro argument: `struct foo`, `struct foo *`. Null where the text is no type. */
export function typeFromText(text: string): TypeRef | null {
  const match = /^(?:const\s+)?((?:struct|union|enum)\s+\w+)\s*(\**)$/.exec(text.trim());
  return match ? { base: (match[1] as string).replace(/\s+/g, ' '), pointers: (match[2] as string).length } : null;
}
