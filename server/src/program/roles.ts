import type { TypeRef } from '../facts/types';
import { ATTRIBUTE_STRUCTS } from '../kernel/attributes';
import { DRIVER_MEMBERS, DRIVER_STRUCTS, ENTRY_STRUCTS, type MemberRole } from '../kernel/driver-structs';
import type { Symbols } from './symbols';
import { rowOf } from './tables';
import type { Types } from './types-of';

/** Which structs' members the kernel, or a bus of the tree itself, calls. */
export interface Roles {
  isDriver(tag: string): boolean;
  isAttribute(tag: string): boolean;
  member(tag: string, field: string): MemberRole | null;
}

/** The kernel's own structs by table; a tree's own driver and attribute structs by what they embed. */
export function createRoles(symbols: Symbols, types: Types): Roles {
  const holds = (tag: string, inner: string, members: readonly string[]): boolean => {
    const fields = symbols.struct(tag)?.fields ?? [];
    return (
      fields.some((f) => types.aggregate(f.type) === inner) && fields.some((f) => members.includes(f.name) && isFunctionPointer(f.type))
    );
  };
  const drivers = new Map<string, boolean>();
  const attributes = new Map<string, boolean>();

  function isDriver(tag: string): boolean {
    let known = drivers.get(tag);
    if (known === undefined) {
      known = DRIVER_STRUCTS.has(tag) || holds(tag, 'device_driver', ['probe', 'remove']);
      drivers.set(tag, known);
    }
    return known;
  }

  function isAttribute(tag: string): boolean {
    let known = attributes.get(tag);
    if (known === undefined) {
      known = rowOf(ATTRIBUTE_STRUCTS, tag) !== undefined || holds(tag, 'attribute', ['show', 'store']);
      attributes.set(tag, known);
    }
    return known;
  }

  return {
    isDriver,
    isAttribute,
    member: (tag, field) => rowOf(rowOf(ENTRY_STRUCTS, tag) ?? (isDriver(tag) ? DRIVER_MEMBERS : {}), field) ?? null,
  };
}

function isFunctionPointer(type: TypeRef): boolean {
  // A typedef of a function pointer cannot be told from a scalar here; the member's name decides then.
  return type.fn === true || (type.pointers === 0 && !/^(?:struct|union|enum|int|bool|unsigned)\b/.test(type.base));
}
