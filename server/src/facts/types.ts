/**
 * The facts of one C file: plain, serialisable data. No syntax node outlives
 * the extraction, so facts can be cached by content hash and compared.
 *
 * Offsets (`at`, `end`) are UTF-16 offsets into the file's original text.
 * What a macro expansion defines carries the offsets of its invocation.
 */

/** A C type as far as lifetimes need it: base name, pointer depth, arrays. */
export interface TypeRef {
  /** `struct foo`, `union foo`, `enum foo`, `int`, `void`, or a typedef's name. */
  base: string;
  pointers: number;
  array?: true;
  /** A function or a pointer to one. */
  fn?: true;
}

/**
 * Pure expressions: no call, no side effect. Memory is read by `load` from an
 * address; `a->b` is load(field(var a, b)), `&a->b` is field(var a, b).
 */
export type Expr =
  | { k: 'num'; v: number }
  | { k: 'str' }
  /** A scalar local or parameter whose address is never taken. */
  | { k: 'var'; name: string }
  /** Address of a local that is an aggregate or has its address taken. */
  | { k: 'local'; name: string }
  /** Address of a global object, or a function, an enumerator or a macro constant: any identifier that is no local. */
  | { k: 'global'; name: string }
  /** Address of member `name` of what `base` (an address) points to. */
  | { k: 'field'; base: Expr; name: string }
  /** Address of an element: `base` is the address of the first element. */
  | { k: 'index'; base: Expr; index: Expr }
  | { k: 'load'; addr: Expr }
  | { k: 'un'; op: '!' | '-' | '~'; e: Expr }
  | { k: 'bin'; op: string; l: Expr; r: Expr }
  | { k: 'cast'; type: TypeRef; e: Expr }
  /** container_of(e, struct tag, member); `member` may be dotted. */
  | { k: 'container'; e: Expr; tag: string; member: string }
  /** sizeof, compound literals, and everything else without a value we model. */
  | { k: 'unknown' };

/**
 * One step of a function's control-flow graph. `next`, `then`, `else`, `body`
 * and `done` are indices into `FunctionFacts.nodes`.
 */
export type Node =
  | { k: 'set'; dst: string; src: Expr; at: number; next: number }
  /** `rmw`: `x += 1`, `x++`, `x |= y`, the old value is read too. */
  | { k: 'store'; addr: Expr; src: Expr; at: number; next: number; rmw?: true }
  /**
   * A call. `callee` is a name, or an expression for a call through a pointer.
   * Pseudo-callees that lowering makes from cleanup.h constructs:
   * `guard:CLASS` / `unguard:CLASS` (guard, scoped_guard, scoped_cond_guard, ACQUIRE, CLASS; the result of
   * `guard:` is 0 or the error of a conditional class), `free:NAME` (`__free(NAME)`).
   * `implicit` marks those that run at a scope's exit: `at` is then the exit (return, goto, closing brace).
   */
  | { k: 'call'; dst?: string; callee: string | Expr; args: Expr[]; at: number; end: number; next: number; implicit?: true }
  | { k: 'branch'; cond: Expr; at: number; then: number; else: number }
  /**
   * Iteration macro: on each visit either binds `dst` to the next element and goes to `body`, or goes to `done`. args[0] is the container,
   * args[1], where there is one, holds the index of the element.
   */
  | {
      k: 'iter';
      macro: string;
      dst?: string;
      args: Expr[];
      /** Member name argument of list_for_each_entry and its like. */
      member?: string;
      at: number;
      end: number;
      body: number;
      done: number;
    }
  | { k: 'return'; value?: Expr; at: number }
  /** A construct that lowering does not understand: verdicts that pass it are incomplete. */
  | { k: 'opaque'; what: string; at: number; next: number };

export interface Local {
  name: string;
  type: TypeRef;
  /** Aggregate or address taken: lives in memory and is reached by `local` addresses. */
  memory?: true;
}

export interface FunctionFacts {
  name: string;
  /** Start of the whole definition, its end, and the start of its name. */
  at: number;
  end: number;
  nameAt: number;
  static: boolean;
  inline: boolean;
  ret: TypeRef;
  params: { name: string; type: TypeRef }[];
  locals: Local[];
  /** nodes[0] is the entry. */
  nodes: Node[];
  /** Name of the macro whose expansion defined it. */
  macro?: string;
  /** Preprocessor branch: '!CONFIG_X' where it stands under #else of #ifdef/#if IS_ENABLED(CONFIG_X). */
  config?: string;
}

export interface FieldFacts {
  name: string;
  type: TypeRef;
  at: number;
  bits?: true;
}

export interface StructFacts {
  tag: string;
  kind: 'struct' | 'union';
  at: number;
  end: number;
  /** Members of anonymous structs and unions are flattened into their parent. Named inner structs get the tag `outer.field`. */
  fields: FieldFacts[];
}

/** One initialised member of a global, path from the outermost object: `probe`, `driver.name`, `0`, `attrs.3`. */
export interface InitEntry {
  path: string;
  value: Expr;
  at: number;
}

export interface GlobalFacts {
  name: string;
  type: TypeRef;
  at: number;
  end: number;
  static: boolean;
  /** Defined here, not `extern`. */
  defined: boolean;
  init: InitEntry[];
  macro?: string;
}

/** A macro invocation at top level that is no function definition: DEVICE_ATTR_RW(x), module_init(f), EXPORT_SYMBOL_GPL(f) … */
export interface Invocation {
  macro: string;
  args: string[];
  at: number;
  end: number;
}

export interface MacroFacts {
  name: string;
  /** Absent for object-like macros. */
  params?: string[];
  body: string;
  at: number;
  config?: string;
}

export interface ParseError {
  at: number;
  line: number;
  kind: 'ERROR' | 'MISSING';
  text: string;
  /** Inside a function body, struct, initializer or attribute definition. */
  inside: boolean;
}

export interface FileFacts {
  /** Path relative to the tree's root, with `/`. */
  path: string;
  /** Content hash of the text the facts come from. */
  hash: string;
  lineStarts: number[];
  functions: FunctionFacts[];
  /** Names of functions declared but not defined here, with what is known of their type. */
  prototypes: { name: string; ret: TypeRef; params: { name: string; type: TypeRef }[]; at: number }[];
  structs: StructFacts[];
  enums: { tag?: string; members: { name: string; value?: number; at: number }[] }[];
  typedefs: { name: string; type: TypeRef }[];
  globals: GlobalFacts[];
  macros: MacroFacts[];
  invocations: Invocation[];
  includes: { path: string; angled: boolean; at: number }[];
  errors: ParseError[];
}
