import { type Dirent, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readSource } from '../host/text';
import { isSourceName, kernelRoot } from '../host/tree';
import type { Host } from './host';

/** A folder around a stray C file may be somebody's home: not more than these folders are looked into. */
const MAX_FOLDERS = 400;

export const disk: Host = {
  rootOf: (path) => kernelRoot(dirname(path)),
  read(path) {
    try {
      return readSource(path);
    } catch {
      return null;
    }
  },
  list: listSources,
};

function listSources(folder: string, limit: number): string[] | null {
  const found: string[] = [];
  const folders = [''];
  for (let visited = 0; visited < folders.length; visited += 1) {
    if (visited >= MAX_FOLDERS) return null;
    const current = folders[visited] ?? '';
    for (const entry of entriesOf(join(folder, current))) {
      const path = current === '' ? entry.name : `${current}/${entry.name}`;
      if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules') folders.push(path);
      else if (entry.isFile() && isSourceName(entry.name)) found.push(path);
      if (found.length > limit) return null;
    }
  }
  return found.sort();
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
