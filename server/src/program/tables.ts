const maps = new WeakMap<object, ReadonlyMap<string, unknown>>();

/** A row of a table of kernel names; C identifiers such as `constructor` must not reach Object's prototype. */
export function rowOf<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  let map = maps.get(table);
  if (!map) {
    map = new Map(Object.entries(table));
    maps.set(table, map);
  }
  return map.get(key) as T | undefined;
}
