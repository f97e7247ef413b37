import type { Expr } from '../facts/types';
import { FILE_DATA } from '../kernel/drvdata';
import { castsOf } from '../lifetimes/casts';
import { type Release, releaseOf } from '../lifetimes/release';
import { concreteTag, type Roots, UNKNOWN_ROOT } from '../lifetimes/roots';
import { holderOf } from '../lifetimes/stored';
import { perFunction } from '../program/per-function';
import type { FnDef, Program } from '../program/types';
import { basePointer } from './expr';

/** With the devres of its host, or after the ->remove that ends the object. */
export type Managed = 'devres' | 'remove';

/** The lifetime that is explored: objects of one struct, and the function that tears them down. */
export interface Subject {
  /** Struct tag of the object. */
  tag: string;
  /** The devm action or, where none is devm, the function that unregisters the object. */
  action: FnDef;
  /** Struct tags whose attributes, containers or removal govern the object. */
  owners: ReadonlySet<string>;
  /** The action ends the object itself; otherwise only the action's own releases are explored, and the object's memory is taken to stay. */
  endsObject: boolean;
  /** When memory from devm_kzalloc() goes; null: it is taken to stay. */
  managed: Managed | null;
  /** Members that hold pointers to the object, as `tag.member`; absent where they are not followed. */
  cells?: ReadonlySet<string>;
}

/** Classes of the addresses in a function, as far as they were asked for: the same for every subject. */
const classesIn = perFunction((): WeakMap<Expr, string | null> => new WeakMap());

/** Answers, for one subject, whether an expression may mean its object or one of its owners. */
export class SubjectView {
  private readonly objectTags: Set<string>;
  private readonly ownerTags: Set<string>;
  private readonly mention = new Map<number, boolean>();
  private readonly cells = new WeakMap<Expr, boolean>();
  private readonly casts = new Map<string, string[]>();

  private released: Release | null = null;

  constructor(
    readonly subject: Subject,
    readonly program: Program,
    readonly roots: Roots,
  ) {
    this.objectTags = this.family([subject.tag]);
    this.ownerTags = this.family([...subject.owners]);
  }

  /** A struct, what embeds it, and what it embeds. */
  private family(tags: string[]): Set<string> {
    const out = new Set(tags);
    for (const tag of tags) {
      for (const outer of this.program.embedders(tag)) out.add(outer.tag);
      const inside = [tag];
      while (inside.length > 0) {
        const struct = this.program.struct(inside.pop() as string);
        for (const field of struct?.fields ?? []) {
          const inner = field.type.pointers === 0 && !field.type.array ? concreteTag({ ...field.type, pointers: 1 }) : null;
          if (inner && !out.has(inner) && this.program.struct(inner)) {
            out.add(inner);
            inside.push(inner);
          }
        }
      }
    }
    return out;
  }

  /** Path of the struct device that the subject's struct embeds; '' when it has none. */
  get devicePath(): string {
    return this.program.embedders('device').find((e) => e.tag === this.subject.tag)?.path ?? '';
  }

  /** What the last put of the object's device does to its memory. */
  get release(): Release {
    this.released ??= releaseOf(this.program, this.roots, this.subject.tag);
    return this.released;
  }

  isObjectTag(tag: string | null): boolean {
    return tag !== null && this.objectTags.has(tag);
  }

  /** The function has a variable, parameter or result of the object's own type. */
  mentions(fn: FnDef): boolean {
    let known = this.mention.get(fn.id);
    if (known === undefined) {
      const own = (type: { base: string; pointers: number }) => concreteTag({ ...type, pointers: 1 }) === this.subject.tag;
      known =
        own(fn.fn.ret) || fn.fn.params.some((p) => own(p.type)) || fn.fn.locals.some((l) => own(l.type)) || fn === this.subject.action;
      this.mention.set(fn.id, known);
    }
    return known;
  }

  /** May the pointer be to or into the object? */
  isObject(e: Expr | undefined, fn: FnDef): boolean {
    if (!e) return false;
    const roots = this.roots.of(e, fn);
    for (const root of roots) if (this.objectTags.has(root)) return true;
    return roots.has(UNKNOWN_ROOT) && this.mentions(fn) && this.castsAllow(e, fn);
  }

  /** A pointer of unknown origin that is only ever converted to other structs is no object of the subject. */
  castsAllow(e: Expr, fn: FnDef): boolean {
    const base = basePointer(e);
    if (base.k !== 'var') return true;
    const casts = this.castsOf(base.name, fn);
    return casts.length === 0 || casts.some((tag) => this.objectTags.has(tag));
  }

  private castsOf(name: string, fn: FnDef): string[] {
    const key = `${fn.id}:${name}`;
    let known = this.casts.get(key);
    if (known) return known;
    known = castsOf(this.program, fn, name);
    this.casts.set(key, known);
    return known;
  }

  /** The pointer is typed as (part of) the object: what the function does with it touches the object's memory. */
  isTypedObject(e: Expr | undefined, fn: FnDef): boolean {
    if (!e) return false;
    for (const root of this.roots.of(e, fn)) if (this.objectTags.has(root)) return true;
    return false;
  }

  /** The pointer comes from another object's memory: which reference backs it is that object's affair. */
  isStored(e: Expr | undefined, fn: FnDef): boolean {
    if (!e) return false;
    const base = basePointer(e);
    if (base.k === 'load') return !this.isCell(base.addr, fn) && !this.isFileData(base.addr, fn);
    return base.k === 'var' && this.isStoredVariable(base.name, fn);
  }

  /** All that the variable, and those that it is set from, are ever set to is read from other objects' memory, or NULL. */
  private isStoredVariable(name: string, fn: FnDef): boolean {
    const names = new Set([name]);
    for (const one of names) {
      if (fn.fn.params.some((p) => p.name === one)) return false;
      let isSet = false;
      for (const n of fn.fn.nodes) {
        if ((n.k !== 'set' && n.k !== 'call' && n.k !== 'iter') || n.dst !== one) continue;
        if (n.k !== 'set') return false;
        isSet = true;
        const base = basePointer(n.src);
        if (base.k === 'var' && base.name !== one) names.add(base.name);
        else if (!(base.k === 'num' && base.v === 0) && !(base.k === 'load' && this.isStored(base, fn))) return false;
      }
      if (!isSet) return false;
    }
    return true;
  }

  /** The address is of the data of an open file that the function was called for. */
  isFileData(addr: Expr, fn: FnDef): boolean {
    if (addr.k !== 'field' || addr.base.k !== 'var') return false;
    const { name } = addr.base;
    const type = fn.fn.params.find((param) => param.name === name)?.type.base;
    return type !== undefined && FILE_DATA[type]?.includes(addr.name) === true;
  }

  /** The address is of a member that holds pointers to the object, and that is followed. */
  isCell(addr: Expr, fn: FnDef): boolean {
    if (!this.subject.cells) return false;
    let known = this.cells.get(addr);
    if (known === undefined) {
      known = this.cellAt(addr, fn) !== null;
      this.cells.set(addr, known);
    }
    return known;
  }

  /** The followed member that an expression reads, as `tag.member`; null when it reads none. */
  cellOf(e: Expr, fn: FnDef): string | null {
    return e.k === 'load' ? this.cellAt(e.addr, fn) : null;
  }

  /** The followed member that an address means, as `tag.member`. */
  cellAt(addr: Expr, fn: FnDef): string | null {
    if (!this.subject.cells) return null;
    const holder = holderOf(this.program, addr, fn);
    const cell = holder && `${holder.tag}.${holder.member}`;
    return cell && this.subject.cells?.has(cell) ? cell : null;
  }

  isOwner(e: Expr | undefined, fn: FnDef): boolean {
    if (!e) return false;
    for (const root of this.roots.of(e, fn)) if (this.ownerTags.has(root)) return true;
    return false;
  }

  /** `tag.member` of an address, the class of a lock, a flag or a container; the name itself for a global. */
  cellClass(addr: Expr, fn: FnDef): string | null {
    const answers = classesIn(this.program, fn);
    let known = answers.get(addr);
    if (known === undefined) {
      known = this.classOf(addr, fn);
      answers.set(addr, known);
    }
    return known;
  }

  private classOf(addr: Expr, fn: FnDef): string | null {
    if (addr.k === 'field') {
      const type = this.program.typeOf(addr.base, fn);
      const tag = type ? /^(?:struct|union)\s+(.+)$/.exec(type.base)?.[1] : null;
      return `${tag ?? '?'}.${addr.name}`;
    }
    if (addr.k === 'index') return this.cellClass(addr.base, fn);
    if (addr.k === 'cast') return this.cellClass(addr.e, fn);
    if (addr.k === 'global') return addr.name;
    if (addr.k === 'var') return this.aliasClass(addr.name, fn);
    return null;
  }

  /** A local that was assigned the address of one member. */
  private aliasClass(name: string, fn: FnDef): string | null {
    const sets = fn.fn.nodes.filter((n) => n.k === 'set' && n.dst === name);
    const only = sets[0];
    return sets.length === 1 && only?.k === 'set' && (only.src.k === 'field' || only.src.k === 'global')
      ? this.cellClass(only.src, fn)
      : null;
  }
}
