import type { FileFacts, FunctionFacts, GlobalFacts, MacroFacts, StructFacts, TypeRef } from '../facts/types';
import { evaluateConstant } from './constants';
import type { Succession } from './succession';
import type { FnDef, LinkOptions } from './types';

/** A global object and the file that defines it. */
export interface GlobalDef {
  file: FileFacts;
  global: GlobalFacts;
}

/** What the names of the linked files mean. */
export interface Symbols {
  files: FileFacts[];
  functions: FnDef[];
  resolve(name: string, from: FileFacts): FnDef | null;
  global(name: string, from: FileFacts): GlobalDef | null;
  globals: GlobalDef[];
  struct(tag: string): StructFacts | null;
  structs(): Iterable<StructFacts>;
  typedef(name: string): TypeRef | null;
  returnType(name: string): TypeRef | null;
  constant(name: string, from: FileFacts): number | null;
  declares(name: string): boolean;
}

/** A definition that stands under #else: it replaces the real one only where the option is off. */
export function isStub(def: { config?: string }): boolean {
  return def.config?.startsWith('!') ?? false;
}

function isHeader(path: string): boolean {
  return path.endsWith('.h');
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) {
    list.push(value);
  } else {
    map.set(key, [value]);
  }
}

/** Length of the common folder prefix: two drivers may export one name, and the nearer one is meant. */
function nearness(a: string, b: string): number {
  const parts = b.split('/');
  let n = 0;
  for (const part of a.split('/')) {
    if (part !== parts[n]) {
      break;
    }
    n++;
  }
  return n;
}

/** The better of two definitions seen from a file: its own, live before stub, then the nearer, then the earlier. */
function choose<T>(candidates: readonly T[], from: string, view: (c: T) => { path: string; stub: boolean }): T | null {
  let best: T | null = null;
  let bestScore = -1;
  for (const candidate of candidates) {
    const { path, stub } = view(candidate);
    const score = (stub ? 0 : 1_000_000) + (path === from ? 10_000 : nearness(path, from));
    if (score > bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}

function defineFunctions(
  files: readonly FileFacts[],
  extra: readonly { file: FileFacts; fn: FunctionFacts }[],
  succession: Succession | null,
): FnDef[] {
  const all: { file: FileFacts; fn: FunctionFacts }[] = [...extra];
  for (const file of files) {
    for (const fn of file.functions) {
      all.push({ file, fn });
    }
  }
  all.sort((a, b) => (a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : a.fn.at - b.fn.at));
  return succession?.takeOver(all) ?? all.map((def, id) => ({ id, ...def }));
}

/** Indexes the names of the files and headers. `extra` are functions that macros stand for. */
export function indexSymbols(
  files: FileFacts[],
  { headers = [], declared }: LinkOptions,
  extra: readonly { file: FileFacts; fn: FunctionFacts }[],
  succession: Succession | null = null,
): Symbols {
  const functions = defineFunctions(files, extra, succession);
  const functionsByName = new Map<string, FnDef[]>();
  const globalsByName = new Map<string, GlobalDef[]>();
  const globals: GlobalDef[] = [];
  const structsByTag = new Map<string, StructFacts>();
  const typedefs = new Map<string, TypeRef>();
  const returns = new Map<string, TypeRef>();
  const macros = new Map<string, { file: FileFacts; macro: MacroFacts }[]>();
  const enumerators = new Map<string, number>();
  const resolved = new Map<string, Map<string, FnDef | null>>();

  for (const def of functions) {
    push(functionsByName, def.fn.name, def);
  }
  for (const file of [...files, ...headers]) {
    for (const s of file.structs) {
      // A forward declaration, or a smaller copy for a stub, must not hide the definition.
      const known = structsByTag.get(s.tag);
      if (!known || known.fields.length < s.fields.length) {
        structsByTag.set(s.tag, s);
      }
    }
    for (const t of file.typedefs) {
      typedefs.set(t.name, t.type);
    }
    for (const macro of file.macros) {
      push(macros, macro.name, { file, macro });
    }
    for (const p of file.prototypes) {
      returns.set(p.name, p.ret);
    }
    for (const fn of file.functions) {
      returns.set(fn.name, fn.ret);
    }
    for (const e of file.enums) {
      let next = 0;
      for (const m of e.members) {
        next = m.value ?? next;
        enumerators.set(m.name, next);
        next++;
      }
    }
    for (const global of file.globals) {
      const def = { file, global };
      globals.push(def);
      push(globalsByName, global.name, def);
    }
  }

  const visible = (path: string, isStatic: boolean, from: string) => !isStatic || path === from || isHeader(path);

  function resolve(name: string, from: FileFacts): FnDef | null {
    const candidates = functionsByName.get(name);
    if (!candidates) {
      return null;
    }
    const only = candidates.length === 1 ? candidates[0] : undefined;
    if (only) {
      return visible(only.file.path, only.fn.static, from.path) ? only : null;
    }
    let cache = resolved.get(from.path);
    if (!cache) {
      cache = new Map();
      resolved.set(from.path, cache);
    }
    const hit = cache.get(name);
    if (hit !== undefined) {
      return hit;
    }
    const seen = candidates.filter((c) => visible(c.file.path, c.fn.static, from.path));
    const best = choose(seen, from.path, (c) => ({ path: c.file.path, stub: isStub(c.fn) }));
    cache.set(name, best);
    return best;
  }

  function global(name: string, from: FileFacts): GlobalDef | null {
    const all = globalsByName.get(name);
    if (!all) {
      return null;
    }
    const candidates = all.filter((c) => visible(c.file.path, c.global.static, from.path));
    const defined = candidates.filter((c) => c.global.defined);
    return choose(defined.length > 0 ? defined : candidates, from.path, (c) => ({ path: c.file.path, stub: false }));
  }

  function constant(name: string, from: FileFacts, depth = 0): number | null {
    const value = enumerators.get(name);
    if (value !== undefined) {
      return value;
    }
    const candidates = (macros.get(name) ?? []).filter((c) => !c.macro.params);
    const best = choose(candidates, from.path, (c) => ({ path: c.file.path, stub: isStub(c.macro) }));
    return best && depth < 16 ? evaluateConstant(best.macro.body, (inner) => constant(inner, best.file, depth + 1)) : null;
  }

  return {
    files,
    functions,
    resolve,
    global,
    globals,
    struct: (tag) => structsByTag.get(tag) ?? null,
    structs: () => structsByTag.values(),
    typedef: (name) => typedefs.get(name) ?? null,
    returnType: (name) => returns.get(name) ?? null,
    constant,
    declares: (name) => functionsByName.has(name) || returns.has(name) || macros.has(name) || (declared?.has(name) ?? false),
  };
}
