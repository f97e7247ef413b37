import { storersOf } from '../lifetimes/stored';
import type { Program } from '../program/types';
import type { Witness } from './explore';
import type { Event } from './state';

/** Results where pointers to objects are followed through other structs' memory. */

/**
 * Uses of freed memory by others than the thread `ender` that frees it, the shortest for each member that the pointer was read from: the other
 * properties are those of who builds and ends the object, and that is one and the same host here.
 */
export function usesOfFreed(witnesses: readonly Witness[], ender: number): Witness[] {
  const seen = new Set<string>();
  return witnesses.filter(({ rule, trace }) => {
    const last = trace.at(-1);
    if (rule !== 'use-after-free' || last?.op !== 'use' || last.thread === ender) return false;
    const key = followedIn(trace) ?? `function ${last.fn?.id}`;
    return !seen.has(key) && Boolean(seen.add(key));
  });
}

/** What the thread that ends a trace says of the stored pointer that it has read last; null where it has read none. */
export function followedIn(trace: readonly Event[]): string | null {
  const last = trace.at(-1);
  return [...trace].reverse().find(({ op, thread }) => op === 'follow' && thread === last?.thread)?.text ?? null;
}

/** Said of a pointer to an object that is read from another struct. `cell`: `tag.member`. */
export function followedText(cell: string): string {
  return `follows the pointer in struct ${cell}`;
}

/** Who had stored the pointers that traces follow. */
export function storedBefore(program: Program, cells: ReadonlySet<string>, witnesses: readonly Witness[]): string[] {
  return [...cells].flatMap((cell) => {
    if (!witnesses.some(({ trace }) => followedIn(trace) === followedText(cell))) return [];
    const names = storersOf(program, cell).map((fn) => `${fn.fn.name}()`);
    return [`${names.join(' or ')} has stored the pointer in struct ${cell} before, and nothing has cleared it`];
  });
}
