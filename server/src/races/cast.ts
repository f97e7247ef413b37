import { callbackSource, isOfFile } from '../lifetimes/discover';
import { driverOf } from '../lifetimes/drivers';
import type { Reach } from '../lifetimes/reach';
import type { Lifetime } from '../lifetimes/types';
import type { EntryPoint, FnDef, Program } from '../program/types';
import { Bindings, groupsMade } from './bindings';
import type { ThreadSpec } from './explore';
import type { Slicer } from './slice';
import { type SliceMemory, type SlicePlan, slicerOf } from './slice-memory';
import type { SubjectView } from './subject';
import { entryThread } from './threads';

/** Who takes part in a lifetime, as threads, with the slices of all that they run. */
export class Cast {
  readonly slicer: Slicer;
  /** Actions that the unbind of the host runs. */
  readonly ends: readonly FnDef[];
  /** The host's driver's ->remove, where it does something to the object and does not end it. */
  readonly remove: FnDef | null;
  readonly constructors: readonly ThreadSpec[];
  readonly releasers: readonly ThreadSpec[];
  readonly works: readonly ThreadSpec[];
  private readonly bindings: Bindings;
  /** Handlers of sysfs files among the entries. */
  private readonly handlers: readonly EntryPoint[];

  constructor(
    program: Program,
    private readonly reach: Reach,
    private readonly lifetime: Lifetime,
    view: SubjectView,
    memory?: SliceMemory,
  ) {
    this.bindings = new Bindings(program, reach, lifetime);
    this.handlers = [...lifetime.constructors, ...lifetime.releasers, ...lifetime.users].filter(({ kind }) => kind.startsWith('sysfs'));
    this.ends = [lifetime.action, ...lifetime.ownerActions.flatMap((r) => r.action)];
    const removes = this.bindings.removes().map((point) => point.fn);
    const plan = this.plan(view, removes);
    this.slicer = memory?.slicer(plan) ?? slicerOf(plan);
    this.remove = removes.find((fn) => this.slicer.relevance.isRelevant(fn)) ?? null;
    this.constructors = lifetime.constructors.map((point) =>
      entryThread(point, lifetime.tag, {
        ...this.bindings.contextOf(point),
        locksHost: this.bindings.locksHost(point),
        makes: groupsMade(this.handlers, point.fn, reach),
      }),
    );
    this.releasers = lifetime.releasers.map((point): ThreadSpec => ({ ...this.thread(point), ends: true }));
    const isQueued = this.slicer.queuesWork() && !lifetime.stored;
    const works = isQueued ? lifetime.works.filter(({ owner, fn }) => owner === lifetime.tag || this.slicer.relevance.isRelevant(fn)) : [];
    this.works = works.map((point) => entryThread(point, lifetime.tag));
  }

  /** Constructors whose pairs are explored. Where the action does not end the object, a probe only sets the scene: what it builds others reach when it has ended. */
  get building(): ThreadSpec[] {
    const { endsObject, stored } = this.lifetime;
    return this.constructors.filter((spec) => !stored && (endsObject || spec.kind !== 'probe'));
  }

  /** Those who only use the object: of such as are alike the first stands for all. */
  users(): EntryPoint[][] {
    const { endsObject, stored, tag } = this.lifetime;
    const { relevance } = this.slicer;
    const followed = this.meeting.filter(
      (point) =>
        endsObject &&
        (!stored || relevance.obtains(point.fn)) &&
        (relevance.isRelevant(point.fn) || point.owner === tag) &&
        (callbackSource(point.kind) === null || this.isArmed(point) || isOfFile(point) || stored),
    );
    return alike(followed, tag, this.slicer, (fn) => relevance.locksUnder(this.reach(fn)).join());
  }

  thread(point: EntryPoint): ThreadSpec {
    return entryThread(point, this.lifetime.tag, { ...this.bindings.contextOf(point), armed: this.isArmed(point) });
  }

  /** Before it is built nothing but its own attributes reaches an object; what takes no lock of the builder's is drained by any removal. */
  meets(point: EntryPoint, builder: ThreadSpec): boolean {
    if (point.owner !== this.lifetime.tag || !builder.point) return false;
    if (this.isArmed(point)) return true;
    const { relevance } = this.slicer;
    const taken = relevance.locksUnder(this.reach(builder.point.fn));
    return relevance.isHard(point.fn) || relevance.locksUnder(this.reach(point.fn)).some((lock) => taken.includes(lock));
  }

  builds({ point }: ThreadSpec): boolean {
    return point !== null && this.lifetime.constructors.includes(point);
  }

  /** The thread builds an object and ends another. */
  endsOthers(spec: ThreadSpec): boolean {
    return spec.point !== null && this.builds(spec) && spec.kind !== 'probe' && this.slicer.endsOthers(spec.point.fn);
  }

  /** The thread builds an object where it does not find one. Where stored pointers are followed those that find are threads of their own. */
  findsOthers(spec: ThreadSpec): boolean {
    return spec.point !== null && this.builds(spec) && !this.lifetime.stored && this.slicer.findsOthers(spec.point.fn);
  }

  private get meeting(): readonly EntryPoint[] {
    return this.lifetime.stored?.finders ?? this.lifetime.users;
  }

  private isArmed(point: EntryPoint): boolean {
    const source = callbackSource(point.kind);
    const { tag, owners } = this.lifetime;
    const concerns = point.owner === tag || (source !== 'file' && point.owner !== null && owners.has(point.owner));
    return concerns && source !== null && this.slicer.arms(source) && (source !== 'file' || point.session !== null);
  }

  private plan(view: SubjectView, removes: readonly FnDef[]): SlicePlan {
    const { constructors, releasers, works, stored, endsObject } = this.lifetime;
    const { handlers, meeting, ends } = this;
    const entries = [...constructors, ...releasers, ...meeting, ...works];
    const functions = entries.flatMap(functionsOf);
    const under = (points: readonly EntryPoint[]) => new Set(points.flatMap(functionsOf).flatMap((fn) => [...this.reach(fn)]));
    const exported = under(entries.filter((point) => point.kind === 'export'));
    const ofFile = new Set(entries.filter(isOfFile).map((point) => point.subject));
    const groups = new Set(handlers.flatMap((point) => point.groups.map(({ key }) => key)));
    // The constructors only set the scene: what they decide by does not matter, but what the others read does.
    const deciding = stored || !endsObject ? [...(stored ? meeting : releasers).flatMap(functionsOf), ...ends] : null;
    // A probe that fails makes none of its driver's groups, and is followed by no ->remove.
    const removed = new Set(releasers.map((point) => (point.kind === 'remove' ? driverOf(point) : null)));
    const hasGroups = handlers.some((point) => this.bindings.isOfDriver(point));
    const probes = constructors.filter((point) => point.kind === 'probe' && (hasGroups || removed.has(point.subject)));
    // A file that does not open is not used.
    const opens = entries.flatMap(({ session }) => session?.open ?? []);
    return {
      view,
      drained: under(handlers),
      exported,
      fileScope: ofFile,
      groups,
      deciding,
      results: [...probes.map((point) => point.fn), ...opens],
      roots: [...functions, ...removes, ...ends],
    };
  }
}

/** What the kernel calls in the thread of an entry. */
function functionsOf({ fn, session }: EntryPoint): FnDef[] {
  return [session?.open, fn, session?.release].filter((one) => one != null);
}

/**
 * The objects are made by ->open, one for each file: ->open has returned before anything else is called for that file, and nothing is called for it any more
 * when ->release is (fs/open.c do_dentry_open, fs/file_table.c __fput).
 */
export function areOfOneFile(a: ThreadSpec, b: ThreadSpec, { constructors }: Lifetime): boolean {
  const [one, other] = [a.point?.session, b.point?.session];
  const open = one?.open;
  if (!open || open !== other?.open || !constructors.some(({ fn }) => fn === open)) return false;
  const isReleased = [a, b].some(({ point }) => point?.fn === one.release);
  // Two files are opened at once.
  return isReleased || (a.point?.fn === open) !== (b.point?.fn === open);
}

/** ->remove and ->shutdown of one driver: a device that one of them has ended is not given to the other (drivers/base/core.c device_shutdown). */
export function areOfOneBinding(a: ThreadSpec, b: ThreadSpec): boolean {
  const driver = a.kind === 'remove' && b.kind === 'remove' && a.point && driverOf(a.point);
  return Boolean(driver) && driver === (b.point && driverOf(b.point));
}

/**
 * Handlers of the object's own attributes that only touch it are alike: its removal waits for all of them before the
 * object can go, so only the locks that they wait for tell them apart. One of each kind is explored for all.
 */
function alike(points: EntryPoint[], tag: string, slicer: Slicer, locksOf: (fn: FnDef) => string): EntryPoint[][] {
  const groups = new Map<string, EntryPoint[]>();
  for (const point of points) {
    const plain = point.kind.startsWith('sysfs') && point.owner === tag && !slicer.relevance.isHard(point.fn);
    const key = plain ? `${point.path}|${locksOf(point.fn)}` : `${point.fn.id}`;
    const group = groups.get(key);
    if (group) group.push(point);
    else groups.set(key, [point]);
  }
  return [...groups.values()];
}
