import type { EntryKind, MemberRole } from '../kernel/driver-structs';
import type { Calls } from './calls';
import type { Origins, Place } from './origins';
import type { Owners } from './owners';
import type { FunctionPointers } from './pointers';
import type { Roles } from './roles';
import type { Symbols } from './symbols';
import type { Embedder, EntryPoint, FileSession, FnDef } from './types';
import type { Types } from './types-of';

/** The parts of a linked program that entry points are found with. */
export interface Linked {
  symbols: Symbols;
  types: Types;
  pointers: FunctionPointers;
  calls: Calls;
  origins: Origins;
  owners: Owners;
  roles: Roles;
  embedders: (tag: string) => Embedder[];
}

/** A function and what binds it. */
export interface Binding {
  fn: FnDef;
  role: MemberRole;
  subject: string;
  at: { file: string; at: number };
  fallback?: Place | null;
  session?: FileSession | null;
}

/** The entry point of a binding, its owner worked out. */
export function entryOf(linked: Linked, b: Binding): EntryPoint {
  return {
    fn: b.fn,
    kind: b.role.kind,
    name: b.fn.fn.name,
    ...linked.owners.ownerOf(b.fn, b.role.param, b.fallback ?? null),
    subject: b.subject,
    selfConcurrent: b.role.selfConcurrent ?? false,
    deviceLocked: b.role.deviceLocked ?? false,
    unbinds: b.role.unbinds ?? false,
    at: b.at,
    via: null,
    groups: [],
    session: b.session ?? null,
  };
}

const CONCURRENT: ReadonlySet<EntryKind> = new Set(['sysfs-store', 'sysfs-show', 'debugfs', 'configfs', 'ioctl', 'export']);

/** The role of functions that no struct member describes. */
export function roleOf(kind: EntryKind, param: number): MemberRole {
  return { kind, param, ...(CONCURRENT.has(kind) ? { selfConcurrent: true as const } : {}) };
}
