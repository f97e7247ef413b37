import type { Expr, FileFacts, FunctionFacts, Node, StructFacts, TypeRef } from '../facts/types';
import type { EntryKind } from '../kernel/driver-structs';

export type { EntryKind } from '../kernel/driver-structs';

/** One function of the checked files. Ids are dense and in stable order: by path, then by offset. */
export interface FnDef {
  id: number;
  file: FileFacts;
  fn: FunctionFacts;
}

/** A function that a call node may reach. */
export interface CallTarget {
  fn: FnDef;
  /** `callback`: run synchronously by a kernel API that was given the function. */
  via: 'direct' | 'pointer' | 'callback';
  /** Parameter i of the target is argument `argMap[i]` of the call; -1 where the kernel passes something unknown. */
  argMap: number[];
}

/** A call node that may reach a function. */
export interface CallSite {
  fn: FnDef;
  node: number;
  call: Node & { k: 'call' };
  /** As in CallTarget. */
  argMap: number[];
}

/** The functions of one open file, in the order of their calls. */
export interface FileSession {
  open: FnDef | null;
  run: FnDef | null;
  release: FnDef | null;
}

/** A function that the kernel calls, and in which context. */
export interface EntryPoint {
  fn: FnDef;
  kind: EntryKind;
  /** The function's name. */
  name: string;
  /** Struct tag whose device or instance the entry works on: the attribute's owner, the probed device's type, the work's container. Null: unknown. */
  owner: string | null;
  /** Index of the parameter that points to (or into) the owner; -1 where there is none. */
  param: number;
  /** Path of the member of the owner that the parameter points at; '' is the struct itself. */
  path: string;
  /** Name of the sysfs attribute, of the driver struct, of the work member … */
  subject: string;
  /** May run concurrently with itself: two writers of one attribute; never a work item, nor the probe of one device. */
  selfConcurrent: boolean;
  /** The caller holds the device lock of the owner's device: probe, remove, shutdown, bus callbacks. */
  deviceLocked: boolean;
  /** The devres of the owner's device are released after it: ->remove of a driver. */
  unbinds: boolean;
  /** Where the attribute, driver or work is bound to the function. */
  at: { file: string; at: number };
  /**
   * What registers the attribute: `device-type:NAME`, `driver:NAME`, `class:NAME`, `bus:NAME`, `group`, or null where nothing in the
   * checked files does. It decides whose removal drains the handler.
   */
  via: string | null;
  /** The variables by which calls make an attribute that is `via` a group, with the functions that do. */
  groups: readonly { key: string; makers: readonly number[] }[];
  /** What is called for a file that a handler of `struct file_operations` is given: `->open`, the handler, `->release`. Null: it is none. */
  session: FileSession | null;
}

/** A devm action's registration, or the call of a wrapper that registers one. */
export interface DevmRegistration {
  fn: FnDef;
  /** Index of the call node in `fn.fn.nodes`. */
  node: number;
  /** The kernel API that is finally called. */
  api: string;
  /** The device that owns the action, in terms of `fn`. */
  host: Expr;
  /** Every function that the action argument may name. */
  action: FnDef[];
  /** What the action is given, in terms of `fn`. */
  data: Expr;
  /** Struct tag that `data` points to or into; null: unknown. */
  dataTag: string | null;
  /** Member path of the place in `dataTag` that `data` points at: '' is the struct itself. */
  dataPath: string;
}

/** A place where one struct is embedded by value in another. */
export interface Embedder {
  tag: string;
  path: string;
}

/** The files of one tree, linked. Struct tags are written without `struct `. */
export interface Program {
  files: FileFacts[];
  functions: FnDef[];
  /** By name: the same file first, then a live definition before a stub under #else. */
  resolve(name: string, from: FileFacts): FnDef | null;
  struct(tag: string): StructFacts | null;
  /** Type of an expression's value in a function; an address is a pointer. */
  typeOf(e: Expr, fn: FnDef): TypeRef | null;
  fieldType(tag: string, field: string): TypeRef | null;
  /** Value of an enumerator or of a macro that is a simple integer constant. */
  constant(name: string, from: FileFacts): number | null;
  /** Possible targets of a call node; empty where none is known. */
  targets(fn: FnDef, node: number): CallTarget[];
  /** Call nodes that may reach the function, in order of the caller's id. */
  callers(fn: FnDef): readonly CallSite[];
  entryPoints: EntryPoint[];
  registrations: DevmRegistration[];
  /** Structs that embed `tag` by value, transitively, with the member path from the outer struct. */
  embedders(tag: string): Embedder[];
  /** A function that only converts a parameter with container_of (checks aside): `to_foo(dev)`. */
  wrapper(fn: FnDef): { tag: string; member: string; param: number } | null;
  /** Declared or defined (prototype, macro, function) in the headers given or in the checked files. */
  declares(name: string): boolean;
  /** Key of the global that an expression names in a function: the same in all files that mean the same variable; null: it names none. */
  globalKey(e: Expr, fn: FnDef): string | null;
  /** Functions exported with EXPORT_SYMBOL and its like. */
  exported: FnDef[];
  /** What stands for the declarations of the files and headers, in order: equal lists, equal declarations. */
  declarations: readonly object[];
  /**
   * Set where the program follows the one that it succeeds: both declare the same and have the same functions, and all but these, whose bodies differ, answer
   * alike about types, calls and conversions.
   */
  follows: ReadonlySet<FnDef> | null;
}

export interface LinkOptions {
  /** Facts of headers outside the checked files: their structs, macros and prototypes are used. */
  headers?: FileFacts[];
  /** Further names known to be declared. */
  declared?: ReadonlySet<string>;
  /**
   * A program that is asked no more. Where its functions are those of the new one, bodies aside, their definitions go on as the new one's: what holds one of
   * them holds it as it stands now. Before that `changed` is told whose bodies differ.
   */
  succeeds?: { program: Program; changed(functions: readonly FnDef[]): void };
}
