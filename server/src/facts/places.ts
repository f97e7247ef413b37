import type { Body } from './body';
import { readTypeDescriptor } from './declarators';
import { objectType, type TypeScope, valueType } from './exprtypes';
import { storeInitializer } from './localinit';
import { type CNode, child } from './tree';
import type { Expr, TypeRef } from './types';

/** Something that can be assigned: a scalar variable, or memory at an address. */
export type Place = { variable: string } | { addr: Expr };

const UNKNOWN: Expr = { k: 'unknown' };

function typeScope(body: Body): TypeScope {
  return { file: body.file, variable: (name) => body.lookupUnique(name) };
}

/** The type of an expression's value, lowered without effect. */
export function typeOf(body: Body, node: CNode): TypeRef | undefined {
  return body.dry(() => valueType(typeScope(body), body.lower.value(body, node)));
}

/** Reads a place. Arrays and functions decay to their address. */
export function read(body: Body, place: Place): Expr {
  if ('variable' in place) return { k: 'var', name: place.variable };
  const type = objectType(typeScope(body), place.addr);
  if (place.addr.k === 'global' && (type === undefined || type.fn)) return place.addr;
  return type?.array ? place.addr : { k: 'load', addr: place.addr };
}

/** Writes to a place. */
export function write(body: Body, place: Place, src: Expr, at: number, rmw = false): void {
  if ('variable' in place) body.set(place.variable, src, at);
  else body.graph.emit({ k: 'store', addr: place.addr, src, at, ...(rmw ? { rmw: true as const } : {}) });
}

/** The place an lvalue expression names. */
export function placeOf(body: Body, node: CNode): Place {
  const { lower } = body;
  switch (node.type) {
    case 'identifier':
      return namePlace(body, body.text(node));
    case 'parenthesized_expression':
      if (node.kids[0] && node.kids[0].type !== 'compound_statement') return placeOf(body, node.kids[0]);
      break;
    case 'pointer_expression':
      if (node.op === '*') return { addr: lower.value(body, child(node, 'argument') as CNode) };
      break;
    case 'field_expression': {
      const argument = child(node, 'argument') as CNode;
      const field = child(node, 'field');
      const name = field ? body.text(field) : '';
      const base = node.op === '->' ? lower.value(body, argument) : addressOf(body, argument);
      return { addr: { k: 'field', base, name } };
    }
    case 'subscript_expression': {
      const base = lower.value(body, child(node, 'argument') as CNode);
      const index = child(node, 'index');
      return { addr: { k: 'index', base, index: index ? lower.value(body, index) : UNKNOWN } };
    }
    case 'compound_literal_expression':
      return { addr: compoundLiteral(body, node) };
  }
  const value = lower.value(body, node);
  // `READ_ONCE(x)`, `(cond ? a : b)` …: what was loaded tells where it is.
  if (value.k === 'load') return { addr: value.addr };
  return { addr: value.k === 'var' ? { k: 'local', name: value.name } : UNKNOWN };
}

export function namePlace(body: Body, name: string): Place {
  const local = body.lookup(name);
  if (local === undefined) return { addr: { k: 'global', name } };
  return local.memory ? { addr: { k: 'local', name: local.name } } : { variable: local.name };
}

export function addressOf(body: Body, node: CNode): Expr {
  const place = placeOf(body, node);
  return 'addr' in place ? place.addr : { k: 'local', name: place.variable };
}

function compoundLiteral(body: Body, node: CNode): Expr {
  const type = child(node, 'type');
  const ref = type ? readTypeDescriptor(type, body.file.source) : { base: 'int', pointers: 0 };
  const name = body.temp(ref);
  const local = body.locals.at(-1);
  if (local) local.memory = true;
  const addr: Expr = { k: 'local', name };
  const list = child(node, 'value');
  if (list) storeInitializer(body, addr, list);
  return addr;
}
