import type { Expr, Node } from '../facts/types';
import { type Effect, effectOf } from '../kernel';
import type { Roots } from '../lifetimes/roots';
import type { FnDef } from '../program/types';
import { basePointer } from './expr';
import { programIndex } from './program-index';
import type { SubjectView } from './subject';

type CallNode = Extract<Node, { k: 'call' }>;

const lockClasses = new WeakMap<Roots, ReadonlyMap<number, readonly string[]>>();

/**
 * Which functions must be followed step by step for a subject. The others only
 * touch the object's memory, or do nothing to it.
 *
 * A step is *hard* when it changes registration, references, devres, containers
 * or the object's existence. A lock matters when some function holds it around
 * a hard step; one that only ever surrounds reads cannot order a teardown.
 */
export class Relevance {
  private readonly hard = new Set<number>();
  private readonly locks = new Set<string>();
  /** Members whose value decides a kept branch: `tag.member`. Grows while slices are built. */
  readonly tracked = new Set<string>();
  /** Containers that hold objects of the subject: `tag.member`. */
  readonly containers = new Set<string>();
  /** Members that some store sets. */
  private readonly written = new Set<string>();
  /** Members that some store sets to a constant. */
  private readonly constants = new Set<string>();
  /** Work items of the objects are queued: who drains a queue waits for them. */
  private readonly queuesObjects: boolean;
  private relevant = new Set<number>();
  /** Functions that take or drop a relevant lock, themselves or by a call. */
  private readonly locking: Set<number>;
  /** Functions that matter whatever is tracked. */
  private readonly always: ReadonlySet<number>;
  /** Members that each function writes, where it writes some that may be tracked. */
  private readonly writers: Map<number, readonly string[]>;
  private readonly callers: ReadonlyMap<number, ReadonlySet<number>>;

  /** `drained`: functions that handlers reach whose removal is waited for; an empty critical section can only matter there. */
  constructor(
    readonly view: SubjectView,
    private readonly drained: ReadonlySet<number>,
    private readonly exported: ReadonlySet<number>,
    /** Work items, timers and notifier blocks of file scope whose functions are threads. */
    private readonly fileScope: ReadonlySet<string>,
  ) {
    const functions = view.program.functions;
    const { effects, iterations, writes, callers } = programIndex(view.program);
    this.callers = callers;
    for (const { fn, n, effect } of effects) this.findContainer(fn, n, effect);
    for (const { fn, n, cell } of writes) this.findConstant(fn, n, cell);
    this.queuesObjects = effects.some(({ fn, n, effect }) => effect.op === 'queue-work' && view.isTypedObject(n.args[effect.work], fn));
    for (const { fn, n, effect } of effects) if (!this.hard.has(fn.id) && this.isHardEffect(effect, fn, n)) this.hard.add(fn.id);
    for (const { fn, n } of iterations) if (this.isKnownContainer(n.args[0], fn)) this.hard.add(fn.id);
    this.close(this.hard);
    for (const fn of functions) if (this.hard.has(fn.id)) for (const key of this.lockClasses(fn)) this.locks.add(key);
    const takes = functions.filter((fn) => this.lockClasses(fn).some((key) => this.locks.has(key)));
    this.always = new Set([...this.hard, ...takes.flatMap((fn) => (this.drained.has(fn.id) || view.mentions(fn) ? [fn.id] : []))]);
    this.locking = new Set(takes.map((fn) => fn.id));
    this.close(this.locking);
    this.writers = new Map();
    for (const { fn, cell } of writes) {
      const key = this.trackable(cell, fn);
      if (key !== null) this.writers.set(fn.id, [...(this.writers.get(fn.id) ?? []), key]);
    }
    this.update();
  }

  isRelevant(fn: FnDef): boolean {
    return this.relevant.has(fn.id);
  }

  isHard(fn: FnDef): boolean {
    return this.hard.has(fn.id);
  }

  /** From here on no further member is tracked: what is not takes any value. */
  freeze(): void {
    this.frozen = true;
  }

  private frozen = false;

  /** Recomputes after `tracked` has grown: whoever writes a tracked member matters too. */
  update(): void {
    const relevant = new Set(this.always);
    for (const [id, writes] of this.writers) if (writes.some((key) => this.tracked.has(key))) relevant.add(id);
    this.close(relevant);
    this.relevant = relevant;
  }

  /** All that the function does to the subject it does through its arguments. */
  actsOnArguments(fn: FnDef): boolean {
    return !this.hard.has(fn.id) && !this.locking.has(fn.id);
  }

  private close(set: Set<number>): void {
    const work = [...set];
    while (work.length > 0)
      for (const caller of this.callers.get(work.pop() as number) ?? [])
        if (!set.has(caller)) {
          set.add(caller);
          work.push(caller);
        }
  }

  isHardCall(fn: FnDef, n: CallNode): boolean {
    const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    return effect !== undefined && this.isHardEffect(effect, fn, n);
  }

  private isHardEffect(effect: Effect, fn: FnDef, n: CallNode): boolean {
    const { view } = this;
    switch (effect.op) {
      case 'device-initialize':
        return view.subject.endsObject && view.isObject(n.args[effect.dev], fn);
      case 'device-add':
        return view.isObject(n.args[effect.dev], fn);
      case 'device-del':
      case 'remove-self':
        return view.isObject(n.args[effect.dev], fn) || view.isOwner(n.args[effect.dev], fn);
      case 'remove-groups':
        return this.reachesThroughOwner(n.args[effect.dev], fn);
      case 'ref-init':
        return view.isObject(n.args[effect.obj], fn);
      case 'get':
      case 'put':
        return view.subject.endsObject && view.isObject(n.args[effect.obj], fn) && !view.isStored(n.args[effect.obj], fn);
      case 'free':
        return view.isObject(n.args[effect.ptr], fn);
      case 'alloc':
        return this.allocatesObject(fn, n);
      case 'find-child':
      case 'find-device':
        return (
          view.subject.endsObject &&
          (view.mentions(fn) || this.callerMentions(fn)) &&
          (n.dst === undefined || view.castsAllow({ k: 'var', name: n.dst }, fn))
        );
      case 'add-action':
      case 'remove-action':
      case 'release-action': {
        const action = n.args[effect.action];
        return (
          (action?.k === 'global' && action.name === view.subject.action.fn.name) ||
          view.isTypedObject(n.args[effect.data], fn) ||
          (action?.k === 'var' && view.mentions(fn))
        );
      }
      case 'insert':
        // xa_store() of NULL takes away what is there.
        return (
          view.isObject(n.args[effect.item], fn) || (isNull(n.args[effect.item]) && this.isKnownContainer(n.args[effect.container], fn))
        );
      case 'insert-link':
      case 'erase-link':
        return view.isObject(n.args[effect.link], fn);
      case 'erase':
      case 'load-container':
      case 'container-empty':
      case 'for-each-item':
        return this.isKnownContainer(n.args[effect.container], fn);
      case 'queue-work':
      case 'wait-work':
      case 'enable-work':
        return view.isObject(n.args[effect.work], fn) || view.isOwner(n.args[effect.work], fn) || this.isFileScope(n.args[effect.work]);
      case 'arm':
      case 'disarm':
        return view.isObject(n.args[effect.cell], fn) || view.isOwner(n.args[effect.cell], fn) || this.isFileScope(n.args[effect.cell]);
      case 'quiet-irq':
      case 'unmask-irq':
        return view.isObject(n.args[effect.irq], fn) || view.isOwner(n.args[effect.irq], fn) || view.mentions(fn);
      case 'open-group':
      case 'close-group':
      case 'end-group':
        return view.subject.endsObject;
      case 'kill-device':
        return view.isObject(n.args[effect.dev], fn);
      case 'drain-queue':
        return this.queuesObjects;
      default:
        return false;
    }
  }

  private isFileScope(e: Expr | undefined): boolean {
    return e?.k === 'global' && this.fileScope.has(e.name);
  }

  /** The pointer is to an owner, or is read from one: `&owner->dev->kobj`. */
  private reachesThroughOwner(e: Expr | undefined, fn: FnDef): boolean {
    if (!e) return false;
    const base = basePointer(e);
    return this.view.isOwner(base.k === 'load' ? basePointer(base.addr) : base, fn);
  }

  allocatesObject(fn: FnDef, n: CallNode): boolean {
    return this.allocates(fn, n, this.view.subject.tag);
  }

  /** Struct tag of the owner that a call allocates; null when it allocates none. */
  allocatedOwner(fn: FnDef, n: CallNode): string | null {
    const { owners, tag } = this.view.subject;
    return [...owners].find((owner) => owner !== tag && this.allocates(fn, n, owner)) ?? null;
  }

  private allocates(fn: FnDef, n: CallNode, tag: string): boolean {
    if (n.args.some((arg) => arg.k === 'cast' && arg.type.base === `struct ${tag}`)) return true;
    if (!n.dst) return false;
    const named = [n.dst, ...fn.fn.nodes.flatMap((s) => (s.k === 'set' && s.src.k === 'var' && s.src.name === n.dst ? [s.dst] : []))];
    return named.some((name) => fn.fn.locals.some((l) => l.name === name && l.type.base === `struct ${tag}`));
  }

  private callerMentions(fn: FnDef): boolean {
    if (fn.fn.ret.pointers === 0) return false;
    for (const id of this.callers.get(fn.id) ?? []) {
      const caller = this.view.program.functions[id];
      if (caller && this.view.mentions(caller)) return true;
    }
    return false;
  }

  isKnownContainer(e: Expr | undefined, fn: FnDef): boolean {
    const key = e ? this.view.cellClass(e, fn) : null;
    return key !== null && this.containers.has(key);
  }

  private findContainer(fn: FnDef, n: CallNode, effect: Effect): void {
    if (effect.op !== 'insert' && effect.op !== 'insert-link') return;
    if (!this.view.isTypedObject(n.args[effect.op === 'insert' ? effect.item : effect.link], fn)) return;
    const container = n.args[effect.container];
    const key = container ? this.view.cellClass(container, fn) : null;
    if (key) this.containers.add(key);
  }

  /** The call says that the caller of an exported function holds a relevant lock. */
  isAssertedLock(fn: FnDef, n: CallNode): boolean {
    const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    if (effect?.op !== 'assert-held' || !this.exported.has(fn.id)) return false;
    const key = this.classOf(fn, n, effect);
    return key !== null && this.locks.has(key);
  }

  /** Class of the lock a call takes, drops or waits for the readers of; null when it is no lock call. */
  lockClass(fn: FnDef, n: CallNode): string | null {
    const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    if (effect?.op === 'free' || effect?.op === 'queue-work') return effect.grace ?? null;
    if (effect?.op !== 'lock' && effect?.op !== 'unlock' && effect?.op !== 'grace') return null;
    return this.classOf(fn, n, effect);
  }

  private classOf(fn: FnDef, n: CallNode, effect: Effect & { lock: number; key?: string; device?: true; readers?: true }): string | null {
    if (effect.key) return effect.key;
    const arg = n.args[effect.lock];
    // Who reads under an SRCU domain of the object's own has the object already: what it keeps is something else.
    if (!arg || (effect.readers && this.view.isTypedObject(arg, fn))) return null;
    if (effect.device) return `device_lock ${[...this.view.roots.of(arg, fn)].sort().join('|')}`;
    return this.view.cellClass(arg, fn);
  }

  isRelevantLock(fn: FnDef, n: CallNode): boolean {
    const key = this.lockClass(fn, n);
    return key !== null && this.locks.has(key);
  }

  /** Relevant locks that a set of functions takes, sorted. */
  locksUnder(functions: ReadonlySet<number>): string[] {
    const out = new Set<string>();
    for (const id of functions) {
      const fn = this.view.program.functions[id];
      if (fn) for (const key of this.lockClasses(fn)) if (this.locks.has(key)) out.add(key);
    }
    return [...out].sort();
  }

  private lockClasses(fn: FnDef): readonly string[] {
    const all = lockClasses.get(this.view.roots) ?? this.findLockClasses();
    return all.get(fn.id) ?? [];
  }

  /** Classes of the locks that each function takes, drops or waits for: the same for every subject. */
  private findLockClasses(): ReadonlyMap<number, readonly string[]> {
    const all = new Map<number, string[]>();
    for (const { fn, n } of programIndex(this.view.program).effects) {
      const key = this.lockClass(fn, n);
      if (key) all.set(fn.id, [...(all.get(fn.id) ?? []), key]);
    }
    lockClasses.set(this.view.roots, all);
    return all;
  }

  isTracked(addr: Expr, fn: FnDef): boolean {
    const key = this.trackable(addr, fn);
    return key !== null && this.tracked.has(key);
  }

  /**
   * Tracks a member that decides a path. Members of other structs than the object's and its owners' take any value,
   * and so does a scalar that is never set to a constant: knowing it would not tell paths apart.
   */
  track(addr: Expr, fn: FnDef, always: boolean): void {
    if (this.frozen) return;
    const key = this.trackable(addr, fn);
    if (key && (always || this.constants.has(key))) this.tracked.add(key);
  }

  private findConstant(fn: FnDef, n: Node, cell: Expr): void {
    const key = this.view.cellClass(cell, fn);
    if (!key) return;
    if (n.k === 'store') this.written.add(key);
    const bit = n.k === 'call' && typeof n.callee === 'string' && effectOf(n.callee)?.op !== 'atomic-cmpxchg';
    if (bit || (n.k === 'store' && isConstant(n.src))) this.constants.add(key);
  }

  /** Some function writes the member, and that is not followed: it may hold anything. */
  isLost(addr: Expr, fn: FnDef): boolean {
    const key = this.view.cellClass(addr, fn);
    return key !== null && this.written.has(key) && !this.tracked.has(key);
  }

  /** What a member that may be tracked is tracked by: `tag.member`; null for one that never is. */
  trackable(addr: Expr, fn: FnDef): string | null {
    const key = this.view.cellClass(addr, fn);
    if (!key) return null;
    const [tag] = key.split('.');
    if (key.includes('.') && tag && this.view.subject.owners.has(tag)) return key;
    return this.view.isTypedObject(addr, fn) && !this.view.isStored(addr, fn) ? key : null;
  }
}

function isNull(e: Expr | undefined): boolean {
  if (e?.k === 'cast') return isNull(e.e);
  return (e?.k === 'num' && e.v === 0) || (e?.k === 'global' && e.name === 'NULL');
}

function isConstant(e: Expr): boolean {
  return e.k === 'num' || e.k === 'global' || (e.k === 'un' && isConstant(e.e)) || (e.k === 'bin' && (isConstant(e.l) || isConstant(e.r)));
}
