import type { ThreadSpec } from './explore';

/**
 * The sets of threads of one size that are explored at once: any number of handlers, each as often as callers can run it at once, with
 * at most one constructor and at most one unbind. Each set stands there once, whatever the order of its threads.
 */
export function crowdsOf(
  constructors: readonly ThreadSpec[],
  handlers: readonly ThreadSpec[],
  unbinds: readonly ThreadSpec[],
  size: number,
): ThreadSpec[][] {
  const out: ThreadSpec[][] = [];
  for (const first of [null, ...constructors])
    for (const last of [null, ...unbinds]) {
      const ends = [first, last].filter((spec) => spec !== null);
      for (const middle of multisets(handlers, size - ends.length))
        out.push([...(first ? [first] : []), ...middle, ...(last ? [last] : [])]);
    }
  return out;
}

function multisets(specs: readonly ThreadSpec[], size: number): ThreadSpec[][] {
  if (size === 0) return [[]];
  return specs.flatMap((spec, i) =>
    multisets(specs.slice(spec.point?.selfConcurrent ? i : i + 1), size - 1).map((rest) => [spec, ...rest]),
  );
}
