import type { Expr } from '../facts/types';
import type { FnDef, Program } from '../program/types';
import { concreteTag } from './roots';

/**
 * Members that are set to one global's address and never to another, such as
 * `dev.type` of a struct that has one device_type: constants of the type.
 */
export class Finals {
  private readonly stores = new Map<string, Set<string>>();
  private heard: Map<string, string | null> | null = null;

  constructor(private readonly program: Program) {
    for (const fn of program.functions) this.collect(fn);
  }

  /** Name of the global, or null where there is none or more than one. */
  of(tag: string, path: string): string | null {
    const exact = this.stores.get(`${tag}:${path}`) ?? this.inner(tag, path);
    const answer = exact.size === 1 ? ([...exact][0] as string) : null;
    this.heard?.set(`${tag}:${path}`, answer);
    return answer;
  }

  /** Notes what `of` is asked from here on, with its answers, until it is told to note elsewhere or nowhere. */
  listen(heard: Map<string, string | null> | null): void {
    this.heard = heard;
  }

  /** Whether questions that were asked of another version of the program have the same answers. */
  agrees(heard: ReadonlyMap<string, string | null>): boolean {
    for (const [question, answer] of heard) {
      const [tag = '', path = ''] = question.split(':');
      if (this.of(tag, path) !== answer) return false;
    }
    return true;
  }

  /** What is stored through pointers to the embedded structs along the path. */
  private inner(tag: string, path: string): Set<string> {
    const out = new Set<string>();
    const parts = path.split('.');
    let at: string | undefined = tag;
    for (let i = 0; i < parts.length - 1 && at; i++) {
      const type = this.program.fieldType(at, parts[i] as string);
      at = type && type.pointers === 0 ? /^struct (\w+)$/.exec(type.base)?.[1] : undefined;
      for (const name of (at && this.stores.get(`${at}:${parts.slice(i + 1).join('.')}`)) || []) out.add(name);
    }
    return out;
  }

  private collect(fn: FnDef): void {
    const sets = new Map<string, Expr | null>();
    for (const n of fn.fn.nodes) {
      if (n.k === 'set') sets.set(n.dst, sets.has(n.dst) && !same(sets.get(n.dst), n.src) ? null : n.src);
      else if ((n.k === 'call' || n.k === 'iter') && n.dst) sets.set(n.dst, null);
    }
    for (const n of fn.fn.nodes) {
      if (n.k !== 'store' || n.src.k !== 'global') continue;
      const place = this.place(n.addr, fn, sets, 0);
      if (!place) continue;
      const key = `${place.tag}:${place.path}`;
      const set = this.stores.get(key);
      if (set) set.add(n.src.name);
      else this.stores.set(key, new Set([n.src.name]));
    }
  }

  private place(addr: Expr, fn: FnDef, sets: Map<string, Expr | null>, depth: number): { tag: string; path: string } | null {
    if (addr.k === 'field') {
      const base = this.place(addr.base, fn, sets, depth);
      return base && { tag: base.tag, path: base.path ? `${base.path}.${addr.name}` : addr.name };
    }
    if (addr.k !== 'var') return null;
    const src = fn.fn.params.some((p) => p.name === addr.name) ? null : sets.get(addr.name);
    const outer = src?.k === 'field' && depth < 8 ? this.place(src, fn, sets, depth + 1) : null;
    if (outer) return outer;
    const tag = concreteTag(this.program.typeOf(addr, fn));
    return tag ? { tag, path: '' } : null;
  }
}

function same(a: Expr | null | undefined, b: Expr): boolean {
  return a !== null && JSON.stringify(a) === JSON.stringify(b);
}
