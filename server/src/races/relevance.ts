import type { Expr, Node } from '../facts/types';
import { type Effect, effectOf } from '../kernel';
import type { Roots } from '../lifetimes/roots';
import { readersOf } from '../lifetimes/stored';
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
  /** Functions that read a member which holds pointers to the object. */
  private readonly readers: ReadonlySet<number>;
  private relevant = new Set<number>();
  /** Functions that take or drop a relevant lock, themselves or by a call. */
  private readonly locking: Set<number>;
  /** Functions that matter whatever is tracked. */
  private readonly always: ReadonlySet<number>;
  /** Members that each function writes, where it writes some that may be tracked. */
  private readonly writers: Map<number, readonly string[]>;
  private readonly callers: ReadonlyMap<number, ReadonlySet<number>>;
  private readonly left = new Map<number, readonly string[]>();

  /** `drained`: functions that handlers reach whose removal is waited for; an empty critical section can only matter there. */
  constructor(
    readonly view: SubjectView,
    private readonly drained: ReadonlySet<number>,
    private readonly exported: ReadonlySet<number>,
    /** Work items, timers and notifier blocks of file scope whose functions are threads. */
    private readonly fileScope: ReadonlySet<string>,
    /** Groups that calls make for handlers of the lifetime, by key. */
    private readonly groups: ReadonlySet<string> = new Set(),
  ) {
    const functions = view.program.functions;
    const { effects, iterations, writes, callers } = programIndex(view.program);
    this.callers = callers;
    for (const { fn, n, effect } of effects) this.findContainer(fn, n, effect);
    for (const { fn, n, cell } of writes) this.findConstant(fn, n, cell);
    this.queuesObjects = effects.some(({ fn, n, effect }) => effect.op === 'queue-work' && view.isTypedObject(n.args[effect.work], fn));
    for (const { fn, n, effect } of effects) if (!this.hard.has(fn.id) && this.isHardEffect(effect, fn, n)) this.hard.add(fn.id);
    for (const { fn, n } of iterations) if (this.isKnownContainer(n.args[0], fn)) this.hard.add(fn.id);
    for (const cell of view.subject.cells ?? []) this.tracked.add(cell);
    this.readers = readersOf(view.program, view.subject.cells ?? new Set());
    for (const id of this.readers) this.hard.add(id);
    for (const { fn, cell } of writes) if (view.isCell(cell, fn)) this.hard.add(fn.id);
    this.close(this.hard);
    for (const fn of functions) if (this.hard.has(fn.id)) for (const key of this.heldIn(fn)) this.locks.add(key);
    const takes = functions.filter((fn) => this.lockClasses(fn).some((key) => this.matters(key)));
    this.always = new Set([...this.hard, ...takes.flatMap((fn) => (this.drained.has(fn.id) || view.mentions(fn) ? [fn.id] : []))]);
    this.locking = new Set(takes.map((fn) => fn.id));
    this.close(this.locking);
    this.writers = new Map();
    for (const { fn, cell } of writes) {
      const key = this.trackable(cell, fn);
      if (key !== null) this.writers.set(fn.id, [...(this.writers.get(fn.id) ?? []), key]);
    }
    if (view.subject.cells) {
      for (const fn of functions) if (this.obtainsItself(fn)) this.obtaining.add(fn.id);
      this.close(this.obtaining);
    }
    this.update();
  }

  private readonly obtaining = new Set<number>();

  /** The function may come by an object that it is not given: it looks one up, makes one, or reads a member that holds one. */
  obtains(fn: FnDef): boolean {
    return this.obtaining.has(fn.id);
  }

  private obtainsItself(fn: FnDef): boolean {
    const locks = { lock: new Set<string>(), unlock: new Set<string>() };
    const found = fn.fn.nodes.some((n, i) => {
      if (n.k === 'iter') return this.isKnownContainer(n.args[0], fn);
      if (n.k !== 'call') return false;
      const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
      const key = effect?.op === 'lock' || effect?.op === 'unlock' ? this.lockClass(fn, n) : null;
      if (key && (effect?.op === 'lock' || effect?.op === 'unlock') && this.locks.has(key)) locks[effect.op].add(key);
      if (effect?.op === 'for-each-child' || effect?.op === 'for-each-device')
        return this.view.program.targets(fn, i).some((target) => target.via === 'callback' && this.hard.has(target.fn.id));
      return effect !== undefined && OBTAINING.has(effect.op) && this.isHardEffect(effect, fn, n);
    });
    return (
      found ||
      this.readers.has(fn.id) ||
      [...locks.lock].some((key) => !locks.unlock.has(key)) ||
      [...locks.unlock].some((key) => !locks.lock.has(key))
    );
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
      case 'device-create':
        return view.isObject(n.args[effect.data], fn);
      case 'device-del':
      case 'remove-self':
        return view.isObject(n.args[effect.dev], fn) || view.isOwner(n.args[effect.dev], fn);
      case 'remove-groups':
        return this.namesGroup(fn, n) || this.reachesThroughOwner(n.args[effect.dev], fn);
      case 'configure':
        return this.namesGroup(fn, n);
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

  /** The call makes or removes a group of a handler of the lifetime. */
  private namesGroup(fn: FnDef, n: CallNode): boolean {
    return this.groupsNamed(n.args, fn).length > 0;
  }

  /** Keys of the groups of the lifetime's handlers that stand among the arguments of a call. */
  groupsNamed(args: readonly Expr[], fn: FnDef): string[] {
    if (this.groups.size === 0) return [];
    return args.flatMap((arg) => this.view.program.globalKey(arg, fn) ?? []).filter((key) => this.groups.has(key));
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
    return key !== null && this.matters(key);
  }

  /** A lock in a struct that the code does not name (`?.lock`) may be any of that member's name. */
  private matters(key: string): boolean {
    const cut = key.indexOf('.');
    if (this.locks.has(key) || cut < 0) return this.locks.has(key);
    const member = key.slice(cut);
    return key.startsWith('?.') ? [...this.locks].some((lock) => lock.endsWith(member)) : this.locks.has(`?${member}`);
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
    return key !== null && this.matters(key);
  }

  /** Classes of the locks that a function takes or drops, itself or by a function that only takes or only drops them: `foo_lock(x)`. */
  private heldIn(fn: FnDef): Set<string> {
    const out = new Set(this.lockClasses(fn));
    fn.fn.nodes.forEach((n, i) => {
      if (n.k === 'call') for (const target of this.view.program.targets(fn, i)) for (const key of this.leftBy(target.fn)) out.add(key);
    });
    return out;
  }

  /** Classes of the locks that are held after the call of a function and not before it, or the other way round. */
  private leftBy(fn: FnDef): readonly string[] {
    const known = this.left.get(fn.id);
    if (known) return known;
    this.left.set(fn.id, []);
    const taken = new Set<string>();
    const dropped = new Set<string>();
    const wrapped = new Set<string>();
    fn.fn.nodes.forEach((n, i) => {
      if (n.k !== 'call') return;
      for (const target of this.view.program.targets(fn, i)) for (const key of this.leftBy(target.fn)) wrapped.add(key);
      const key = this.lockClass(fn, n);
      const op = typeof n.callee === 'string' ? effectOf(n.callee)?.op : undefined;
      if (key && op === 'lock') taken.add(key);
      if (key && op === 'unlock') dropped.add(key);
    });
    const both = taken.size > 0 && dropped.size > 0;
    const own = [...taken, ...dropped].filter((key) => !(taken.has(key) && dropped.has(key)));
    // What a function does by wrappers it may well undo by others.
    const left = both ? own : [...own, ...wrapped];
    this.left.set(fn.id, left);
    return left;
  }

  /** Relevant locks that a set of functions takes, sorted. */
  locksUnder(functions: ReadonlySet<number>): string[] {
    const out = new Set<string>();
    for (const id of functions) {
      const fn = this.view.program.functions[id];
      if (fn) for (const key of this.lockClasses(fn)) if (this.matters(key)) out.add(key);
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
    if (key && (always || this.constants.has(key)) && this.isState(addr, fn)) this.tracked.add(key);
  }

  /** Where stored pointers are followed, numbers and words of flags are not: they would multiply what the threads start from. */
  private isState(addr: Expr, fn: FnDef): boolean {
    if (!this.view.subject.cells) return true;
    const type = this.view.program.typeOf({ k: 'load', addr }, fn);
    return type !== null && (type.pointers > 0 || /^(?:bool|_Bool|enum \w+)$/.test(type.base));
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
    const stored = this.view.cellAt(addr, fn);
    if (stored !== null) return stored;
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

/** Effects that can give a function an object that it did not have. */
const OBTAINING: ReadonlySet<Effect['op']> = new Set([
  'alloc',
  'find-child',
  'find-device',
  'load-container',
  'erase',
  'for-each-item',
  'insert',
]);
