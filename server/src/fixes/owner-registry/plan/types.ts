import type { FnDef } from '../../../program/types';

/** A precondition that does not hold, as the user reads it. */
export class Unmet extends Error {}

/** Names the precondition that failed; the fix is refused with it. */
export function unmet(reason: string): never {
  throw new Unmet(reason);
}

/** A node of a function: index into `fn.fn.nodes`. */
export interface Site {
  fn: FnDef;
  node: number;
}

/** The struct that is to keep the objects, and where its life begins and ends. */
export interface OwnerPlan {
  tag: string;
  /** Function or macro that takes its `struct device *`. */
  conversion: string;
  /** Member of the object that is its device, child of the owner's. */
  objectDevice: string;
  allocations: Site[];
  /** The calls that free it, in its release. */
  frees: Site[];
  /** The calls that unregister it, in its devm action. */
  removals: OwnerRemoval[];
}

export interface OwnerRemoval extends Site {
  /** Function that tells whether a device is one of this owner; null where the action is only registered for this type. */
  predicate: string | null;
}

/** What an object is filed under: a member, unique because the name of the object's device is made from it. */
export interface IdentityPlan {
  member: string;
  /** The name's printf format with its quotes: one conversion, at the end. */
  format: string;
}

/** Which functions run under the lock, and which take it. */
export interface PathsPlan {
  registrations: Site[];
  /** Hand the object back to their caller: the caller holds the lock around the call. */
  under: FnDef[];
  /** Where a dead owner is refused: the one function that every creation passes first. */
  gate: FnDef;
  /** Functions that take the lock, with the calls that need it. */
  creators: { fn: FnDef; calls: number[] }[];
  /** Handlers that look an object up and release it. */
  deleters: Site[];
  /** Releases by functions that run under the lock. */
  unwinds: Site[];
}

export interface NamesPlan {
  container: string;
  lock: string;
  /** The lock is there and is held around construction already. */
  lockExists: boolean;
  dead: string;
  kill: string;
  /** Plural of what is kept, for comments. */
  plural: string;
}

export interface Plan {
  tag: string;
  action: FnDef;
  owner: OwnerPlan;
  /** Null where objects have no unique number: the container is a list then. */
  identity: IdentityPlan | null;
  /** Member that links the object into a list. */
  node: string;
  paths: PathsPlan;
  names: NamesPlan;
}
