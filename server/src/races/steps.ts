import type { Expr } from '../facts/types';
import type { Effect } from '../kernel';
import { walk } from '../program/expressions';
import type { CallTarget, FnDef } from '../program/types';
import type { Site } from './step-state';
import { textOf } from './texts';

/**
 * A step of a sliced function. Slots are indices of locals in a frame; -1 discards. `node` is the index of the function's node that the step stands for, -1
 * for the end of the function: where that is in the text is asked when it is wanted, so that a slice outlasts what is typed elsewhere.
 */
export type Step =
  | { k: 'set'; dst: number; src: Expr; node: number; next: number }
  | { k: 'store'; addr: Expr; src: Expr; rmw: boolean; node: number; next: number }
  | { k: 'use'; base: Expr; write: boolean; node: number; next: number }
  | {
      k: 'call';
      dst: number;
      name: string | null;
      pointer: Expr | null;
      effect: Effect | null;
      targets: CallTarget[];
      /** Targets that are entered, not handed to a kernel function. */
      follow: CallTarget[];
      args: Expr[];
      node: number;
      next: number;
      allocates: boolean;
      /** Struct tag of the owner that the call allocates. */
      owner: string | null;
    }
  | { k: 'branch'; cond: Expr; node: number; then: number; else: number }
  | {
      k: 'iter';
      dst: number;
      container: Expr | null;
      /** What the index of the visited member is kept in. */
      index: Expr | null;
      member: string | null;
      macro: string;
      node: number;
      body: number;
      done: number;
    }
  | { k: 'return'; value: Expr | null; node: number }
  | { k: 'opaque'; what: string; node: number; next: number };

export interface Slice {
  fn: FnDef;
  steps: Step[];
  entry: number;
  /** Slot of each local that is kept. */
  slots: ReadonlyMap<string, number>;
  /** Names by slot. */
  names: string[];
  /** Locals that may still be read from a step on, as slot lists. */
  live: Uint8Array[];
  /** 1 for steps that read and write locals only. */
  local: Uint8Array;
  /** Slots of locals that are stepped: set from what they were. */
  counters: ReadonlySet<number>;
}

/**
 * Makes one of steps that do the same and go on the same way, so that branches between them disappear: error paths that
 * end in different lines, or with errnos that nobody tells apart. Steps that a trace shows are left alone.
 */
export function merge(steps: Step[], entry: number, compared: (errno: string) => boolean): number {
  const target = steps.map((_, i) => i);
  const find = (i: number): number => {
    let at = i;
    while (target[at] !== at) at = target[at] as number;
    return at;
  };
  const plain = (e: Expr): Expr =>
    e.k === 'un' && e.op === '-' && e.e.k === 'global' && !compared(e.e.name) ? { ...e, e: { k: 'global', name: 'E' } } : e;
  const key = (step: Step): string | null => {
    if (step.k === 'return') return `return ${step.value ? textOf(plain(step.value)) : ''}`;
    if (step.k === 'set') return `set ${step.dst} ${textOf(plain(step.src))} ${find(step.next)}`;
    if (step.k === 'call' && step.effect?.op === 'same' && step.targets.length === 0)
      return `same ${step.dst} ${step.args.map((arg) => textOf(plain(arg)))} ${find(step.next)}`;
    return null;
  };
  for (let changed = true; changed; ) {
    changed = false;
    const seen = new Map<string, number>();
    steps.forEach((step, i) => {
      if (target[i] !== i) return;
      const to = step.k === 'branch' && find(step.then) === find(step.else) ? find(step.then) : i;
      const k = to === i ? key(step) : null;
      const known = k === null ? to : (seen.get(k) ?? i);
      if (k !== null && known === i) seen.set(k, i);
      if (known !== i && find(known) !== i) {
        target[i] = known;
        changed = true;
      }
    });
  }
  for (const step of steps) {
    if (step.k === 'branch') [step.then, step.else] = [find(step.then), find(step.else)];
    else if (step.k === 'iter') [step.body, step.done] = [find(step.body), find(step.done)];
    else if ('next' in step) step.next = find(step.next);
  }
  return find(entry);
}

/** Which slots may be read from each step on, so that states do not differ in what nobody will read. */
export function liveness(slice: Slice): Uint8Array[] {
  const width = slice.names.length;
  const live = slice.steps.map((step) => {
    const read = new Uint8Array(width);
    for (const e of stepExpressions(step))
      walk(e, (part) => {
        const index = part.k === 'var' || part.k === 'local' ? slice.slots.get(part.name) : undefined;
        if (index !== undefined) read[index] = 1;
      });
    return read;
  });
  const after = slice.steps.map(stepSuccessors);
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = slice.steps.length - 1; i >= 0; i--) {
      const step = slice.steps[i] as Step;
      const mine = live[i] as Uint8Array;
      const defined = 'dst' in step ? step.dst : -1;
      for (const next of after[i] as number[]) {
        const theirs = live[next];
        if (!theirs) continue;
        for (let s = 0; s < width; s++) {
          if (mine[s] || !theirs[s]) continue;
          // An iteration that ends leaves its cursor as it was.
          if (s === defined && !(step.k === 'iter' && next === step.done)) continue;
          mine[s] = 1;
          changed = true;
        }
      }
    }
  }
  return live;
}

/** Slots of locals that some step sets to an arithmetic of what they were. */
export function counters({ steps, slots }: Slice): Set<number> {
  const out = new Set<number>();
  for (const step of steps)
    if (step.k === 'set' && step.src.k === 'bin')
      walk(step.src, (part) => {
        if (part.k === 'var' && slots.get(part.name) === step.dst) out.add(step.dst);
      });
  return out;
}

export function isLocal(step: Step): boolean {
  if (step.k !== 'set' && step.k !== 'branch' && step.k !== 'return') return false;
  let loads = false;
  for (const e of stepExpressions(step))
    walk(e, (part) => {
      if (part.k === 'load') loads = true;
    });
  return !loads;
}

export function stepSuccessors(step: Step): number[] {
  return step.k === 'branch' ? [step.then, step.else] : step.k === 'iter' ? [step.body, step.done] : step.k === 'return' ? [] : [step.next];
}

export function stepExpressions(step: Step): Expr[] {
  switch (step.k) {
    case 'set':
      return [step.src];
    case 'store':
      return [step.addr, step.src];
    case 'use':
      return [step.base];
    case 'call':
      return step.pointer ? [step.pointer, ...step.args] : step.args;
    case 'branch':
      return [step.cond];
    case 'iter':
      return [step.container, step.index].filter((e) => e !== null);
    case 'return':
      return step.value ? [step.value] : [];
    default:
      return [];
  }
}

/** Where a step of a function stands in the text now; an end that is not known is the beginning. */
export function siteOf(fn: FnDef, { node }: Pick<Step, 'node'>): Site & { fn: FnDef } {
  const n = fn.fn.nodes[node];
  return n ? { fn, at: n.at, end: 'end' in n ? n.end : n.at } : { fn, at: fn.fn.end, end: fn.fn.end };
}
