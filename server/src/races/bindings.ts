import { hostsNamed, makesOnOwnDevice, namesOwnDevice } from '../lifetimes/own-device';
import type { Reach } from '../lifetimes/reach';
import type { Lifetime } from '../lifetimes/types';
import type { EntryPoint, FnDef, Program } from '../program/types';
import type { EntryContext } from './threads';

/** The drivers whose binding to a device makes a lifetime's host, as `driver:NAME`, and what that says of its entry points. */
export class Bindings {
  /** Drivers of constructors that register on the very device they were called for. */
  private readonly drivers: ReadonlySet<string>;
  /** The same with the drivers whose probe makes a group that such a constructor is in. */
  private readonly removing: ReadonlySet<string>;
  /** Constructors that are called for the host itself. */
  private readonly own: ReadonlySet<EntryPoint>;
  /** Drivers whose ->remove ends the object. */
  private readonly removers: ReadonlySet<string>;

  constructor(
    private readonly program: Program,
    private readonly reach: Reach,
    private readonly lifetime: Lifetime,
  ) {
    const hosts = hostsNamed(program, lifetime);
    const own = lifetime.constructors.filter((point) => namesOwnDevice(program, reach, hosts, point));
    this.own = new Set(own);
    const named = own.map((point) => (point.kind === 'probe' ? `driver:${point.subject}` : point.via));
    this.drivers = new Set(named.filter((driver) => driver !== null).filter((driver) => driver.startsWith('driver:')));
    this.removing = new Set([...this.drivers, ...own.flatMap((point) => this.groupDrivers(point))]);
    this.removers = new Set(lifetime.releasers.flatMap((point) => (point.kind === 'remove' ? [`driver:${point.subject}`] : [])));
  }

  /** ->remove of these drivers. One that ends the object is a thread of its own; one that only ends its callbacks is part of the unbind. */
  removes(): EntryPoint[] {
    return this.program.entryPoints.filter(
      (point) => point.kind === 'remove' && this.removing.has(`driver:${point.subject}`) && !this.lifetime.releasers.includes(point),
    );
  }

  /**
   * The constructor runs with the lock of the host held: it and the unbind exclude each other (drivers/base/dd.c holds the device's lock around both), whatever
   * names the device has in between.
   */
  locksHost(point: EntryPoint): boolean {
    return point.deviceLocked && this.own.has(point);
  }

  /** The handler is in the groups of one of the drivers, which the driver core makes when the probe has succeeded. */
  isOfDriver({ via }: EntryPoint): boolean {
    return via !== null && this.drivers.has(via);
  }

  contextOf(point: EntryPoint): EntryContext {
    return {
      ofDriver: this.isOfDriver(point) || (point.via !== null && this.removers.has(point.via)),
      onHost: this.isOfDriver(point) || this.groupDrivers(point).some((driver) => this.removing.has(driver)),
    };
  }

  /** Drivers whose probe makes the group that a handler is in, on its own device. */
  private groupDrivers({ groups }: EntryPoint): string[] {
    if (groups.length === 0) return [];
    const { program, reach } = this;
    const makers = program.entryPoints.filter((probe) => probe.kind === 'probe' && makesOnOwnDevice(program, reach, groups, probe));
    return makers.map((probe) => `driver:${probe.subject}`);
  }
}

/** Keys of the groups, made by calls, that the handlers are in and that the function makes. */
export function groupsMade(handlers: readonly EntryPoint[], fn: FnDef, reach: Reach): Set<string> {
  const reached = reach(fn);
  return new Set(
    handlers.flatMap(({ groups }) => groups.flatMap(({ key, makers }) => (makers.some((id) => reached.has(id)) ? [key] : []))),
  );
}
