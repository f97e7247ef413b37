import type { Expr, FunctionFacts } from '../facts/types';
import { effectOf } from '../kernel';
import { GENERIC_TAGS } from '../kernel/generic-types';
import type { FnDef, Program } from '../program/types';
import { childStructs } from './children';

/** Something whose enclosing object is not known. */
export const UNKNOWN_ROOT = '?';

/** The struct a typed pointer certainly points to, null when its type is one that others embed, or no struct. */
export function concreteTag(type: { base: string; pointers: number } | null): string | null {
  if (type?.pointers !== 1) return null;
  const match = /^(?:struct|union)\s+(\w+)$/.exec(type.base);
  const tag = match?.[1];
  return tag && !GENERIC_TAGS.has(tag) ? tag : null;
}

const tags = new WeakMap<object, ReadonlyMap<string, string | null>>();

/** Tags of what the variables of a function point to, as they are declared. */
function variableTags(fn: FunctionFacts): ReadonlyMap<string, string | null> {
  let known = tags.get(fn.locals);
  if (!known) {
    // Of two of one name the parameter counts.
    known = new Map([...fn.locals.toReversed(), ...fn.params].map(({ name, type }): [string, string | null] => [name, concreteTag(type)]));
    tags.set(fn.locals, known);
  }
  return known;
}

/**
 * Which driver structs a pointer expression may point to or into: a
 * flow-insensitive, inclusion-based analysis over locals, parameters and
 * results. It serves slicing only; exploration decides what a pointer is.
 */
export class Roots {
  private readonly sets = new Map<string, Set<string>>();
  private readonly edges = new Map<string, string[]>();
  /** Answers by function and expression: every lifetime asks them. */
  private readonly answers: WeakMap<Expr, ReadonlySet<string>>[] = [];

  constructor(private readonly program: Program) {
    for (const fn of program.functions) this.collect(fn);
    for (const registration of program.registrations)
      for (const action of registration.action) this.flow(registration.data, registration.fn, this.param(action, 0));
    this.propagate([...this.sets.keys()]);
    this.propagate(this.findChildren());
  }

  /** Tags, and `?` for what cannot be told. */
  of(e: Expr, fn: FnDef): ReadonlySet<string> {
    let answers = this.answers[fn.id];
    if (!answers) {
      answers = new WeakMap();
      this.answers[fn.id] = answers;
    }
    let known = answers.get(e);
    if (!known) {
      const out = new Set<string>();
      this.sources(
        e,
        fn,
        (tag) => out.add(tag),
        (node) => {
          for (const tag of this.sets.get(node) ?? []) out.add(tag);
        },
      );
      known = out;
      answers.set(e, known);
    }
    return known;
  }

  /** Both answer alike for all functions but the `changed` ones, as far as those are the same. */
  agrees(other: Roots, changed: ReadonlySet<FnDef>): boolean {
    const ids = new Set([...changed].map((fn) => fn.id));
    const isOf = (node: string) => ids.has(Number.parseInt(node.startsWith('ret:') ? node.slice('ret:'.length) : node, 10));
    const has = (sets: ReadonlyMap<string, ReadonlySet<string>>, node: string, tags: ReadonlySet<string>) => {
      const theirs = sets.get(node);
      return (theirs?.size === tags.size && [...tags].every((tag) => theirs.has(tag))) || isOf(node);
    };
    return (
      [...this.sets].every(([node, tags]) => has(other.sets, node, tags)) &&
      [...other.sets.keys()].every((node) => this.sets.has(node) || isOf(node))
    );
  }

  private param(fn: FnDef, index: number): string | null {
    const param = fn.fn.params[index];
    return param ? `${fn.id}:${param.name}` : null;
  }

  private add(node: string, tag: string): void {
    const set = this.sets.get(node);
    if (set) set.add(tag);
    else this.sets.set(node, new Set([tag]));
  }

  private flow(e: Expr, fn: FnDef, to: string | null): void {
    if (!to) return;
    this.sources(
      e,
      fn,
      (tag) => this.add(to, tag),
      (from) => {
        const list = this.edges.get(from);
        if (list) list.push(to);
        else this.edges.set(from, [to]);
      },
    );
  }

  private sources(e: Expr, fn: FnDef, tag: (tag: string) => void, node: (node: string) => void): void {
    switch (e.k) {
      case 'var': {
        const known = variableTags(fn.fn).get(e.name);
        if (known) tag(known);
        else node(`${fn.id}:${e.name}`);
        return;
      }
      case 'field':
      case 'index':
        return this.sources(e.base, fn, tag, node);
      case 'load': {
        const type = this.program.typeOf(e, fn);
        const known = concreteTag(type);
        if (known) tag(known);
        else if (!type || type.pointers > 0) tag(UNKNOWN_ROOT);
        return;
      }
      case 'cast': {
        const known = concreteTag(e.type);
        if (known) tag(known);
        else this.sources(e.e, fn, tag, node);
        return;
      }
      case 'container':
        return tag(e.tag);
      case 'bin':
        return this.sources(e.l, fn, tag, node);
      default:
    }
  }

  private collect(fn: FnDef): void {
    fn.fn.nodes.forEach((n, index) => {
      if (n.k === 'set') this.flow(n.src, fn, `${fn.id}:${n.dst}`);
      else if (n.k === 'return' && n.value) {
        const known = concreteTag(fn.fn.ret);
        if (known) this.add(`ret:${fn.id}`, known);
        else this.flow(n.value, fn, `ret:${fn.id}`);
      } else if (n.k === 'call') {
        const dst = n.dst ? `${fn.id}:${n.dst}` : null;
        const targets = this.program.targets(fn, index);
        for (const target of targets) {
          target.argMap.forEach((arg, i) => {
            const value = arg < 0 ? undefined : n.args[arg];
            if (value) this.flow(value, fn, this.param(target.fn, i));
            else {
              const to = this.param(target.fn, i);
              if (to) this.add(to, UNKNOWN_ROOT);
            }
          });
          if (dst && target.via !== 'callback') this.link(`ret:${target.fn.id}`, dst);
        }
        if (dst && typeof n.callee === 'string' && !targets.some((t) => t.via !== 'callback')) this.result(n.callee, n.args, fn, dst);
      }
    });
  }

  private link(from: string, to: string): void {
    const list = this.edges.get(from);
    if (list) list.push(to);
    else this.edges.set(from, [to]);
  }

  private result(callee: string, args: Expr[], fn: FnDef, dst: string): void {
    const effect = effectOf(callee);
    const from =
      effect?.op === 'get'
        ? args[effect.obj]
        : effect?.op === 'same'
          ? args[effect.value]
          : effect?.op === 'device-create'
            ? args[effect.data]
            : undefined;
    if (from) return this.flow(from, fn, dst);
    if (effect?.op === 'alloc')
      for (const arg of args)
        if (arg.k === 'cast')
          this.sources(
            { ...arg, type: { ...arg.type, pointers: 1 } },
            fn,
            (t) => this.add(dst, t),
            () => undefined,
          );
    if (!effect || effect.op === 'find-child' || effect.op === 'find-device' || effect.op === 'load-container' || effect.op === 'erase')
      this.add(dst, UNKNOWN_ROOT);
  }

  /**
   * Lookups among the children of a struct's device return, and iterators over them call with, structs whose device has that one for its
   * parent. Returns the variables that have more tags now.
   */
  private findChildren(): string[] {
    const childrenOf = childStructs(this.program, (e, fn) => [...this.of(e, fn)].filter((tag) => tag !== UNKNOWN_ROOT));
    const found: string[] = [];
    for (const fn of this.program.functions)
      fn.fn.nodes.forEach((n, i) => {
        const effect = n.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
        if (n.k !== 'call' || (effect?.op !== 'find-child' && effect?.op !== 'for-each-child')) return;
        const parent = n.args[effect.parent];
        const tags = parent ? childrenOf(parent, fn) : [];
        const called = this.program
          .targets(fn, i)
          .filter(({ via }) => via === 'callback')
          .flatMap(({ fn: target, argMap }) => argMap.map((arg, at) => (arg < 0 ? this.param(target, at) : null)));
        const result = effect.op === 'find-child' && n.dst !== undefined ? `${fn.id}:${n.dst}` : null;
        for (const node of [result, ...called])
          if (node !== null && tags.length > 0) {
            for (const tag of tags) this.add(node, tag);
            found.push(node);
          }
      });
    this.answers.length = 0;
    return found;
  }

  private propagate(work: string[]): void {
    while (work.length > 0) {
      const from = work.pop() as string;
      const tags = this.sets.get(from) ?? [];
      for (const to of this.edges.get(from) ?? []) {
        const before = this.sets.get(to)?.size ?? 0;
        for (const tag of tags) this.add(to, tag);
        if ((this.sets.get(to)?.size ?? 0) > before) work.push(to);
      }
    }
  }
}
