import { Graph } from './graph';
import type { CNode } from './tree';
import type { Expr, Local, TypeRef } from './types';

/** What lowering knows of the file around a function. */
export interface FileScope {
  /** The original text. */
  source: string;
  /** What the dialect replaced at an offset, or undefined. */
  original(offset: number): { kind: string; original: string } | undefined;
  names: Names;
}

/** What the names of a file mean; undefined for those that it does not declare. */
export interface Names {
  /** Type of a member of a struct, by its tag or a typedef's name. */
  member(tag: string, name: string): TypeRef | undefined;
  /** Type of a global variable. */
  global(name: string): TypeRef | undefined;
  /** Type that a function returns. */
  result(name: string): TypeRef | undefined;
}

/** Something to be undone when a scope is left, in reverse order of declaration. */
export interface Cleanup {
  /** Offset of the declaration. */
  at: number;
  run(exitAt: number): void;
}

export interface Scope {
  node: CNode;
  names: Map<string, Local>;
  cleanups: Cleanup[];
}

/** Where `break` and `continue` go; leaving unwinds the scopes above `depth`. */
export interface JumpTarget {
  break: number;
  continue?: number;
  depth: number;
}

/** The mutually recursive parts of lowering; bound together in function.ts. */
export interface Lowering {
  /** Lowers an expression for its value. */
  value(body: Body, node: CNode): Expr;
  /** Lowers an expression for its effect. */
  effect(body: Body, node: CNode): void;
  /** Lowers a condition to jumps. */
  condition(body: Body, node: CNode, onTrue: number, onFalse: number): void;
  call(body: Body, node: CNode): Expr;
  statement(body: Body, node: CNode): void;
  /** Lowers a loop and the question behind it whether it came to its end. */
  search(body: Body, loop: CNode, question: CNode): void;
  /** Lowers a block; its value is that of its last expression statement. */
  blockValue(body: Body, node: CNode): Expr;
}

/** The state of lowering one function body. */
export class Body {
  graph = new Graph();
  readonly locals: Local[] = [];
  readonly scopes: Scope[] = [];
  readonly targets: JumpTarget[] = [];
  /** goto labels: graph label and offset. */
  readonly gotos = new Map<string, { label: number; at: number }>();
  /** Labels of the case statements of the enclosing switches. */
  readonly cases = new Map<CNode, number>();
  private readonly used = new Set<string>();
  private temporaries = 0;

  constructor(
    readonly file: FileScope,
    readonly lower: Lowering,
    /** Names of locals whose address is taken somewhere in the function. */
    private readonly taken: ReadonlySet<string>,
  ) {}

  text(node: CNode): string {
    return this.file.source.slice(node.start, node.end);
  }

  /** Its address is taken, or a member of it is accessed though it is no pointer. */
  private livesInMemory(name: string, type: TypeRef): boolean {
    return this.taken.has(name) || (type.pointers === 0 && this.taken.has(`.${name}`));
  }

  /** Declares a variable in the innermost scope under a name no other local of the function has. */
  declare(name: string, type: TypeRef): Local {
    let unique = name;
    for (let n = 2; this.used.has(unique); n++) unique = `${name}#${n}`;
    this.used.add(unique);
    const local: Local = { name: unique, type };
    if (type.array || this.isAggregate(type) || this.livesInMemory(name, type)) local.memory = true;
    this.locals.push(local);
    this.scopes.at(-1)?.names.set(name, local);
    return local;
  }

  /** A parameter: like `declare`, but not listed among the locals. */
  declareParam(name: string, type: TypeRef): Local {
    const local: Local = { name, type };
    this.used.add(name);
    this.scopes.at(-1)?.names.set(name, local);
    return local;
  }

  isAggregate(type: TypeRef): boolean {
    return type.pointers === 0 && !type.fn && /^(struct|union) |^$/.test(type.base);
  }

  isTaken(name: string): boolean {
    return this.taken.has(name);
  }

  temp(type: TypeRef = { base: 'int', pointers: 0 }): string {
    const name = `$${++this.temporaries}`;
    this.locals.push({ name, type });
    return name;
  }

  /** Takes back the temporary made last. */
  forgetTemp(): void {
    this.locals.pop();
    this.temporaries--;
  }

  lookup(name: string): Local | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const local = this.scopes[i]?.names.get(name);
      if (local) return local;
    }
    return undefined;
  }

  set(dst: string, src: Expr, at: number): void {
    const last = this.graph.last;
    // `x = f()`: the call binds x itself, its temporary was made just now and is read nowhere else.
    if (
      src.k === 'var' &&
      src.name.startsWith('$') &&
      last?.k === 'call' &&
      last.dst === src.name &&
      this.locals.at(-1)?.name === src.name
    ) {
      last.dst = dst;
      this.forgetTemp();
      return;
    }
    this.graph.emit({ k: 'set', dst, src, at });
  }

  /** An expression that later steps cannot change: itself where it is constant or a local's address, else a temporary set to it. */
  saved(e: Expr, at: number, type?: TypeRef): Expr {
    if (e.k === 'num' || e.k === 'str' || e.k === 'unknown' || e.k === 'global' || e.k === 'local') return e;
    if (e.k === 'var' && e.name.startsWith('$')) return e;
    const name = this.temp(type);
    this.graph.emit({ k: 'set', dst: name, src: e, at });
    return { k: 'var', name };
  }

  /** The variable with a unique name, parameters included. */
  lookupUnique(name: string): Local | undefined {
    return this.locals.find((local) => local.name === name) ?? this.lookup(name);
  }

  /** Lowers something for its type only: what it emits is dropped. */
  dry<T>(run: () => T): T {
    const { graph, temporaries } = this;
    const locals = this.locals.length;
    this.graph = new Graph();
    const result = run();
    this.graph = graph;
    this.temporaries = temporaries;
    this.locals.length = locals;
    return result;
  }

  enter(node: CNode): Scope {
    const scope: Scope = { node, names: new Map(), cleanups: [] };
    this.scopes.push(scope);
    return scope;
  }

  /** Leaves the innermost scope at `at`, running its cleanups if control gets there. */
  leave(at: number): void {
    const scope = this.scopes.at(-1);
    if (scope && this.graph.reachable) for (const cleanup of scope.cleanups.toReversed()) cleanup.run(at);
    this.scopes.pop();
  }

  /** Runs the cleanups of all scopes above `depth`, innermost first, for a jump at `at`. */
  unwind(depth: number, at: number): void {
    for (let i = this.scopes.length - 1; i >= depth; i--) {
      for (const cleanup of this.scopes[i]?.cleanups.toReversed() ?? []) cleanup.run(at);
    }
  }

  get hasCleanups(): boolean {
    return this.scopes.some((scope) => scope.cleanups.length > 0);
  }
}
