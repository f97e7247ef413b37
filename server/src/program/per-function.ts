import type { FnDef, Program } from './types';

type Carry = (before: Program, after: Program, changed: Iterable<FnDef>) => void;

const memos: Carry[] = [];

/**
 * Remembers, for each function of a program, what `of` says of it. That may rest on the function's body, on declarations, on whom its calls reach, and on nothing
 * else of other functions: a program that follows another one goes on with what was said of all whose bodies are the same. To be called when a module is loaded.
 */
export function perFunction<T>(of: (program: Program, fn: FnDef) => T): (program: Program, fn: FnDef) => T {
  const known = new WeakMap<Program, T[]>();
  memos.push((before, after, changed) => {
    const list = known.get(before);
    if (!list) return;
    for (const fn of changed) delete list[fn.id];
    known.set(after, list);
    known.delete(before);
  });
  return (program, fn) => {
    let list = known.get(program);
    if (!list) {
      list = [];
      known.set(program, list);
    }
    let said = list[fn.id];
    if (said === undefined) {
      said = of(program, fn);
      list[fn.id] = said;
    }
    return said;
  };
}

/** Hands on what was remembered of the functions of a program, but for the changed ones, to the program that follows it. */
export function carry(before: Program, after: Program, changed: Iterable<FnDef>): void {
  for (const memo of memos) memo(before, after, changed);
}
