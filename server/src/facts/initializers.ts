import { evaluateConstant } from './constants';
import { readTypeDescriptor } from './declarators';
import { parseNumber } from './literals';
import { bare, type CNode, child, children } from './tree';
import type { Expr, InitEntry, StructFacts, TypeRef } from './types';

/** What reading the initializer of a global needs of its file. */
export interface InitScope {
  source: string;
  structs: ReadonlyMap<string, StructFacts>;
  constants: ReadonlyMap<string, number>;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** Flattens an initializer into one entry per initialised scalar; `type` names positional members where its struct is known. */
export function flattenInitializer(scope: InitScope, value: CNode, type: TypeRef | undefined, path: string, out: InitEntry[]): void {
  if (value.type !== 'initializer_list') {
    const literal = bare(value);
    const list = literal.type === 'compound_literal_expression' ? child(literal, 'value') : undefined;
    if (!list) {
      out.push({ path, value: constantExpr(scope, value), at: value.start });
      return;
    }
    flattenInitializer(scope, list, readTypeDescriptor(child(literal, 'type') as CNode, scope.source), path, out);
    return;
  }
  let position = 0;
  for (const item of value.kids.flatMap((kid) => (type?.array && type.pointers > 0 ? splitAnd(kid) : [kid]))) {
    if (item.type === 'ERROR') continue;
    if (item.type !== 'initializer_pair') {
      const name = type?.array ? undefined : memberAt(scope, type, position);
      flattenInitializer(scope, item, memberType(scope, type, name), join(path, name ?? String(position)), out);
      position++;
      continue;
    }
    const inner = child(item, 'value');
    let at: TypeRef | undefined = type;
    let where = path;
    for (const designator of children(item, 'designator')) {
      const isField = designator.type === 'field_designator';
      const text = scope.source
        .slice(designator.start, designator.end)
        .replace(/^[.[]\s*|\s*\]$/g, '')
        .replace(/^\.\s*/, '');
      const index = !isField && designator.kids[0] ? evaluateConstant(designator.kids[0], scope.source, scope.constants) : undefined;
      const name = isField ? text : String(index ?? text);
      if (index !== undefined) position = index;
      at = isField ? memberType(scope, at, name) : elementType(at);
      where = join(where, name);
    }
    if (inner) flattenInitializer(scope, inner, at, where, out);
    position = children(item, 'designator')[0]?.type === 'field_designator' ? positionAfter(scope, type, where, path) : position + 1;
  }
}

/** Among pointers `LIST_MACRO(x) &object` is two elements, not a bitwise and. */
function splitAnd(item: CNode): CNode[] {
  const left = child(item, 'left');
  const right = child(item, 'right');
  if (item.type !== 'binary_expression' || item.op !== '&' || !left || !right) return [item];
  return [...splitAnd(left), { ...item, type: 'pointer_expression', kids: [{ ...right, field: 'argument' }], start: right.start }];
}

function structOf(scope: InitScope, type: TypeRef | undefined): StructFacts | undefined {
  return type && type.pointers === 0 ? scope.structs.get(type.base.replace(/^(struct|union) /, '')) : undefined;
}

function memberAt(scope: InitScope, type: TypeRef | undefined, position: number): string | undefined {
  return structOf(scope, type)?.fields[position]?.name;
}

function elementType(type: TypeRef | undefined): TypeRef | undefined {
  if (!type?.array) return undefined;
  const { array: _array, ...element } = type;
  return element;
}

function memberType(scope: InitScope, type: TypeRef | undefined, name: string | undefined): TypeRef | undefined {
  if (type?.array) return elementType(type);
  return name === undefined ? undefined : structOf(scope, type)?.fields.find((field) => field.name === name)?.type;
}

function positionAfter(scope: InitScope, type: TypeRef | undefined, where: string, path: string): number {
  const name = (path === '' ? where : where.slice(path.length + 1)).split('.')[0];
  const fields = structOf(scope, type)?.fields ?? [];
  return fields.findIndex((field) => field.name === name) + 1;
}

/** The value of an initialiser as an address or a number; what else it may be is named by its text. */
export function constantExpr(scope: InitScope, node: CNode): Expr {
  const { source } = scope;
  const inner = bare(node);
  const text = source.slice(inner.start, inner.end);
  switch (inner.type) {
    case 'number_literal':
      return { k: 'num', v: parseNumber(text) };
    case 'null':
    case 'false':
      return { k: 'num', v: 0 };
    case 'true':
      return { k: 'num', v: 1 };
    case 'string_literal':
    case 'concatenated_string':
      return { k: 'str' };
    case 'identifier':
      return { k: 'global', name: text };
    case 'cast_expression':
      return {
        k: 'cast',
        type: readTypeDescriptor(child(inner, 'type') as CNode, source),
        e: constantExpr(scope, child(inner, 'value') as CNode),
      };
    case 'pointer_expression': {
      const argument = child(inner, 'argument') as CNode;
      return inner.op === '&' ? address(scope, argument) : { k: 'load', addr: constantExpr(scope, argument) };
    }
    case 'field_expression':
    case 'subscript_expression':
      return address(scope, inner);
    case 'call_expression':
      return { k: 'global', name: text.replace(/\s+/g, ' ') };
    default: {
      const value = evaluateConstant(inner, source, scope.constants);
      return value === undefined ? { k: 'unknown' } : { k: 'num', v: value };
    }
  }
}

function address(scope: InitScope, node: CNode): Expr {
  const inner = bare(node);
  const argument = child(inner, 'argument');
  if (inner.type === 'field_expression' && argument) {
    const field = child(inner, 'field');
    const base = inner.op === '->' ? constantExpr(scope, argument) : address(scope, argument);
    return { k: 'field', base, name: field ? scope.source.slice(field.start, field.end) : '' };
  }
  if (inner.type === 'subscript_expression' && argument) {
    const index = child(inner, 'index');
    return { k: 'index', base: address(scope, argument), index: index ? constantExpr(scope, index) : { k: 'unknown' } };
  }
  return inner.type === 'compound_literal_expression' ? { k: 'unknown' } : constantExpr(scope, inner);
}
