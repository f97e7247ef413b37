import type { Expr, Node } from '../facts/types';
import { effectOf } from '../kernel';
import { expressions, walk } from '../program/expressions';
import type { CallTarget, FnDef } from '../program/types';
import { readCell, writtenCell } from './cells';
import type { Slicer } from './slice';
import { counters, isLocal, liveness, merge, type Slice, type Step } from './steps';
import { textOf } from './texts';
import { aliasRoots, successors, type Use } from './uses';

/** Their key argument tells entries apart, whatever its value. */
const KEYED: ReadonlySet<string> = new Set(['insert', 'erase', 'load-container']);

/** What is decided of the other functions so far. */
export interface Decided {
  isRelevant(fn: FnDef): boolean;
  isTracked(member: string): boolean;
  isResultNeeded(fn: FnDef): boolean;
}

/** What the kept steps of a function ask for: members that are to be tracked everywhere, and functions whose results they read. */
export interface Asked {
  members: ReadonlySet<string>;
  results: ReadonlySet<FnDef>;
}

/** One function's slice: steps kept for their effect, what those need, and the branches that choose among them. */
export class FunctionSlicer {
  private readonly nodes: Node[];
  private readonly keep: boolean[];
  /** Steps that are kept whatever else is, and the members that the others write. */
  private readonly always: boolean[];
  private readonly cells: (string | null)[];
  /** What the last decision rests on. */
  private decided = '';
  private readonly needed = new Set<string>();
  private readonly useAt = new Map<number, Use[]>();
  /** First kept steps by node, as the steps are kept now. */
  private readonly first = new Map<number, ReadonlySet<number>>();
  private readonly targets: CallTarget[][];
  private asked: Asked = { members: new Set(), results: new Set() };

  constructor(
    private readonly fn: FnDef,
    private readonly slicer: Slicer,
  ) {
    this.nodes = fn.fn.nodes;
    this.keep = this.nodes.map(() => false);
    this.targets = this.nodes.map((n, i) => (n.k === 'call' ? slicer.relevance.view.program.targets(fn, i) : []));
    this.always = this.nodes.map((n) => this.isAlwaysEffect(n));
    this.cells = this.nodes.map((n) => {
      const cell = n.k === 'store' ? n.addr : n.k === 'call' ? writtenCell(n) : null;
      return cell && slicer.relevance.trackable(cell, fn);
    });
  }

  /** Decides which steps are kept, if anything that this rests on has changed since. Returns what they ask for. */
  decide(known: Decided): Asked {
    const effects = this.nodes.map((_, i) => this.isEffect(i, known));
    const isResultNeeded = known.isResultNeeded(this.fn);
    const rests = `${effects.map(Number).join('')} ${isResultNeeded}`;
    if (rests === this.decided) return this.asked;
    this.decided = rests;
    this.needed.clear();
    this.useAt.clear();
    effects.forEach((effect, i) => {
      this.keep[i] = effect;
    });
    this.findUses();
    for (;;) {
      for (let grown = true; grown; ) grown = this.keepNeeded(isResultNeeded);
      if (!this.keepBranches()) break;
    }
    this.asked = this.askedFor();
    return this.asked;
  }

  /** Functions that kept calls enter or hand on. */
  called(known: Decided): FnDef[] {
    return this.nodes.flatMap((n, i) => (this.keep[i] && n.k === 'call' ? this.followed(n, i, known).map((target) => target.fn) : []));
  }

  private followed(n: Node & { k: 'call' }, i: number, known: Decided): CallTarget[] {
    const used = n.dst !== undefined && this.needed.has(n.dst);
    return (this.targets[i] ?? []).filter(
      (t) => known.isRelevant(t.fn) || (used && t.via !== 'callback' && this.slicer.isValueFunction(t.fn)),
    );
  }

  /** Kept for what it does, whether or not its result is used. */
  private isEffect(i: number, known: Decided): boolean {
    if (this.always[i] || (this.targets[i] ?? []).some((t) => known.isRelevant(t.fn))) return true;
    const cell = this.cells[i];
    return typeof cell === 'string' && known.isTracked(cell);
  }

  private isAlwaysEffect(n: Node): boolean {
    const { relevance } = this.slicer;
    if (n.k === 'opaque') return true;
    if (n.k === 'iter') return relevance.isKnownContainer(n.args[0], this.fn);
    // What an open file stands for: its operations read it there.
    if (n.k === 'store') return relevance.view.isFileData(n.addr, this.fn) && relevance.view.isTypedObject(n.src, this.fn);
    if (n.k !== 'call') return false;
    if (relevance.isHardCall(this.fn, n) || relevance.isRelevantLock(this.fn, n) || relevance.isAssertedLock(this.fn, n)) return true;
    const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    return effect?.op === 'drain-queue' || effect?.op === 'break-protection';
  }

  /**
   * Touches of the object, except those that follow another touch through the same pointer with nothing
   * in between that could order them against another thread.
   */
  private findUses(): void {
    const all = this.slicer.usesIn(this.fn);
    if (!all.some((uses) => uses.length > 0)) return;
    const root = aliasRoots(this.fn);
    const key = (use: Use) => `${root(use.base) ?? textOf(use.base)}${use.write ? '!' : ''}`;
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

  private keepNeeded(isResultNeeded: boolean): boolean {
    let grown = false;
    for (const uses of this.useAt.values()) for (const use of uses) grown = this.need(use.base) || grown;
    this.nodes.forEach((n, i) => {
      if (!this.keep[i] && this.isNeeded(n, i, isResultNeeded)) {
        this.keep[i] = true;
        grown = true;
      }
      if (this.keep[i]) for (const e of expressions(n)) grown = this.need(e) || grown;
    });
    return grown;
  }

  private isNeeded(n: Node, i: number, isResultNeeded: boolean): boolean {
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
        return n.value !== undefined && isResultNeeded;
      default:
        return false;
    }
  }

  /** A branch stays when what it chooses between differs (weak control closure). */
  private keepBranches(): boolean {
    let grown = false;
    this.first.clear();
    const branches = this.nodes.flatMap((n, i) => (!this.keep[i] && (n.k === 'branch' || n.k === 'iter') ? [{ n, i }] : []));
    const choices = branches.map(({ n }) => new Set(successors(n).flatMap((s) => [...this.firstFrom(s)])));
    branches.forEach(({ n, i }, at) => {
      const ways = choices[at] as Set<number>;
      if (ways.size > 1) {
        this.keep[i] = true;
        grown = true;
        for (const e of expressions(n)) this.need(e);
      }
    });
    return grown;
  }

  /** First kept steps reachable from a node through dropped ones; -1 is the end of the function. */
  private firstFrom(node: number): ReadonlySet<number> {
    const known = this.first.get(node) ?? this.firstKept(node);
    this.first.set(node, known);
    return known;
  }

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

  /** What kept steps read decides paths. */
  private askedFor(): Asked {
    const { relevance } = this.slicer;
    const members = new Set<string>();
    const results = new Set<FnDef>();
    const decides = (addr: Expr, always: boolean) => {
      const member = relevance.deciding(addr, this.fn, always);
      if (member !== null) members.add(member);
    };
    this.nodes.forEach((n, i) => {
      if (!this.keep[i]) return;
      const key = n.k === 'call' && typeof n.callee === 'string' && KEYED.has(effectOf(n.callee)?.op ?? '');
      for (const e of expressions(n))
        walk(e, (part) => {
          if (part.k !== 'load') return;
          const pointer = (relevance.view.program.typeOf(part, this.fn)?.pointers ?? 0) > 0;
          decides(part.addr, key || pointer);
        });
      if (n.k !== 'call') return;
      const cell = n.dst && this.needed.has(n.dst) ? readCell(n) : null;
      if (cell) decides(cell, false);
      const used = n.dst !== undefined && this.needed.has(n.dst);
      for (const t of this.targets[i] ?? []) if (used || t.via === 'callback') results.add(t.fn);
    });
    return { members, results };
  }

  /** The slice, as it was decided on last. */
  emit(known: Decided): Slice {
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
    // A dropped branch has one way on, whichever side it takes; of a dropped loop it is the one out of it.
    const place = (i: number): number => {
      const [first = -1] = this.firstFrom(i);
      const n = this.nodes[first];
      return index.get(first) ?? (n ? emitNode(first, n) : end());
    };
    let ending = -1;
    const end = (): number => {
      if (ending < 0) {
        ending = steps.length;
        steps.push({ k: 'return', value: null, node: -1 });
      }
      return ending;
    };
    const pending: (() => void)[] = [];
    const emitNode = (i: number, n: Node): number => {
      const start = steps.length;
      index.set(i, start);
      const uses = this.useAt.get(i) ?? [];
      const own = this.keep[i] ? this.step(n, i, slot, known) : null;
      const chain: Step[] = uses.map((use) => ({ k: 'use', base: use.base, write: use.write, node: i, next: 0 }));
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
      counters: new Set(),
    };
    slice.live = liveness(slice);
    slice.counters = counters(slice);
    slice.local.set(steps.map((step) => (isLocal(step) ? 1 : 0)));
    return slice;
  }

  private step(n: Node, i: number, slot: (name: string | undefined) => number, known: Decided): Step {
    const { relevance } = this.slicer;
    switch (n.k) {
      case 'set':
        return { k: 'set', dst: slot(n.dst), src: n.src, node: i, next: 0 };
      case 'store':
        return { k: 'store', addr: n.addr, src: n.src, rmw: n.rmw === true, node: i, next: 0 };
      case 'branch':
        return { k: 'branch', cond: n.cond, node: i, then: 0, else: 0 };
      case 'return':
        return { k: 'return', value: n.value ?? null, node: i };
      case 'opaque':
        return { k: 'opaque', what: n.what, node: i, next: 0 };
      case 'iter':
        // The iteration sets it.
        if (n.args[1]?.k === 'var') slot(n.args[1].name);
        return {
          k: 'iter',
          dst: slot(n.dst),
          container: relevance.isKnownContainer(n.args[0], this.fn) ? (n.args[0] ?? null) : null,
          index: n.args[1] ?? null,
          member: n.member ?? null,
          macro: n.macro,
          node: i,
          body: 0,
          done: 0,
        };
      case 'call': {
        const name = typeof n.callee === 'string' ? n.callee : null;
        const dst = slot(n.dst);
        const effect = name ? (effectOf(name) ?? null) : null;
        const followed = this.followed(n, i, known);
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
          node: i,
          next: 0,
          allocates: effect?.op === 'alloc' && relevance.allocatesObject(this.fn, n),
          owner: effect?.op === 'alloc' ? relevance.allocatedOwner(this.fn, n) : null,
        };
      }
    }
  }
}

function innermostLocal(addr: Expr): { name: string } | null {
  return addr.k === 'field' || addr.k === 'index' ? innermostLocal(addr.base) : addr.k === 'local' ? addr : null;
}
