import type { DevmRegistration, EntryPoint, FnDef } from '../program/types';

/** An object type, the function that tears it down, and every path that can build or end it. */
export interface Lifetime {
  action: FnDef;
  /** Struct tag of the object. */
  tag: string;
  /** The action unregisters the object itself, not something that the object uses. */
  endsObject: boolean;
  /** Registrations as a devm action; empty where the owner keeps the objects itself. */
  registrations: DevmRegistration[];
  /** Structs whose attributes, containers or removal govern the object. */
  owners: Set<string>;
  constructors: EntryPoint[];
  releasers: EntryPoint[];
  users: EntryPoint[];
  /** Actions that the unbind of a host runs besides the object's own, newest first: teardowns of owners. */
  ownerActions: DevmRegistration[];
  /** Those of them that are added after the object's own, to the same device: its unbind runs them before. */
  newerActions: ReadonlySet<DevmRegistration>;
  /**
   * Where only the unbind of the host ends the object: members of other structs that hold pointers to it, as `tag.member`, and the entries of
   * others that come by it through these or look it up.
   */
  stored?: { cells: ReadonlySet<string>; finders: EntryPoint[] };
  /** Threads of work items on the object or its owners. */
  works: EntryPoint[];
}
