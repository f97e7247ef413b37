import type { Expr, Node } from '../facts/types';
import { type Effect, effectOf } from '../kernel';
import { readersOf } from '../lifetimes/stored';
import { reachingOf } from '../program/reaching';
import type { FnDef } from '../program/types';
import { basePointer } from './expr';
import { type LockClasses, lockClassesOf } from './lock-classes';
import { indexOf, type ProgramIndex, programIndex } from './program-index';
import type { SubjectView } from './subject';
import { Tally } from './tally';

type CallNode = Extract<Node, { k: 'call' }>;
type EffectCall = ProgramIndex['effects'][number];
type Write = ProgramIndex['writes'][number];

/** What answers about other functions rest upon in one function's body. */
export interface Seen {
  said: string;
  /** Members that it stores to, once for each store. */
  stored: readonly string[];
  /** Members that it sets to constants, likewise. */
  constants: readonly string[];
}

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
  private readonly stored = new Tally();
  /** Members that some store sets to a constant. */
  private readonly constants = new Tally();
  /** Work items of the objects are queued: who drains a queue waits for them. */
  private readonly queuesObjects: boolean;
  /** Functions that remove files of debugfs, where some are made for the objects or their owners: any removal may be of those. */
  private readonly removers = new Set<number>();
  /** Functions that read a member which holds pointers to the object. */
  private readonly readers: ReadonlySet<number>;
  private relevant = new Set<number>();
  /** Functions that take or drop a relevant lock, themselves or by a call. */
  private readonly locking: Set<number>;
  /** Functions that matter whatever is tracked. */
  private readonly always: ReadonlySet<number>;
  /** Members that each function writes, where it writes some that may be tracked. */
  private readonly writers: Map<number, readonly string[]>;
  private classes: LockClasses;

  /** `drained`: functions that handlers reach whose removal is waited for; an empty critical section can only matter there. */
  constructor(
    public view: SubjectView,
    private readonly drained: ReadonlySet<number>,
    private readonly exported: ReadonlySet<number>,
    /** Work items, timers and notifier blocks of file scope whose functions are threads. */
    private readonly fileScope: ReadonlySet<string>,
    /** Groups that calls make for handlers of the lifetime, by key. */
    private readonly groups: ReadonlySet<string> = new Set(),
  ) {
    const functions = view.program.functions;
    this.classes = lockClassesOf(view);
    const { effects, iterations, writes } = programIndex(view.program);
    for (const call of effects) for (const key of this.containersOf(call)) this.containers.add(key);
    for (const write of writes) {
      const { stored, constant } = this.written(write);
      if (stored !== null) this.stored.add(stored);
      if (constant !== null) this.constants.add(constant);
    }
    this.queuesObjects = effects.some((call) => this.queuesObject(call));
    if (effects.some((call) => this.makesFiles(call))) for (const call of effects) if (isFileRemoval(call)) this.removers.add(call.fn.id);
    this.close(this.removers);
    for (const { fn, n, effect } of effects) if (!this.hard.has(fn.id) && this.isHardEffect(effect, fn, n)) this.hard.add(fn.id);
    for (const { fn, n } of iterations) if (this.isKnownContainer(n.args[0], fn)) this.hard.add(fn.id);
    for (const cell of view.subject.cells ?? []) this.tracked.add(cell);
    if (view.release.isSetLate) this.tracked.add('device.release');
    this.readers = readersOf(view.program, view.subject.cells ?? new Set());
    for (const id of this.readers) this.hard.add(id);
    for (const { fn, cell } of writes) if (view.isCell(cell, fn)) this.hard.add(fn.id);
    this.close(this.hard);
    for (const fn of functions) if (this.hard.has(fn.id)) for (const key of this.classes.heldIn(fn, view)) this.locks.add(key);
    const takes = functions.filter((fn) => this.classes.takenIn(fn, this.view).some((key) => this.isRelevantKey(key)));
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

  /**
   * Goes on for the same lifetime in the program that succeeds the view's. It answers as a new one would as long as each function whose body has changed is seen
   * as before (`replace()`), and all that the two programs answer of the others is the same.
   */
  moveTo(view: SubjectView): void {
    this.view = view;
    this.classes = lockClassesOf(view);
  }

  /** All of a function's body that answers about other functions rest upon: what each of the constructor's loops over the program takes from it. */
  seenFromOutside(fn: FnDef): Seen {
    const { view, classes } = this;
    const { effects, iterations, writes } = indexOf(fn);
    const written = writes.map((write) => this.written(write));
    const mentions = view.mentions(fn);
    const called = fn.fn.nodes.flatMap((_, i) => view.program.targets(fn, i).map((target) => target.fn));
    const sets: (string | number | null)[][] = [
      effects.flatMap((call) => this.containersOf(call)),
      writes.map(({ cell }) => this.trackable(cell, fn)),
      called.flatMap((one) => (this.matters(one) || (mentions && one.fn.ret.pointers > 0) ? [one.id] : [])),
      this.hard.has(fn.id) ? classes.heldIn(fn, view) : [],
      classes.leftIn(fn, view),
    ];
    const flags = [
      effects.some((call) => this.queuesObject(call)),
      effects.some((call) => this.makesFiles(call)),
      effects.some(isFileRemoval),
      effects.some(({ n, effect }) => this.isHardEffect(effect, fn, n)),
      iterations.some(({ n }) => this.isKnownContainer(n.args[0], fn)),
      writes.some(({ cell }) => view.isCell(cell, fn)),
      this.readers.has(fn.id),
      classes.takenIn(fn, view).some((key) => this.isRelevantKey(key)),
      mentions,
      view.subject.cells !== undefined && this.obtainsItself(fn),
    ];
    return {
      said: [...sets.map((items) => [...new Set(items)].sort().join()), ...flags].join(' '),
      stored: written.flatMap(({ stored }) => stored ?? []),
      constants: written.flatMap(({ constant }) => constant ?? []),
    };
  }

  /** Takes a function as it is seen now for what it was seen as. False where answers about others change. */
  replace(before: Seen, now: Seen): boolean {
    const areStored = this.stored.replace(before.stored, now.stored);
    const areConstant = this.constants.replace(before.constants, now.constants);
    return before.said === now.said && areStored && areConstant;
  }

  /** Who calls it matters for that. */
  private matters({ id }: FnDef): boolean {
    return [this.hard, this.removers, this.relevant, this.locking, this.obtaining].some((set) => set.has(id));
  }

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
      const key = effect?.op === 'lock' || effect?.op === 'unlock' ? this.classes.lockOf(fn, n, this.view) : null;
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

  /** Recomputes after `tracked` has grown: whoever writes a tracked member matters too. Returns who matters now and did not. */
  update(): number[] {
    const before = this.relevant;
    const relevant = new Set(this.always);
    for (const [id, writes] of this.writers) if (writes.some((key) => this.tracked.has(key))) relevant.add(id);
    this.close(relevant);
    this.relevant = relevant;
    return [...relevant].filter((id) => !before.has(id));
  }

  /** All that the function does to the subject it does through its arguments. */
  actsOnArguments(fn: FnDef): boolean {
    return !this.hard.has(fn.id) && !this.locking.has(fn.id);
  }

  /** Adds whoever calls one of the functions. */
  private close(set: Set<number>): void {
    const { program } = this.view;
    const functions = [...set].map((id) => program.functions[id] as FnDef);
    for (const id of reachingOf(functions, program)) set.add(id);
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
      case 'device-destroy':
        return view.subject.endsObject && view.mentions(fn);
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
          (action?.k === 'var' && view.mentions(fn)) ||
          this.isRemover(action, fn)
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
      case 'reset-completion':
      case 'complete':
      case 'wait-completion':
        return view.isObject(n.args[effect.completion], fn) || view.isOwner(n.args[effect.completion], fn);
      case 'wait-condition':
        return view.mentions(fn) || fn.fn.params.some(({ name }) => view.isOwner({ k: 'var', name }, fn));
      case 'disarm':
        // What is removed is named by the file's entry, not by its data.
        if (effect.source === 'debugfs') return this.removesFiles(fn);
        return this.isHardCallback(n.args[effect.cell], fn);
      case 'arm':
        return this.isHardCallback(n.args[effect.cell], fn);
      case 'set-driver-data': {
        const data = n.args[effect.data];
        return view.subject.endsObject && !view.subject.cells && (view.isObject(data, fn) || (isNull(data) && view.mentions(fn)));
      }
      case 'pin-file':
        return this.isHardCallback(n.args[effect.file], fn);
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

  /** The function removes files that may be of the objects or their owners. */
  removesFiles(fn: FnDef): boolean {
    return this.removers.has(fn.id);
  }

  private isRemover(action: Expr | undefined, fn: FnDef): boolean {
    const def = action?.k === 'global' && this.removers.size > 0 ? this.view.program.resolve(action.name, fn.file) : null;
    return def !== null && this.removesFiles(def);
  }

  private isHardCallback(cell: Expr | undefined, fn: FnDef): boolean {
    return this.view.isObject(cell, fn) || this.view.isOwner(cell, fn) || this.isFileScope(cell);
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
    return fn.fn.ret.pointers > 0 && this.view.program.callers(fn).some((site) => this.view.mentions(site.fn));
  }

  isKnownContainer(e: Expr | undefined, fn: FnDef): boolean {
    const key = e ? this.view.cellClass(e, fn) : null;
    return key !== null && this.containers.has(key);
  }

  /** What a call inserts an object of the subject into. */
  private containersOf({ fn, n, effect }: EffectCall): string[] {
    if (effect.op !== 'insert' && effect.op !== 'insert-link') return [];
    if (!this.view.isTypedObject(n.args[effect.op === 'insert' ? effect.item : effect.link], fn)) return [];
    const container = n.args[effect.container];
    const key = container ? this.view.cellClass(container, fn) : null;
    return key ? [key] : [];
  }

  private queuesObject({ fn, n, effect }: EffectCall): boolean {
    return effect.op === 'queue-work' && this.view.isTypedObject(n.args[effect.work], fn);
  }

  /** The call makes files of debugfs for the objects or their owners. */
  private makesFiles({ fn, n, effect }: EffectCall): boolean {
    return effect.op === 'arm' && effect.source === 'debugfs' && this.isHardCallback(n.args[effect.cell], fn);
  }

  /** The call says that the caller of an exported function holds a relevant lock. */
  isAssertedLock(fn: FnDef, n: CallNode): boolean {
    const key = this.exported.has(fn.id) ? this.classes.assertedBy(fn, n) : null;
    return key !== null && this.isRelevantKey(key);
  }

  /** A lock in a struct that the code does not name (`?.lock`) may be any of that member's name. */
  private isRelevantKey(key: string): boolean {
    const cut = key.indexOf('.');
    if (this.locks.has(key) || cut < 0) return this.locks.has(key);
    const member = key.slice(cut);
    return key.startsWith('?.') ? [...this.locks].some((lock) => lock.endsWith(member)) : this.locks.has(`?${member}`);
  }

  isRelevantLock(fn: FnDef, n: CallNode): boolean {
    const key = this.classes.lockOf(fn, n, this.view);
    return key !== null && this.isRelevantKey(key);
  }

  /** Relevant locks that a set of functions takes, sorted. */
  locksUnder(functions: ReadonlySet<number>): string[] {
    const out = new Set<string>();
    for (const id of functions) {
      const fn = this.view.program.functions[id];
      if (fn) for (const key of this.classes.takenIn(fn, this.view)) if (this.isRelevantKey(key)) out.add(key);
    }
    return [...out].sort();
  }

  isTracked(addr: Expr, fn: FnDef): boolean {
    const key = this.trackable(addr, fn);
    return key !== null && this.tracked.has(key);
  }

  /**
   * What a member that decides a path is tracked by; null where it is not. Members of other structs than the object's and its owners' take any value,
   * and so does a scalar that is never set to a constant: knowing it would not tell paths apart.
   */
  deciding(addr: Expr, fn: FnDef, always: boolean): string | null {
    const key = this.trackable(addr, fn);
    return key !== null && (always || this.constants.has(key)) && this.isState(addr, fn) ? key : null;
  }

  /** Where stored pointers are followed, numbers and words of flags are not: they would multiply what the threads start from. */
  private isState(addr: Expr, fn: FnDef): boolean {
    if (!this.view.subject.cells) return true;
    const type = this.view.program.typeOf({ k: 'load', addr }, fn);
    return type !== null && (type.pointers > 0 || /^(?:bool|_Bool|enum \w+)$/.test(type.base));
  }

  /** The member that a step stores to, and the one that it sets to a constant. */
  private written({ fn, n, cell }: Write): { stored: string | null; constant: string | null } {
    const key = this.view.cellClass(cell, fn);
    const bit = n.k === 'call' && typeof n.callee === 'string' && effectOf(n.callee)?.op !== 'atomic-cmpxchg';
    return { stored: n.k === 'store' ? key : null, constant: bit || (n.k === 'store' && isConstant(n.src)) ? key : null };
  }

  /** Some function writes the member, and that is not followed: it may hold anything. */
  isLost(addr: Expr, fn: FnDef): boolean {
    const key = this.view.cellClass(addr, fn);
    return key !== null && this.stored.has(key) && !this.tracked.has(key);
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

function isFileRemoval({ effect }: EffectCall): boolean {
  return effect.op === 'disarm' && effect.source === 'debugfs';
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
