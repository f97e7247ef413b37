import type { FnDef } from '../program/types';
import type { Slicer } from './slice';
import type { Slice } from './steps';

/** Remembers what is said of the slices that functions reach, as long as these are the same slices. */
export class ReachMemo<T> {
  private readonly known = new Map<number, { version: number; reached: readonly Slice[]; said: T }>();

  constructor(private readonly slicer: Slicer) {}

  of(fn: FnDef, say: (reached: readonly FnDef[]) => T): T {
    const { slicer } = this;
    const known = this.known.get(fn.id);
    if (known && (known.version === slicer.version || known.reached.every((slice) => slicer.of(slice.fn) === slice))) {
      known.version = slicer.version;
      return known.said;
    }
    const reached = [...slicer.reachedFrom(fn)];
    const said = say(reached);
    this.known.set(fn.id, { version: slicer.version, reached: reached.map((one) => slicer.of(one)), said });
    return said;
  }

  clear(): void {
    this.known.clear();
  }
}
