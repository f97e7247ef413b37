import type { FnDef } from '../program/types';
import { Relevance } from './relevance';
import { type SeenFunction, Slicer } from './slice';
import type { SubjectView } from './subject';

/** All that the slices of a lifetime rest upon besides the program. */
export interface SlicePlan {
  view: SubjectView;
  /** As the constructor of Relevance takes them. */
  drained: ReadonlySet<number>;
  exported: ReadonlySet<number>;
  fileScope: ReadonlySet<string>;
  groups: ReadonlySet<string>;
  /** What these and those they call read alone decides paths; null: what all read does. */
  deciding: readonly FnDef[] | null;
  /** Functions whose results the kernel reads. */
  results: readonly FnDef[];
  roots: readonly FnDef[];
}

/** Slices all that a plan names. `outlasts`: the slices may go on in the program that succeeds this one. */
export function slicerOf({ view, drained, exported, fileScope, groups, deciding, results, roots }: SlicePlan, outlasts = false): Slicer {
  const slicer = new Slicer(new Relevance(view, drained, exported, fileScope, groups), outlasts);
  if (deciding) {
    slicer.build([...deciding]);
    slicer.freeze();
  }
  for (const fn of results) slicer.needResult(fn);
  slicer.build([...roots]);
  return slicer;
}

interface Kept {
  slicer: Slicer;
  plan: string;
  /** What was seen from outside of functions whose bodies have changed since, as they were. */
  seen: Map<FnDef, SeenFunction>;
  /** Number of the check that last asked for it. */
  check: number;
}

/** Checks that slices are kept for without being asked for. */
const KEPT_CHECKS = 4;

/**
 * Slices that outlast edits of functions' bodies, by lifetimes. Before the bodies change it is told which will; where a program does not succeed the last one
 * it has to forget.
 */
export class SliceMemory {
  private readonly kept = new Map<string, Kept>();
  private check = 0;

  /** Begins a check. */
  begin(): void {
    this.check += 1;
    for (const [key, { check }] of this.kept) if (check < this.check - KEPT_CHECKS) this.kept.delete(key);
  }

  /** These functions are going to be others: their bodies change, or what pointers in them may be. To be told before the slices are asked for again. */
  note(changed: readonly FnDef[]): void {
    for (const { slicer, seen } of this.kept.values()) {
      // What is seen of all slices is asked while they stand as they were made.
      slicer.rests();
      for (const fn of changed) if (!seen.has(fn)) seen.set(fn, slicer.seenFromOutside(fn));
    }
  }

  forget(): void {
    this.kept.clear();
  }

  slicer(plan: SlicePlan): Slicer {
    const { tag, action, cells } = plan.view.subject;
    const key = `${tag} ${action.id} ${cells !== undefined}`;
    const text = textOfPlan(plan);
    const known = this.kept.get(key);
    const goesOn = known?.plan === text && known.slicer.succeed(plan.view, known.seen);
    const slicer = known && goesOn ? known.slicer : slicerOf(plan, true);
    this.kept.set(key, { slicer, plan: text, seen: new Map(), check: this.check });
    return slicer;
  }
}

function textOfPlan({ view, drained, exported, fileScope, groups, deciding, results, roots }: SlicePlan): string {
  const { action, owners, cells, ...subject } = view.subject;
  const ids = (functions: readonly FnDef[] | null) => functions?.map(({ id }) => id);
  const sets = [owners, cells ?? [], drained, exported, fileScope, groups].map((set) => [...set]);
  return JSON.stringify([subject, action.id, view.release, sets, ids(deciding), ids(results), ids(roots)]);
}
