import { candidates } from './headers';
import { type Linkage, linkageOf, mayLink } from './linkage';
import { embedded, hasTrigger } from './triggers';
import type { ReadFile } from './types';

interface Node {
  path: string;
  text: string;
  /** Files that it includes, of those that linking reads. */
  includes: string[];
}

/**
 * Those of the files that can take part in a lifetime or a finding: the files with a trigger, in themselves or in a header, and all that
 * linking may join to them, directly or over others. Empty where there is none: then analysing would find nothing. What is left out shares
 * no name with what is kept. Costs a look at the texts, no parsing; what cannot be read may hold anything, and keeps all.
 */
export function relevantFiles(files: readonly string[], readFile: ReadFile): string[] {
  const nodes = new Map<string, Node>();
  for (const path of files) {
    const text = readFile(path);
    if (text === null) return [...files];
    nodes.set(path, { path, text, includes: [] });
  }
  // Nodes that includes add are visited in turn.
  const absent = new Set<string>();
  for (const node of nodes.values()) node.includes = includesOf(node, nodes, absent, readFile);
  const reached = new Set<string>();
  const members = embedded([...nodes.values()].map(({ text }) => text));
  for (const node of nodes.values()) if (hasTrigger(node.text, members)) reached.add(node.path);
  if (reached.size === 0) return [];
  join(reached, nodes);
  return files.filter((path) => reached.has(path));
}

const INCLUDE = /^[^\S\n]*#(?:[^\S\n]|\\\n)*include\b[^"<\n]*(?:\\\n[^"<\n]*)*(["<])([^">\n]+)[">]/gm;

/** What the parser would see as an include, and perhaps more: those in comments and dead branches. */
function includesOf({ path, text }: Node, nodes: Map<string, Node>, absent: Set<string>, readFile: ReadFile): string[] {
  return [...text.matchAll(INCLUDE)].flatMap(([, open, name]) => {
    const [found] = candidates(path, { path: name as string, angled: open === '<' });
    if (found === undefined || absent.has(found)) return [];
    if (!nodes.has(found)) {
      const header = readFile(found);
      if (header === null) {
        absent.add(found);
        return [];
      }
      nodes.set(found, { path: found, text: header, includes: [] });
    }
    return [found];
  });
}

/** Adds to the reached nodes all that are joined to them by includes, either way, or by names. */
function join(reached: Set<string>, nodes: ReadonlyMap<string, Node>): void {
  const beside = new Map<string, string[]>();
  const put = (from: string, to: string) => beside.set(from, [...(beside.get(from) ?? []), to]);
  for (const { path, includes } of nodes.values())
    for (const to of includes) {
      put(path, to);
      put(to, path);
    }
  const linkages = new Map([...nodes.values()].map(({ path, text }) => [path, linkageOf(text)]));
  const pointed = new Set([...linkages.values()].flatMap((linkage) => [...linkage.pointed]));
  const rest = new Set([...nodes.keys()].filter((path) => !reached.has(path)));
  const reach = (path: string) => {
    if (rest.delete(path)) reached.add(path);
  };
  for (const path of reached) {
    for (const other of beside.get(path) ?? []) reach(other);
    for (const other of rest) if (mayLink(linkages.get(path) as Linkage, linkages.get(other) as Linkage, pointed)) reach(other);
  }
}
