import type { Expr, FieldFacts, TypeRef } from '../facts/types';
import { CONVERSIONS, coreFieldType } from '../kernel/core-structs';
import type { Symbols } from './symbols';
import { rowOf } from './tables';
import type { FnDef } from './types';

/** Types of expressions and members. Tags are written without `struct `. */
export interface Types {
  typeOf(e: Expr, fn: FnDef): TypeRef | null;
  fieldType(tag: string, field: string): TypeRef | null;
  /** Type of a dotted member path (array elements included): `driver.probe`, `attrs.3`. */
  memberAt(tag: string, path: string): { tag: string; field: string; type: TypeRef | null } | null;
  /** Tag of an aggregate type; null where it is a pointer or no aggregate. */
  aggregate(type: TypeRef | null): string | null;
  /** Tag of what a pointer points to; null where it is no pointer to an aggregate. */
  pointee(type: TypeRef | null): string | null;
  /** Type of a local or a parameter; of a temporary, that of what it is set from. */
  variable(name: string, fn: FnDef): TypeRef | null;
  known: KnownTypes;
}

/** A temporary of the lowering, or a parameter or result of a macro taken for a function. */
export function isUntyped(type: TypeRef): boolean {
  return type.base === '' || type.base === '__auto_type';
}

function isVariable(e: Expr, name: string): boolean {
  return e.k === 'var' && e.name === name;
}

const INT: TypeRef = { base: 'int', pointers: 0 };

/** Answers about variables and about expressions, by function. */
export interface KnownTypes {
  variables: Map<number, Map<string, TypeRef | null>>;
  expressions: WeakMap<Expr, TypeRef | null>[];
}

/** Builds the type queries of a linked program; results are kept, in `known` and with those that stand there already. */
export function createTypes(symbols: Symbols, known: KnownTypes = { variables: new Map(), expressions: [] }): Types {
  const fields = new Map<string, Map<string, FieldFacts>>();
  const { variables, expressions } = known;
  /** Variables whose types are being worked out. */
  let inferring = 0;

  function fieldType(tag: string, field: string): TypeRef | null {
    let map = fields.get(tag);
    if (!map) {
      map = new Map((symbols.struct(tag)?.fields ?? []).map((f) => [f.name, f]));
      fields.set(tag, map);
    }
    return map.get(field)?.type ?? coreFieldType(tag, field);
  }

  /** A typedef's own type, pointers added up. */
  function strip(type: TypeRef): TypeRef {
    let current = type;
    for (let i = 0; i < 8; i++) {
      const target = current.base.includes(' ') ? null : symbols.typedef(current.base);
      if (!target) {
        break;
      }
      current = { ...target, pointers: target.pointers + current.pointers, ...(current.array ? { array: true } : {}) };
    }
    return current;
  }

  function tagAt(type: TypeRef | null, pointers: number): string | null {
    if (!type || type.fn) {
      return null;
    }
    const t = strip(type);
    return t.pointers === pointers && !t.fn ? (/^(?:struct|union) (.+)$/.exec(t.base)?.[1] ?? null) : null;
  }

  const aggregate = (type: TypeRef | null) => tagAt(type, 0);
  const pointee = (type: TypeRef | null) => tagAt(type, 1);

  function memberAt(tag: string, path: string): { tag: string; field: string; type: TypeRef | null } | null {
    let owner = tag;
    let found: { tag: string; field: string; type: TypeRef | null } | null = null;
    for (const segment of path.split('.')) {
      if (found) {
        if (found.type?.array && /^\d+$/.test(segment)) {
          continue;
        }
        const next = aggregate(found.type);
        owner = next ?? `${owner}.${found.field}`;
      }
      const named = /^\d+$/.test(segment) ? symbols.struct(owner)?.fields[Number(segment)]?.name : segment;
      if (named === undefined) {
        return found;
      }
      found = { tag: owner, field: named, type: fieldType(owner, named) };
    }
    return found;
  }

  function variable(name: string, fn: FnDef): TypeRef | null {
    let map = variables.get(fn.id);
    if (!map) {
      map = new Map([...fn.fn.params, ...fn.fn.locals].map((v) => [v.name, v.type]));
      variables.set(fn.id, map);
    }
    const declared = map.get(name);
    if (!declared) {
      return null;
    }
    if (!isUntyped(declared) && !name.startsWith('$')) {
      return declared;
    }
    // A temporary of the lowering (`$1`): what it is set from tells its type better than its file could. Until that is known it has none.
    map.set(name, null);
    inferring++;
    const inferred = inferType(name, fn) ?? (isUntyped(declared) ? null : declared);
    inferring--;
    const told = !inferred || inferred.base === 'void' ? (typeTaken(name, fn) ?? inferred) : inferred;
    map.set(name, told);
    return told;
  }

  /** Type that the reader of a temporary takes it for: a cast of it, or the parameter that it is passed for. */
  function typeTaken(name: string, fn: FnDef): TypeRef | null {
    for (const node of fn.fn.nodes) {
      const read = node.k === 'set' || node.k === 'store' ? node.src : node.k === 'return' ? node.value : undefined;
      if (read?.k === 'cast' && isVariable(read.e, name)) {
        return read.type;
      }
      if (node.k === 'call' && typeof node.callee === 'string') {
        const at = node.args.findIndex((arg) => isVariable(arg.k === 'cast' ? arg.e : arg, name));
        const arg = node.args[at];
        const taken = arg?.k === 'cast' ? arg.type : at < 0 ? undefined : symbols.resolve(node.callee, fn.file)?.fn.params[at]?.type;
        if (taken && !isUntyped(taken)) {
          return taken;
        }
      }
    }
    return null;
  }

  function inferType(name: string, fn: FnDef): TypeRef | null {
    for (const node of fn.fn.nodes) {
      const type =
        node.k === 'set' && node.dst === name
          ? typeOf(node.src, fn)
          : node.k === 'call' && node.dst === name && typeof node.callee === 'string'
            ? resultType(node.callee, fn)
            : null;
      if (type && !isUntyped(type)) {
        return type;
      }
    }
    return null;
  }

  /** Result of a call by name. A macro taken for a function has no declared type; what it returns tells. */
  function resultType(callee: string, fn: FnDef): TypeRef | null {
    const target = symbols.resolve(callee, fn.file);
    if (target && !isUntyped(target.fn.ret)) {
      return target.fn.ret;
    }
    if (target && target !== fn) {
      for (const node of target.fn.nodes) {
        const type = node.k === 'return' && node.value ? typeOf(node.value, target) : null;
        if (type && !isUntyped(type)) {
          return type;
        }
      }
    }
    const conversion = rowOf(CONVERSIONS, callee);
    return symbols.returnType(callee) ?? (conversion ? { base: `struct ${conversion.tag}`, pointers: 1 } : null);
  }

  /** The address of something of this type. An array keeps its mark, so that reading it decays to its first element. */
  function addressOf(type: TypeRef | null): TypeRef | null {
    return type && { ...type, pointers: type.pointers + 1 };
  }

  function withoutArray(type: TypeRef | null): TypeRef | null {
    if (!type?.array) {
      return type;
    }
    const { array: _, ...rest } = type;
    return rest;
  }

  function dereference(type: TypeRef | null): TypeRef | null {
    if (!type) {
      return null;
    }
    if (type.array) {
      return withoutArray(type);
    }
    const t = type.pointers > 0 ? type : strip(type);
    return t.pointers > 0 ? { ...t, pointers: t.pointers - 1 } : t.fn ? t : null;
  }

  function globalType(name: string, fn: FnDef): TypeRef | null {
    const def = symbols.global(name, fn.file);
    if (def) {
      return addressOf(def.global.type);
    }
    const target = symbols.resolve(name, fn.file);
    const ret = target ? target.fn.ret : symbols.returnType(name);
    if (ret) {
      return { ...ret, pointers: ret.pointers + 1, fn: true };
    }
    return symbols.constant(name, fn.file) === null ? null : INT;
  }

  /** Answers about members are kept, except those that rest on a variable whose type is being worked out. */
  function typeOf(e: Expr, fn: FnDef): TypeRef | null {
    if (e.k !== 'field' && e.k !== 'load') {
      return typeOfAny(e, fn);
    }
    let answers = expressions[fn.id];
    if (!answers) {
      answers = new WeakMap();
      expressions[fn.id] = answers;
    }
    const answer = answers.get(e);
    if (answer !== undefined) {
      return answer;
    }
    const type = typeOfAny(e, fn);
    if (inferring === 0) {
      answers.set(e, type);
    }
    return type;
  }

  function typeOfAny(e: Expr, fn: FnDef): TypeRef | null {
    switch (e.k) {
      case 'num':
      case 'un':
        return INT;
      case 'str':
        return { base: 'char', pointers: 1 };
      case 'var':
        return withoutArray(variable(e.name, fn));
      case 'local':
        return addressOf(variable(e.name, fn));
      case 'global':
        return globalType(e.name, fn);
      case 'field': {
        const tag = pointee(withoutArray(typeOf(e.base, fn)));
        return tag === null ? null : addressOf(fieldType(tag, e.name));
      }
      case 'index':
        return withoutArray(typeOf(e.base, fn));
      case 'load':
        return dereference(typeOf(e.addr, fn));
      case 'cast':
        return e.type;
      case 'container':
        return { base: `struct ${e.tag}`, pointers: 1 };
      case 'bin': {
        if (e.op !== '+' && e.op !== '-') {
          return INT;
        }
        const left = typeOf(e.l, fn);
        const right = typeOf(e.r, fn);
        return (right?.pointers ?? 0) > (left?.pointers ?? 0) ? right : left;
      }
      case 'unknown':
        return null;
    }
  }

  return { typeOf, fieldType, memberAt, aggregate, pointee, variable, known };
}
