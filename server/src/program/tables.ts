/** A row of a table of kernel names; C identifiers such as `constructor` must not reach Object's prototype. */
export function rowOf<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  const row = table[key];
  return row !== undefined && Object.hasOwn(table, key) ? row : undefined;
}
