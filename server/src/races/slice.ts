import type { Expr, Node } from '../facts/types';
import { type CallbackSource, type Effect, effectOf } from '../kernel';
import type { CallTarget, FnDef, Program } from '../program/types';
import { expressions, walk } from './expr';
import { type Relevance, readCell, writtenCell } from './relevance';
import { aliasRoots, successors, type Use, usesOf } from './uses';

/** A step of a sliced function. Slots are indices of locals in a frame; -1 discards. */
export type Step =
  | { k: 'set'; dst: number; src: Expr; at: number; next: number }
  | { k: 'store'; addr: Expr; src: Expr; rmw: boolean; at: number; next: number }
  | { k: 'use'; base: Expr; write: boolean; at: number; end: number; next: number }
  | {
      k: 'call';
      dst: number;
      name: string | null;
      pointer: Expr | null;
      effect: Effect | null;
      targets: CallTarget[];
      /** Targets that are entered, not handed to a kernel function. */
      follow: CallTarget[];
      args: Expr[];
      at: number;
      end: number;
      next: number;
      allocates: boolean;
      /** Struct tag of the owner that the call allocates. */
      owner: string | null;
    }
  | { k: 'branch'; cond: Expr; at: number; then: number; else: number }
  | {
      k: 'iter';
      dst: number;
      container: Expr | null;
      member: string | null;
      macro: string;
      at: number;
      end: number;
      body: number;
      done: number;
    }
  | { k: 'return'; value: Expr | null; at: number }
  | { k: 'opaque'; what: string; at: number; next: number };

export interface Slice {
  fn: FnDef;
  steps: Step[];
  entry: number;
  /** Slot of each local that is kept. */
  slots: ReadonlyMap<string, number>;
  /** Names by slot. */
  names: string[];
  /** Locals that may still be read from a step on, as slot lists. */
  live: Uint8Array[];
  /** 1 for steps that read and write locals only. */
  local: Uint8Array;
}

const VALUE_FUNCTION_NODES = 40;
const given = new WeakMap<Program, ReadonlySet<string>>();

/** Names of members that some function stores to, or hands the address of to another. */
function givenMembers(program: Program): ReadonlySet<string> {
  const known = given.get(program);
  if (known) return known;
  const names = new Set<string>();
  const add = (e: Expr): void => {
    if (e.k === 'field') names.add(e.name);
    else if (e.k === 'cast') add(e.e);
  };
  for (const fn of program.functions)
    for (const n of fn.fn.nodes) {
      if (n.k === 'store') add(n.addr);
      else if (n.k === 'set') add(n.src);
      else if (n.k === 'call') n.args.forEach(add);
    }
  given.set(program, names);
  return names;
}

function withoutNot(e: Expr): Expr {
  return e.k === 'un' && e.op === '!' ? withoutNot(e.e) : e;
}

/** Their key argument tells entries apart, whatever its value. */
const KEYED: ReadonlySet<string> = new Set(['insert', 'erase', 'load-container']);

/** Makes and caches the slices of one subject; `build` first, for everything that is reachable. */
export class Slicer {
  private slices = new Map<number, Slice>();
  private readonly resultNeeded = new Set<number>();
  private readonly values = new Map<number, boolean>();
  private readonly uses = new Map<number, readonly Use[][]>();
  private readonly writable = new WeakMap<Expr, boolean>();
  private errnos: Set<string> | null = null;
  private tested: Map<string, number> | null = null;
  /** Members of owners that kept steps write. */
  private written: Set<string> | null = null;

  constructor(readonly relevance: Relevance) {}

  /** Slices the functions reachable from the roots until the set of tracked members is stable. */
  build(roots: FnDef[]): void {
    for (let round = 0; round < 12; round++) {
      const before = `${this.relevance.tracked.size}/${this.resultNeeded.size}`;
      this.slices = new Map();
      const work = [...roots];
      while (work.length > 0) {
        const fn = work.pop() as FnDef;
        if (this.slices.has(fn.id)) continue;
        const slice = new FunctionSlicer(fn, this).run();
        this.slices.set(fn.id, slice);
        for (const step of slice.steps) if (step.k === 'call') work.push(...step.targets.map((t) => t.fn));
      }
      this.relevance.update();
      if (before === `${this.relevance.tracked.size}/${this.resultNeeded.size}`) return;
    }
  }

  /** Some kept step of some thread writes this member. */
  isWritable(addr: Expr, fn: FnDef): boolean {
    let known = this.writable.get(addr);
    if (known === undefined) {
      const key = this.relevance.view.cellClass(addr, fn);
      known = key !== null && this.writtenClasses().has(key);
      this.writable.set(addr, known);
    }
    return known;
  }

  /**
   * Nobody in the checked code writes the member, and more than one branch asks for it: what it turns out to be for one of them
   * it is for all.
   */
  isSettled(addr: Expr, fn: FnDef): boolean {
    if (addr.k !== 'field' || givenMembers(this.relevance.view.program).has(addr.name)) return false;
    const key = this.relevance.view.cellClass(addr, fn);
    return key !== null && (this.testedClasses().get(key) ?? 0) > 1;
  }

  /** How many kept branches ask whether a member is set, by class. */
  private testedClasses(): Map<string, number> {
    if (this.tested) return this.tested;
    this.tested = new Map();
    for (const slice of this.slices.values())
      for (const step of slice.steps) {
        const cond = step.k === 'branch' ? withoutNot(step.cond) : null;
        const key = cond?.k === 'load' ? this.relevance.view.cellClass(cond.addr, slice.fn) : null;
        if (key) this.tested.set(key, (this.tested.get(key) ?? 0) + 1);
      }
    return this.tested;
  }

  /** Some branch of the program tells this errno from others. */
  compared(errno: string): boolean {
    if (!this.errnos) {
      this.errnos = new Set();
      for (const fn of this.relevance.view.program.functions)
        for (const n of fn.fn.nodes)
          if (n.k === 'branch')
            walk(n.cond, (e) => {
              if (e.k === 'global') this.errnos?.add(e.name);
            });
    }
    return this.errnos.has(errno);
  }

  /** Some kept step allocates an instance of the owner. */
  allocatesOwner(tag: string): boolean {
    return [...this.slices.values()].some((slice) => slice.steps.some((step) => step.k === 'call' && step.owner === tag));
  }

  /** Some kept step queues a work item. */
  queuesWork(): boolean {
    return [...this.slices.values()].some((slice) => slice.steps.some((step) => step.k === 'call' && step.effect?.op === 'queue-work'));
  }

  /** Some kept step makes callbacks of this kind possible: none runs before. */
  arms(source: CallbackSource): boolean {
    return [...this.slices.values()].some((slice) =>
      slice.steps.some((step) => step.k === 'call' && step.effect?.op === 'arm' && step.effect.source === source),
    );
  }

  private writtenClasses(): Set<string> {
    if (this.written) return this.written;
    this.written = new Set();
    for (const slice of this.slices.values())
      for (const step of slice.steps) {
        const own = step.k === 'store' && this.relevance.view.isOwner(step.addr, slice.fn);
        const key = own ? this.relevance.view.cellClass(step.addr, slice.fn) : null;
        if (key) this.written.add(key);
      }
    return this.written;
  }

  of(fn: FnDef): Slice {
    let slice = this.slices.get(fn.id);
    if (!slice) {
      slice = new FunctionSlicer(fn, this).run();
      this.slices.set(fn.id, slice);
    }
    return slice;
  }

  /** The touches of each node of a function: the same in every round of slicing. */
  usesIn(fn: FnDef): readonly Use[][] {
    let known = this.uses.get(fn.id);
    if (known === undefined) {
      known = fn.fn.nodes.map((n) => usesOf(n, fn, this.relevance.view));
      this.uses.set(fn.id, known);
    }
    return known;
  }

  needResult(fn: FnDef): void {
    this.resultNeeded.add(fn.id);
  }

  isResultNeeded(fn: FnDef): boolean {
    return this.resultNeeded.has(fn.id);
  }

  /** Small enough to be followed for its result alone: conversions, type tests, getters. */
  isValueFunction(fn: FnDef, depth = 0): boolean {
    const known = this.values.get(fn.id);
    if (known !== undefined) return known;
    if (depth > 3) return false;
    const small =
      fn.fn.nodes.length <= VALUE_FUNCTION_NODES && fn.fn.ret.base !== 'void'
        ? true
        : fn.fn.ret.pointers > 0 && fn.fn.nodes.length <= VALUE_FUNCTION_NODES;
    const ok =
      small &&
      fn.fn.nodes.every((n, i) => {
        if (n.k === 'iter' || n.k === 'opaque') return false;
        return (
          n.k !== 'call' || this.relevance.view.program.targets(fn, i).every((t) => t.fn !== fn && this.isValueFunction(t.fn, depth + 1))
        );
      });
    this.values.set(fn.id, ok);
    return ok;
  }
}

/** One function's slice: steps kept for their effect, what those need, and the branches that choose among them. */
class FunctionSlicer {
  private readonly nodes: Node[];
  private readonly keep: boolean[];
  private readonly needed = new Set<string>();
  private readonly useAt = new Map<number, Use[]>();
  private readonly targets: CallTarget[][];

  constructor(
    private readonly fn: FnDef,
    private readonly slicer: Slicer,
  ) {
    this.nodes = fn.fn.nodes;
    this.keep = this.nodes.map(() => false);
    this.targets = this.nodes.map((n, i) => (n.k === 'call' ? slicer.relevance.view.program.targets(fn, i) : []));
  }

  run(): Slice {
    this.nodes.forEach((_, i) => {
      if (this.isEffect(i)) this.keep[i] = true;
    });
    this.findUses();
    for (;;) {
      for (let grown = true; grown; ) grown = this.keepNeeded();
      if (!this.keepBranches()) break;
    }
    this.track();
    return this.emit();
  }

  private relevantTargets(i: number): CallTarget[] {
    return (this.targets[i] ?? []).filter((t) => this.slicer.relevance.isRelevant(t.fn));
  }

  /** Kept for what it does, whether or not its result is used. */
  private isEffect(i: number): boolean {
    const n = this.nodes[i];
    const { relevance } = this.slicer;
    if (n?.k === 'opaque') return true;
    if (n?.k === 'iter') return relevance.isKnownContainer(n.args[0], this.fn);
    if (n?.k === 'store') return relevance.isTracked(n.addr, this.fn);
    if (n?.k !== 'call') return false;
    if (this.relevantTargets(i).length > 0 || relevance.isHardCall(this.fn, n) || relevance.isRelevantLock(this.fn, n)) return true;
    if (relevance.isAssertedLock(this.fn, n)) return true;
    const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    if (effect?.op === 'drain-queue' || effect?.op === 'break-protection') return true;
    const cell = writtenCell(n);
    return cell !== null && relevance.isTracked(cell, this.fn);
  }

  /**
   * Touches of the object, except those that follow another touch through the same pointer with nothing
   * in between that could order them against another thread.
   */
  private findUses(): void {
    const root = aliasRoots(this.fn);
    const key = (use: Use) => `${root(use.base) ?? JSON.stringify(use.base)}${use.write ? '!' : ''}`;
    const all = this.slicer.usesIn(this.fn);
    const avail: (Set<string> | null)[] = this.nodes.map(() => null);
    avail[0] = new Set();
    const work = [0];
    while (work.length > 0) {
      const i = work.pop() as number;
      const n = this.nodes[i];
      if (!n) continue;
      const out = new Set(this.keep[i] ? [] : avail[i]);
      if (!this.keep[i]) for (const use of all[i] ?? []) out.add(key(use));
      if ((n.k === 'set' || n.k === 'call' || n.k === 'iter') && n.dst) for (const k of [n.dst, `${n.dst}!`]) out.delete(k);
      for (const next of successors(n)) {
        const known = avail[next];
        const met = known ? new Set([...known].filter((k) => out.has(k))) : out;
        if (!known || met.size < known.size) {
          avail[next] = met;
          work.push(next);
        }
      }
    }
    this.nodes.forEach((_, i) => {
      if (this.keep[i]) return;
      const seen = new Set(avail[i]);
      const fresh = (all[i] ?? []).filter((use) => {
        const k = key(use);
        const isNew = !seen.has(k) && !(seen.has(`${k}!`) && !use.write);
        seen.add(k);
        return isNew;
      });
      if (fresh.length > 0) this.useAt.set(i, fresh);
    });
  }

  private need(e: Expr): boolean {
    let grown = false;
    walk(e, (part) => {
      if ((part.k === 'var' || part.k === 'local') && !this.needed.has(part.name)) {
        this.needed.add(part.name);
        grown = true;
      }
    });
    return grown;
  }

  private keepNeeded(): boolean {
    let grown = false;
    for (const uses of this.useAt.values()) for (const use of uses) grown = this.need(use.base) || grown;
    this.nodes.forEach((n, i) => {
      if (!this.keep[i] && this.isNeeded(n, i)) {
        this.keep[i] = true;
        grown = true;
      }
      if (this.keep[i]) for (const e of expressions(n)) grown = this.need(e) || grown;
    });
    return grown;
  }

  private isNeeded(n: Node, i: number): boolean {
    switch (n.k) {
      case 'set':
      case 'iter':
        return n.dst !== undefined && this.needed.has(n.dst);
      case 'store': {
        const base = n.addr.k === 'local' ? n.addr : null;
        const chain = base ?? innermostLocal(n.addr);
        return chain !== null && this.needed.has(chain.name);
      }
      case 'call':
        return (
          (n.dst !== undefined && this.needed.has(n.dst)) ||
          (this.targets[i]?.length === 0 && n.args.some((a) => a.k === 'local' && this.needed.has(a.name)))
        );
      case 'return':
        return n.value !== undefined && this.slicer.isResultNeeded(this.fn);
      default:
        return false;
    }
  }

  /** A branch stays when what it chooses between differs (weak control closure). */
  private keepBranches(): boolean {
    const first = this.nodes.map((_, i) => this.firstKept(i));
    let grown = false;
    this.nodes.forEach((n, i) => {
      if (this.keep[i] || (n.k !== 'branch' && n.k !== 'iter')) return;
      const ways = new Set(successors(n).flatMap((s) => [...(first[s] ?? [])]));
      if (ways.size > 1) {
        this.keep[i] = true;
        grown = true;
        for (const e of expressions(n)) this.need(e);
      }
    });
    return grown;
  }

  /** First kept steps reachable from a node through dropped ones; -1 is the end of the function. */
  private firstKept(from: number): Set<number> {
    const out = new Set<number>();
    const seen = new Set<number>();
    const work = [from];
    while (work.length > 0 && out.size < 3) {
      const i = work.pop() as number;
      if (seen.has(i)) continue;
      seen.add(i);
      const n = this.nodes[i];
      if (!n) continue;
      if (this.keep[i] || this.useAt.has(i)) out.add(i);
      else if (n.k === 'return') out.add(-1);
      else work.push(...successors(n));
    }
    return out;
  }

  /** What kept steps read decides paths: those members are tracked everywhere. */
  private track(): void {
    this.nodes.forEach((n, i) => {
      if (!this.keep[i]) return;
      const key = n.k === 'call' && typeof n.callee === 'string' && KEYED.has(effectOf(n.callee)?.op ?? '');
      for (const e of expressions(n))
        walk(e, (part) => {
          if (part.k !== 'load') return;
          const pointer = (this.slicer.relevance.view.program.typeOf(part, this.fn)?.pointers ?? 0) > 0;
          this.slicer.relevance.track(part.addr, this.fn, key || pointer);
        });
      if (n.k !== 'call') return;
      const cell = n.dst && this.needed.has(n.dst) ? readCell(n) : null;
      if (cell) this.slicer.relevance.track(cell, this.fn, false);
      if (n.dst && this.needed.has(n.dst)) for (const t of this.targets[i] ?? []) if (t.via !== 'callback') this.slicer.needResult(t.fn);
      for (const t of this.targets[i] ?? []) if (t.via === 'callback') this.slicer.needResult(t.fn);
    });
  }

  private emit(): Slice {
    const names: string[] = [];
    const slots = new Map<string, number>();
    const slot = (name: string | undefined): number => {
      if (name === undefined || !this.needed.has(name)) return -1;
      let index = slots.get(name);
      if (index === undefined) {
        index = names.length;
        names.push(name);
        slots.set(name, index);
      }
      return index;
    };
    for (const param of this.fn.fn.params) slot(param.name);
    const steps: Step[] = [];
    const index = new Map<number, number>();
    const place = (i: number): number => {
      const seen = new Set<number>();
      let current = i;
      for (;;) {
        const known = index.get(current);
        if (known !== undefined) return known;
        const n = this.nodes[current];
        if (!n || seen.has(current)) return end();
        seen.add(current);
        if (this.keep[current] || this.useAt.has(current)) return emitNode(current, n);
        if (n.k === 'return') return end();
        current = successors(n)[0] as number;
      }
    };
    let ending = -1;
    const end = (): number => {
      if (ending < 0) {
        ending = steps.length;
        steps.push({ k: 'return', value: null, at: this.fn.fn.end });
      }
      return ending;
    };
    const pending: (() => void)[] = [];
    const emitNode = (i: number, n: Node): number => {
      const start = steps.length;
      index.set(i, start);
      const uses = this.useAt.get(i) ?? [];
      const atEnd = 'end' in n ? n.end : n.at;
      const own = this.keep[i] ? this.step(n, i, slot) : null;
      const chain: Step[] = uses.map((use) => ({ k: 'use', base: use.base, write: use.write, at: n.at, end: atEnd, next: 0 }));
      const all: Step[] = own ? [...chain, own] : chain;
      steps.push(...all);
      pending.push(() => {
        all.forEach((step, offset) => {
          if (offset < all.length - 1) {
            if ('next' in step) step.next = start + offset + 1;
            return;
          }
          if (step.k === 'branch' && n.k === 'branch') [step.then, step.else] = [place(n.then), place(n.else)];
          else if (step.k === 'branch' && n.k === 'iter') [step.then, step.else] = [place(n.body), place(n.done)];
          else if (step.k === 'iter' && n.k === 'iter') [step.body, step.done] = [place(n.body), place(n.done)];
          else if ('next' in step) step.next = n.k === 'return' ? end() : place(successors(n)[0] as number);
        });
      });
      return start;
    };
    const entry = place(0);
    for (let fix = pending.shift(); fix; fix = pending.shift()) fix();
    const slice: Slice = {
      fn: this.fn,
      steps,
      entry: merge(steps, entry, (errno) => this.slicer.compared(errno)),
      slots,
      names,
      live: [],
      local: new Uint8Array(steps.length),
    };
    slice.live = liveness(slice);
    slice.local.set(steps.map((step) => (isLocal(step) ? 1 : 0)));
    return slice;
  }

  private step(n: Node, i: number, slot: (name: string | undefined) => number): Step {
    const { relevance } = this.slicer;
    switch (n.k) {
      case 'set':
        return { k: 'set', dst: slot(n.dst), src: n.src, at: n.at, next: 0 };
      case 'store':
        return { k: 'store', addr: n.addr, src: n.src, rmw: n.rmw === true, at: n.at, next: 0 };
      case 'branch':
        return { k: 'branch', cond: n.cond, at: n.at, then: 0, else: 0 };
      case 'return':
        return { k: 'return', value: n.value ?? null, at: n.at };
      case 'opaque':
        return { k: 'opaque', what: n.what, at: n.at, next: 0 };
      case 'iter':
        return {
          k: 'iter',
          dst: slot(n.dst),
          container: relevance.isKnownContainer(n.args[0], this.fn) ? (n.args[0] ?? null) : null,
          member: n.member ?? null,
          macro: n.macro,
          at: n.at,
          end: n.end,
          body: 0,
          done: 0,
        };
      case 'call': {
        const name = typeof n.callee === 'string' ? n.callee : null;
        const dst = slot(n.dst);
        const effect = name ? (effectOf(name) ?? null) : null;
        const followed = (this.targets[i] ?? []).filter(
          (t) => relevance.isRelevant(t.fn) || (dst >= 0 && t.via !== 'callback' && this.slicer.isValueFunction(t.fn)),
        );
        const lock = effect?.op === 'lock' || effect?.op === 'unlock';
        const kept =
          lock && !relevance.isRelevantLock(this.fn, n)
            ? ({ op: 'none', result: effect?.op === 'lock' && effect.fail !== 'never' ? 'errno' : 'zero' } as const)
            : effect;
        return {
          k: 'call',
          dst,
          name,
          pointer: typeof n.callee === 'string' ? null : n.callee,
          effect: kept,
          targets: followed,
          follow: followed.filter((t) => t.via !== 'callback'),
          args: n.args,
          at: n.at,
          end: n.end,
          next: 0,
          allocates: effect?.op === 'alloc' && relevance.allocatesObject(this.fn, n),
          owner: effect?.op === 'alloc' ? relevance.allocatedOwner(this.fn, n) : null,
        };
      }
    }
  }
}

/**
 * Makes one of steps that do the same and go on the same way, so that branches between them disappear: error paths that
 * end in different lines, or with errnos that nobody tells apart. Steps that a trace shows are left alone.
 */
function merge(steps: Step[], entry: number, compared: (errno: string) => boolean): number {
  const target = steps.map((_, i) => i);
  const find = (i: number): number => {
    let at = i;
    while (target[at] !== at) at = target[at] as number;
    return at;
  };
  const plain = (e: Expr): Expr =>
    e.k === 'un' && e.op === '-' && e.e.k === 'global' && !compared(e.e.name) ? { ...e, e: { k: 'global', name: 'E' } } : e;
  const key = (step: Step): string | null => {
    if (step.k === 'return') return `return ${step.value ? JSON.stringify(plain(step.value)) : ''}`;
    if (step.k === 'set') return `set ${step.dst} ${JSON.stringify(plain(step.src))} ${find(step.next)}`;
    if (step.k === 'call' && step.effect?.op === 'same' && step.targets.length === 0)
      return `same ${step.dst} ${JSON.stringify(step.args.map(plain))} ${find(step.next)}`;
    return null;
  };
  for (let changed = true; changed; ) {
    changed = false;
    const seen = new Map<string, number>();
    steps.forEach((step, i) => {
      if (target[i] !== i) return;
      const to = step.k === 'branch' && find(step.then) === find(step.else) ? find(step.then) : i;
      const k = to === i ? key(step) : null;
      const known = k === null ? to : (seen.get(k) ?? i);
      if (k !== null && known === i) seen.set(k, i);
      if (known !== i && find(known) !== i) {
        target[i] = known;
        changed = true;
      }
    });
  }
  for (const step of steps) {
    if (step.k === 'branch') [step.then, step.else] = [find(step.then), find(step.else)];
    else if (step.k === 'iter') [step.body, step.done] = [find(step.body), find(step.done)];
    else if ('next' in step) step.next = find(step.next);
  }
  return find(entry);
}

function innermostLocal(addr: Expr): { name: string } | null {
  return addr.k === 'field' || addr.k === 'index' ? innermostLocal(addr.base) : addr.k === 'local' ? addr : null;
}

/** Which slots may be read from each step on, so that states do not differ in what nobody will read. */
function liveness(slice: Slice): Uint8Array[] {
  const width = slice.names.length;
  const live = slice.steps.map(() => new Uint8Array(width));
  const reads = slice.steps.map((step) => {
    const set = new Uint8Array(width);
    for (const e of stepExpressions(step))
      walk(e, (part) => {
        const index = part.k === 'var' || part.k === 'local' ? slice.slots.get(part.name) : undefined;
        if (index !== undefined) set[index] = 1;
      });
    return set;
  });
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = slice.steps.length - 1; i >= 0; i--) {
      const step = slice.steps[i] as Step;
      const mine = live[i] as Uint8Array;
      const defined = 'dst' in step ? step.dst : -1;
      for (let s = 0; s < width; s++) {
        if (mine[s]) continue;
        const after = s !== defined && stepSuccessors(step).some((next) => live[next]?.[s] === 1);
        // An iteration that ends leaves its cursor as it was.
        if (reads[i]?.[s] || after || (step.k === 'iter' && s === defined && live[step.done]?.[s])) {
          mine[s] = 1;
          changed = true;
        }
      }
    }
  }
  return live;
}

function isLocal(step: Step): boolean {
  if (step.k !== 'set' && step.k !== 'branch' && step.k !== 'return') return false;
  let loads = false;
  for (const e of stepExpressions(step))
    walk(e, (part) => {
      if (part.k === 'load') loads = true;
    });
  return !loads;
}

function stepSuccessors(step: Step): number[] {
  return step.k === 'branch' ? [step.then, step.else] : step.k === 'iter' ? [step.body, step.done] : step.k === 'return' ? [] : [step.next];
}

function stepExpressions(step: Step): Expr[] {
  switch (step.k) {
    case 'set':
      return [step.src];
    case 'store':
      return [step.addr, step.src];
    case 'use':
      return [step.base];
    case 'call':
      return step.pointer ? [step.pointer, ...step.args] : step.args;
    case 'branch':
      return [step.cond];
    case 'iter':
      return step.container ? [step.container] : [];
    case 'return':
      return step.value ? [step.value] : [];
    default:
      return [];
  }
}
