import type { FunctionFacts, Node } from '../facts/types';
import type { CallTarget, FnDef, LinkOptions, Program } from './types';
import { isUntyped, type KnownTypes } from './types-of';

type Definition = Omit<FnDef, 'id'>;

/** What is known of a program while another one comes to succeed it. */
export class Succession {
  /** Functions whose bodies change, with what was seen of them; null as long as the definitions are not taken over. */
  private seen: Map<FnDef, string> | null = null;

  constructor(private readonly succeeds: NonNullable<LinkOptions['succeeds']>) {}

  get before(): Program {
    return this.succeeds.program;
  }

  /** The definitions of the program before as those of the next, brought up to date; null where that has other functions. `all`: what its functions are, in order. */
  takeOver(all: readonly Definition[]): FnDef[] | null {
    const { functions } = this.before;
    const pairs = functions.map((def, i) => ({ def, next: all[i] }));
    const isSame =
      functions.length === all.length &&
      pairs.every(({ def, next }) => next && def.file.path === next.file.path && hasHead(def.fn, next.fn));
    if (!isSame) return null;
    const changed = pairs.flatMap(({ def, next }) => (next && hasBody(def.fn, next.fn) ? [] : [def]));
    this.seen = new Map(changed.map((fn) => [fn, seenFromOutside(this.before, fn)]));
    this.succeeds.changed(changed);
    for (const { def, next } of pairs) if (next) Object.assign(def, next);
    return [...functions];
  }

  /** What was known of the types in functions whose bodies are the same; null where that is of no use to the next program. */
  types(declarations: readonly object[], { variables, expressions }: KnownTypes): KnownTypes | null {
    if (!this.seen || !this.keepsTypes(declarations)) return null;
    for (const { id } of this.seen.keys()) {
      variables.delete(id);
      delete expressions[id];
    }
    return { variables, expressions };
  }

  /** Functions whose bodies have changed, where the program follows the one before. */
  followed(after: Program): ReadonlySet<FnDef> | null {
    const { seen, before } = this;
    if (!seen || !this.keepsTypes(after.declarations)) return null;
    const changed = new Set(seen.keys());
    const isAlike = [...seen].every(([fn, said]) => seenFromOutside(after, fn) === said) && callsAlike(before, after, changed);
    return isAlike ? changed : null;
  }

  /** Types in functions whose bodies are the same are the same: so are the declarations, and no changed body tells the type of what its function returns. */
  private keepsTypes(declarations: readonly object[]): boolean {
    return isSameList(this.before.declarations, declarations) && ![...(this.seen?.keys() ?? [])].some((fn) => isUntyped(fn.fn.ret));
  }
}

function hasHead(a: FunctionFacts, b: FunctionFacts): boolean {
  return a === b || (a.name === b.name && head(a) === head(b));
}

function head({ static: own, inline, ret, params, macro, config }: FunctionFacts): string {
  return JSON.stringify([own, inline, ret, params, macro, config]);
}

function hasBody(a: FunctionFacts, b: FunctionFacts): boolean {
  return (
    a === b || (isLike(a.locals, b.locals) && a.nodes.length === b.nodes.length && a.nodes.every((n, i) => isLike(n, b.nodes[i] as Node)))
  );
}

/** The data are the same, their places in the text aside. */
function isLike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a).filter((key) => key !== 'at' && key !== 'end');
  const others = Object.keys(b).filter((key) => key !== 'at' && key !== 'end');
  return keys.length === others.length && keys.every((key) => key in b && isLike(a[key as keyof typeof a], b[key as keyof typeof b]));
}

function isSameList(a: readonly object[], b: readonly object[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

/** What other functions' casts rest upon in a function's body, besides whom calls reach. */
function seenFromOutside(program: Program, fn: FnDef): string {
  return JSON.stringify(program.wrapper(fn));
}

/** The calls of all functions but the `changed` ones reach the same functions in a program and in the one that succeeds it. */
function callsAlike(before: Program, after: Program, changed: ReadonlySet<FnDef>): boolean {
  return after.functions.every(
    (fn) => changed.has(fn) || fn.fn.nodes.every((n, i) => n.k !== 'call' || areSame(before.targets(fn, i), after.targets(fn, i))),
  );
}

function areSame(a: readonly CallTarget[], b: readonly CallTarget[]): boolean {
  return a.length === b.length && a.every((target, i) => isSame(target, b[i] as CallTarget));
}

function isSame(a: CallTarget, b: CallTarget): boolean {
  return a.fn === b.fn && a.via === b.via && a.argMap.length === b.argMap.length && a.argMap.every((arg, i) => arg === b.argMap[i]);
}
