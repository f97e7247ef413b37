import type { Expr } from '../facts/types';
import type { LockMode } from '../kernel';
import { dataDevices } from '../lifetimes/drvdata';
import type { Finals } from '../lifetimes/finals';
import { concreteTag } from '../lifetimes/roots';
import type { FnDef } from '../program/types';
import { followedText } from './pointers';
import type { Slicer } from './slice';
import { type NativeName, READERS } from './state';
import type { Tables } from './step-state';
import type { Step } from './steps';
import type { SubjectView } from './subject';
import { type HeapObject, ONE, TOP, type Value, ZERO } from './values';
import { Visibility } from './visibility';

/** Pointers followed from one object to the next before what they point to is unknown. */
const MAX_CHAIN = 4;
/** What the shared slots mean: locks, containers, objects, and the memory in and around them. */
export class Memory extends Visibility {
  private readonly reachedTags = new WeakMap<Expr, string | null>();
  private readonly deviceMembers: ReadonlyMap<string, string>;

  constructor(
    view: SubjectView,
    slicer: Slicer,
    readonly finals: Finals,
    nativeNames: readonly NativeName[],
    tables: Tables,
  ) {
    super(view, slicer, nativeNames, tables);
    this.deviceMembers = dataDevices(view.program);
  }

  // --- locks: free, held by one thread, or by a set of readers ---

  isFree(name: string, mode: LockMode): boolean {
    const held = this.count(name) ?? 0;
    return held === 0 || (mode === 'read' && held >= READERS);
  }

  /** Goes on only when the lock can be taken. */
  await(name: string, mode: LockMode, what: string): void {
    if (this.isFree(name, mode)) return;
    this.block({ kind: 'lock', on: this.threads.map((_, i) => i).filter((i) => this.holds(name, i)), what });
  }

  /** The thread has the lock, whatever the mode. */
  holds(name: string, thread = this.t): boolean {
    const held = this.count(name) ?? 0;
    return held < READERS ? held === thread + 1 : ((held - READERS) & (1 << thread)) !== 0;
  }

  /** Takes a lock or waits for it. `what` names it in a deadlock. */
  acquire(name: string, mode: LockMode, what: string): void {
    this.await(name, mode, what);
    const held = this.count(name) ?? 0;
    this.setCount(name, mode === 'read' ? Math.max(held, READERS) | (1 << this.t) : this.t + 1);
    this.moveRight('lock');
  }

  /**
   * Drops a lock that this thread holds; false when it does not. No scheduling point: a release commutes with
   * everything that others can do before it (Lipton 1975, "Reduction": a left mover).
   */
  release(name: string): boolean {
    const held = this.count(name) ?? 0;
    if (held === this.t + 1) this.clear(name);
    else if (held >= READERS && (held - READERS) & (1 << this.t)) {
      const left = held & ~(1 << this.t);
      if (left === READERS) this.clear(name);
      else this.setCount(name, left);
    } else return false;
    this.enable();
    return true;
  }

  /** A writer becomes a reader, and lets other readers in. */
  downgrade(name: string): boolean {
    if (this.count(name) !== this.t + 1) return false;
    this.setCount(name, READERS | (1 << this.t));
    this.enable();
    return true;
  }

  // --- containers: tuples of (key, item) pairs in insertion order ---

  members(container: number): { key: number; item: number }[] {
    const items = this.values.items(this.get(`in ${container}`) ?? this.values.emptyTuple);
    const out: { key: number; item: number }[] = [];
    for (let i = 0; i + 1 < items.length; i += 2) out.push({ key: items[i] as number, item: items[i + 1] as number });
    return out;
  }

  /** Objects of the subject are kept in it; what others hold is not followed. */
  isContainer(e: Expr | undefined): boolean {
    const frame = this.thread.frames.at(-1);
    return frame !== undefined && typeof frame.code !== 'string' && this.slicer.relevance.isKnownContainer(e, frame.code.fn);
  }

  setMembers(container: number, members: { key: number; item: number }[]): void {
    if (members.length === 0) this.clear(`in ${container}`);
    else this.set(`in ${container}`, this.values.tuple(members.flatMap((m) => [m.key, m.item])));
  }

  // --- objects ---

  /** The tracked object a value points into, or null. */
  tracked(value: number): HeapObject | null {
    const object = this.values.objectOf(value);
    return object?.kind === 'tracked' ? object : null;
  }

  isPublished(object: HeapObject): boolean {
    return this.has('public', object.id);
  }

  publish(object: HeapObject): void {
    if (!this.isPublished(object)) this.set(`public ${object.id}`, ONE);
  }

  isFreed(object: HeapObject): boolean {
    return this.has('freed', object.id);
  }

  free(object: HeapObject): void {
    this.set(`freed ${object.id}`, ONE);
    this.event('free', object, `${this.typeName(object)} freed`);
  }

  typeName(object: HeapObject): string {
    return object.tag ? `struct ${object.tag}` : object.name;
  }

  /** A touch of memory through a pointer: a use-after-free when the object is gone. */
  use(value: number, write: boolean): void {
    if (value === ZERO) this.prune();
    const object = this.tracked(value);
    if (!object) return;
    if (this.isPublished(object)) this.watch(object);
    if (this.isFreed(object)) {
      this.event('use', object);
      const end = this.has('managed', object.id) ? 'devres has freed it' : 'its last reference was dropped';
      this.stop('use-after-free', `${this.typeName(object)} is used after ${end}`);
    }
    // An open file may outlive the registration: its own state stays.
    if (write && !this.scene.enders.includes(this.t) && this.scene.callbacks.get(this.t) !== 'file') this.configure(object);
  }

  /** A write to an object that was torn down by another thread. */
  configure(object: HeapObject): void {
    const by = this.get(`deleted ${object.id}`);
    if (by === undefined || by === this.values.int(this.t) || this.inTeardown()) return;
    this.event('use', object);
    this.violate('use-after-unregister', `${this.typeName(object)} is configured after it was unregistered`);
  }

  protected inTeardown(): boolean {
    return this.thread.frames.some(
      (f) => f.code === 'device-del' || f.code === 'run-action' || (typeof f.code !== 'string' && f.code.fn === this.view.subject.action),
    );
  }

  /** Allocated objects of the subject, freed ones included. */
  trackedObjects(): HeapObject[] {
    return this.values.tracked.filter((object) => this.get(`allocated ${object.id}`) !== undefined);
  }

  /** The object that the running thread allocates now. It is named by the thread, so that who allocated first makes no difference. */
  newObject(): HeapObject {
    const { tag } = this.view.subject;
    for (let index = this.t; ; index += this.threads.length) {
      const object = this.values.object(`${tag}#${index}`, 'tracked', tag, { index });
      if (this.get(`allocated ${object.id}`) === undefined) return object;
    }
  }

  /** Path of the struct device embedded in the subject's struct, '' for none. */
  devicePath(object: HeapObject): string {
    const device = this.get(`findable ${object.id}`) ?? this.get(`device ${object.id}`);
    const place = device === undefined ? null : this.values.get(device);
    return place?.k === 'ptr' ? place.path : this.view.devicePath;
  }

  /** The device is an owner of the subject: all children that lookups find below it are the subject's. */
  ownsChildren(parent: number | null): boolean {
    const object = parent === null ? null : this.values.objectOf(parent);
    return object?.kind === 'instance' && this.view.subject.owners.has(object.tag ?? '');
  }

  /** Hosts with entries that may be the same device as `host`. */
  otherHosts(host: number): number[] {
    const out: number[] = [];
    this.slots.names.forEach((name, i) => {
      const other = name.startsWith('devres ') && this.shared[i] ? Number(name.slice(7)) : -1;
      if (other >= 0 && other !== host && this.values.equal(other, host) !== false) out.push(other);
    });
    return out;
  }

  /** Hosts that are the same member of the same kind of struct as a device, reached through another object: they may be that device. */
  sameKindHosts(device: number): number[] {
    const own = this.values.get(device);
    const tag = this.values.objectOf(device)?.tag;
    return this.scene.hosts.filter((host) => {
      const other = this.values.get(host);
      const same =
        host !== device && own.k === 'ptr' && other.k === 'ptr' && own.path === other.path && tag === this.values.objectOf(host)?.tag;
      if (same) this.assumptions.add(`${this.values.show(host)} and ${this.values.show(device)} are the same device`);
      return same;
    });
  }

  // --- what members hold ---

  /** The slot of what a place holds; stack memory is the running thread's. */
  protected cellSlot(addr: number): number {
    const known = this.cellSlots[addr];
    if (known !== undefined) return known;
    const place = this.values.get(addr) as Extract<Value, { k: 'ptr' }>;
    const object = this.values.objectById(place.obj);
    if (object.kind === 'local') return this.slots.of(`local ${this.t}:${object.name}.${place.path}`);
    const slot = this.slots.of(`cell ${object.id}:${place.path}`);
    this.cellSlots[addr] = slot;
    return slot;
  }

  /** By the place. */
  private readonly cellSlots: number[] = [];

  read(addr: number, e: Expr, fn: FnDef): number {
    const place = this.values.get(addr);
    if (addr === ZERO || place.k === 'err') this.prune();
    if (place.k !== 'ptr') return this.reached(e, fn);
    const object = this.values.objectById(place.obj);
    if (object.kind === 'tracked') {
      this.use(addr, false);
      if (e.k === 'load' && this.slicer.isTracked(e.addr, fn)) this.touch(object);
    }
    const slot = this.cellSlot(addr);
    const known = this.valueAt(slot);
    if (
      object.kind === 'instance' &&
      this.view.subject.owners.has(object.tag ?? '') &&
      e.k === 'load' &&
      this.slicer.isWritable(e.addr, fn)
    )
      this.touch(null);
    if (known !== undefined) {
      const cell = this.view.cellOf(e, fn);
      if (cell !== null && this.tracked(known)) this.event('follow', null, followedText(cell));
      else if (object.kind === 'instance' && this.tracked(known)) this.note('find');
      return known;
    }
    if (object.kind === 'tracked' || object.kind === 'local') return this.initial(object, place.path, e, fn);
    let first = this.initials.get(slot);
    if (first === undefined) {
      first = this.initial(object, place.path, e, fn);
      this.initials.set(slot, first);
    }
    return first;
  }

  /** Values that memory outside the explored objects held before, by cell. */
  protected readonly initials = new Map<number, number>();

  /** What a typed pointer in memory of unknown origin points to: the instance of that struct that all threads mean. */
  protected reached(e: Expr, fn: FnDef): number {
    let tag = this.reachedTags.get(e);
    if (tag === undefined) {
      tag = concreteTag(this.view.program.typeOf(e, fn));
      this.reachedTags.set(e, tag);
    }
    return tag === null || this.view.isObjectTag(tag) ? TOP : this.values.ptr(this.values.instance(tag).id, '');
  }

  /** Gives an unknown value of a variable a name: what else is made from the variable is the same unknown. */
  nameUnknown(e: Expr | undefined, name: string): number {
    return this.learn(e, this.values.sym(name));
  }

  /** Gives a variable of unknown value the one that it turned out to have. */
  learn(e: Expr | undefined, value: number): number {
    const frame = this.thread.frames.at(-1);
    if (!frame || typeof frame.code === 'string') return value;
    if (e?.k === 'var') {
      const slot = frame.code.slots.get(e.name) ?? -1;
      if (slot >= 0) this.goto(frame, frame.code, frame.pc, slot, value);
    } else if (e?.k === 'load' && e.addr.k === 'local') {
      const local = this.values.object(localName(this.t, frame.code.fn, e.addr.name), 'local', null);
      this.write(this.values.ptr(local.id, ''), value, false);
    }
    return value;
  }

  /** Struct tag of what the result of a call is kept as; null when it is no struct of the program. */
  typeOfResult(step: Extract<Step, { k: 'call' }>): string | null {
    const frame = this.thread.frames.at(-1);
    if (!frame || typeof frame.code === 'string' || step.dst < 0) return null;
    const name = frame.code.names[step.dst] as string;
    return concreteTag(this.view.program.typeOf({ k: 'var', name }, frame.code.fn));
  }

  /** A cell that a bit or atomic operation names by address. */
  readCell(addr: number): number {
    const place = this.values.get(addr);
    if (place.k !== 'ptr') return TOP;
    const object = this.values.objectById(place.obj);
    this.use(addr, false);
    if (object.kind !== 'local') this.touch(this.tracked(addr));
    const known = this.valueAt(this.cellSlot(addr));
    if (known !== undefined) return known;
    return object.kind === 'tracked' && this.get(`zeroed ${object.id}`) !== undefined ? ZERO : TOP;
  }

  /** What a pointer member of a stand-in holds: what every thread finds there until one writes the member. */
  pointerMember(object: HeapObject, member: string): number {
    const known = this.valueAt(this.cellSlot(this.values.ptr(object.id, member)));
    return (
      known ?? this.values.ptr(this.values.object(`${object.name}.${member}`, 'deref', null, { depth: (object.depth ?? 0) + 1 }).id, '')
    );
  }

  protected initial(object: HeapObject, path: string, e: Expr, fn: FnDef): number {
    if (object.kind === 'local') return TOP;
    if (object.kind === 'tracked') {
      const lost = e.k === 'load' && this.slicer.relevance.isLost(e.addr, fn);
      return !lost && this.get(`zeroed ${object.id}`) !== undefined && !/(^|\.)(driver|kobj|name|init_name)$/.test(path) ? ZERO : TOP;
    }
    if (object.tag) {
      const final = this.finals.of(object.tag, path);
      if (final) return this.values.ptr(this.values.object(final, 'global', null).id, '');
    }
    const type = this.view.program.typeOf(e, fn);
    if (!type || type.pointers === 0 || type.fn) return TOP;
    const tag = concreteTag(type);
    if (tag === this.view.subject.tag) return TOP;
    // A member that leads to an owner leads to the one that all threads mean.
    if (tag !== null && this.deviceMembers.has(tag) && this.view.subject.owners.has(tag))
      return this.values.ptr(this.values.instance(tag).id, '');
    const depth = (object.depth ?? 0) + 1;
    return depth > MAX_CHAIN ? TOP : this.values.ptr(this.values.object(`${object.name}.${path}`, 'deref', tag, { depth }).id, '');
  }

  write(addr: number, value: number, configures = true): void {
    const place = this.values.get(addr);
    if (addr === ZERO || place.k === 'err') this.prune();
    if (place.k !== 'ptr') return;
    const object = this.values.objectById(place.obj);
    const slot = this.cellSlot(addr);
    if (object.kind === 'tracked') {
      this.use(addr, configures && !this.isFlag(object, place.path));
      if (this.isPublished(object)) this.event('write', object);
    } else if (object.kind !== 'local') {
      this.event('write', null);
      const stored = this.tracked(value);
      if (stored) this.publish(stored);
    }
    if (object.kind === 'local') return this.writeLocal(object, slot, value);
    if (object.kind === 'instance') {
      // Which device a struct hangs at is settled before others can ask: whatever it is called where it is set.
      if (object.tag !== null && this.deviceMembers.get(object.tag) === place.path) return;
      // What a stand-in holds from the start is as unknown, and is the same for everyone who reads it.
      if (value === TOP) return this.clearAt(slot);
    }
    // An unknown scalar stored in a tracked object is the same unknown wherever it is read again.
    this.setAt(slot, value === TOP && object.kind === 'tracked' ? this.values.sym(this.unknownAt(addr)) : value);
  }

  /** Name of the unknown that a place holds. */
  protected unknownAt(addr: number): string {
    return this.values.show(addr);
  }

  /** A pointer to a tracked object stands in the variables of the function that a local is of. */
  protected holdsTracked(local: HeapObject): boolean {
    const owner = local.name.split(':').slice(0, 2).join(':').slice('local '.length);
    for (const slot of this.localSlots.get(owner) ?? []) {
      const value = this.shared[slot];
      if (value && this.tracked(value - 1)) return true;
    }
    return false;
  }

  protected writeLocal(object: HeapObject, slot: number, value: number): void {
    if (value === TOP) return this.clearAt(slot);
    const owner = object.name.split(':').slice(0, 2).join(':').slice('local '.length);
    const known = this.localSlots.get(owner) ?? new Set<number>();
    this.localSlots.set(owner, known.add(slot));
    this.setAt(slot, value);
  }

  /** A bool, a bit or an atomic: what threads tell each other, nothing that a teardown would have to undo. */
  protected isFlag(object: HeapObject, path: string): boolean {
    if (path.includes('#')) return true;
    const cut = path.lastIndexOf('.');
    const owner = this.tagAt(object, cut < 0 ? '' : path.slice(0, cut));
    const type = owner === null ? null : this.view.program.fieldType(owner, path.slice(cut + 1));
    return type !== null && type.pointers === 0 && /^(?:bool|_Bool|atomic_t|atomic_long_t|atomic64_t)$/.test(type.base);
  }

  /** Struct tag of the member at a path of an object; null when unknown. */
  protected tagAt(object: HeapObject, path: string): string | null {
    let tag = object.tag;
    for (const part of path === '' ? [] : path.split('.')) {
      if (!tag) return null;
      const type = this.view.program.fieldType(tag, part);
      tag = type && type.pointers === 0 ? (/^(?:struct|union)\s+(.+)$/.exec(type.base)?.[1] ?? null) : null;
    }
    return tag;
  }
}

/** Name of a local that lives in memory. */
export function localName(thread: number, fn: FnDef, name: string): string {
  return `local ${thread}:${fn.id}:${name}`;
}
