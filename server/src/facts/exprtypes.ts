import type { FileScope } from './body';
import type { Expr, Local, TypeRef } from './types';

/** Types of pure expressions, as far as the file declares them. */
export interface TypeScope {
  file: FileScope;
  variable(name: string): Local | undefined;
}

function pointee(type: TypeRef | undefined): TypeRef | undefined {
  if (type === undefined) return undefined;
  if (type.array) {
    const { array: _array, ...element } = type;
    return element;
  }
  return type.pointers > 0 ? { ...type, pointers: type.pointers - 1 } : undefined;
}

/** The type of the value of `e`, undefined where the file does not tell. */
export function valueType(scope: TypeScope, e: Expr): TypeRef | undefined {
  switch (e.k) {
    case 'num':
      return { base: 'int', pointers: 0 };
    case 'var':
      return scope.variable(e.name)?.type;
    case 'load':
      return objectType(scope, e.addr);
    case 'cast':
      return e.type;
    case 'container':
      return { base: `struct ${e.tag}`, pointers: 1 };
    case 'local':
    case 'global':
    case 'field':
    case 'index': {
      const object = objectType(scope, e);
      if (object === undefined || object.fn) return object;
      return object.array ? { base: object.base, pointers: object.pointers + 1 } : { ...object, pointers: object.pointers + 1 };
    }
    case 'bin':
      return /^[+-]$/.test(e.op) ? (valueType(scope, e.l) ?? valueType(scope, e.r)) : { base: 'int', pointers: 0 };
    default:
      return undefined;
  }
}

/** The type of the object at the address `addr`. */
export function objectType(scope: TypeScope, addr: Expr): TypeRef | undefined {
  switch (addr.k) {
    case 'local':
      return scope.variable(addr.name)?.type;
    case 'global':
      return scope.file.names.global(addr.name);
    case 'field': {
      const owner = objectType(scope, addr.base);
      if (owner === undefined || owner.pointers > 0) return undefined;
      return scope.file.names.member(owner.base.replace(/^(struct|union) /, ''), addr.name);
    }
    case 'index':
      return pointee(valueType(scope, addr.base));
    default:
      return pointee(valueType(scope, addr));
  }
}
