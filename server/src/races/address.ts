import type { Program } from '../program/types';

/**
 * A struct and its first member stand at the same address, so that a `void *` to an object serves as a pointer to the
 * device with which the object begins. Paths are those of members below a struct of the given tag.
 */

/** The shortest path to the address. */
export function shortestPath(program: Program, tag: string | null, path: string): string {
  const parts = split(path);
  while (parts.length > 0 && firstMember(program, tag, parts.slice(0, -1)) === parts.at(-1)) parts.pop();
  return parts.join('.');
}

/** The path to the same address that ends with the member; null when no struct there begins with it. */
export function pathEndingWith(program: Program, tag: string | null, path: string, member: string): string | null {
  const parts = split(path);
  for (;;) {
    const at = parts.join('.');
    if (at === member || at.endsWith(`.${member}`)) return at;
    const first = firstMember(program, tag, parts);
    if (first === null) return null;
    parts.push(first);
  }
}

const split = (path: string) => (path === '' ? [] : path.split('.'));

/** Name of the first member of the struct at a path; null when there is none, or it is not known. */
function firstMember(program: Program, root: string | null, path: readonly string[]): string | null {
  let tag = root;
  for (const part of path) {
    const type = tag ? program.fieldType(tag, part) : null;
    tag = type && type.pointers === 0 && !type.array ? (/^struct\s+(.+)$/.exec(type.base)?.[1] ?? null) : null;
  }
  return (tag && program.struct(tag)?.fields[0]?.name) || null;
}
