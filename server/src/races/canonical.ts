import type { Machine } from './machine';
import type { State } from './state';

/** Slots named after an object, by its number or by that of a pointer into it. */
const BY_OBJECT = /^(?:allocated|freed|public|zeroed|deleted|deleting|registered|attributes|findable|device|ref|cell) (\d+)(?::|$)/;
const BY_POINTER = /^(?:linked|unlinked|in|disabled|done) (\d+)$|^history \d+:(\d+)$/;

/**
 * Makes equal what goes on alike: an object that is freed and that nothing points to any more is forgotten, as if it had never been.
 */
export class Canonical {
  /** Object that each slot says something of; -1 none. */
  private readonly owners: number[] = [];
  private readonly freed: { slot: number; object: number }[] = [];

  constructor(private readonly machine: Machine) {}

  of(state: State): State {
    this.readNames();
    let { shared } = state;
    for (const { slot, object } of this.freed)
      if (shared[slot] && !this.isReferenced({ shared, threads: state.threads }, object))
        shared = shared.map((value, i) => (this.owners[i] === object ? 0 : value));
    return shared === state.shared ? state : { shared, threads: state.threads };
  }

  private isReferenced({ shared, threads }: State, object: number): boolean {
    const { values } = this.machine;
    return (
      shared.some((value, i) => value !== 0 && this.owners[i] !== object && values.mentions(value - 1, object)) ||
      threads.some(({ on, frames }) => on === object || frames.some(({ vars }) => vars.some((value) => values.mentions(value, object))))
    );
  }

  /** Slots get their names while the machine runs. */
  private readNames(): void {
    const { names } = this.machine.slots;
    for (let slot = this.owners.length; slot < names.length; slot++) {
      const object = this.ownerOf(names[slot] as string);
      this.owners.push(object);
      if (names[slot] === `freed ${object}`) this.freed.push({ slot, object });
    }
  }

  private ownerOf(name: string): number {
    const named = BY_OBJECT.exec(name);
    if (named) return Number(named[1]);
    const pointer = BY_POINTER.exec(name);
    return pointer ? (this.machine.values.objectOf(Number(pointer[1] ?? pointer[2]))?.id ?? -1) : -1;
  }
}
