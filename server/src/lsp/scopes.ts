import { basename, dirname, join, relative, sep } from 'node:path';
import { candidateFolders, MAX_FILES } from '../features/scope';
import type { OpenDocument } from './documents';
import type { Host } from './host';

/** What is analysed together: a folder of a tree, or one document alone. Paths are relative to the root, with `/`. */
export interface Scope {
  key: string;
  /** Absolute path of the root; null for a document that is no file. */
  root: string | null;
  folder: string;
  /** The only file of a scope that is one document alone. */
  only: string | null;
  files: string[];
  /** What the user should know about the choice; empty where it is the obvious one. */
  note: string;
}

export function relativePath(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}

/** Whether a path (relative to the scope's root) belongs to the scope. */
export function contains(scope: Scope, path: string): boolean {
  if (scope.only !== null) return path === scope.only;
  return !path.startsWith('../') && (scope.folder === '' || path.startsWith(`${scope.folder}/`));
}

/** What a scope is called: its only file, or its folder, which is the root where there is no kernel around it. */
export function nameOfScope({ only, folder, root }: Scope): string {
  return only ?? (folder === '' ? basename(root ?? '') : folder);
}

/** The scope of a document; null where nothing of it can be analysed (a header without drivers around it, a folder that the settings leave out). */
export function scopeOf(document: OpenDocument, host: Host, globs: readonly string[]): Scope | null {
  const { path } = document;
  if (path === null)
    return { key: document.uri, root: null, folder: '', only: nameOf(document.uri), files: [nameOf(document.uri)], note: '' };
  if (!/\.[ch]$/.test(path)) return null;
  const root = host.rootOf(path) ?? dirname(path);
  const file = relativePath(root, path);
  const candidates = candidateFolders(file, globs);
  for (const folder of candidates) {
    const listed = host.list(join(root, folder), MAX_FILES);
    if (listed === null) continue;
    const files = listed.map((name) => (folder === '' ? name : `${folder}/${name}`));
    if (!files.includes(file)) files.push(file);
    if (!files.some((name) => name.endsWith('.c'))) return null;
    return { key: `${root}\n${folder}`, root, folder, only: null, files, note: '' };
  }
  if (candidates.length === 0 || file.endsWith('.h')) return null;
  const note = `${dirname(file)} has more than ${MAX_FILES} C files: ${basename(file)} is analysed alone`;
  return { key: `${root}\n${file}`, root, folder: dirname(file), only: file, files: [file], note };
}

/** A file name for a document that has none: `untitled:Untitled-1` becomes `Untitled-1.c`. */
function nameOf(uri: string): string {
  const name =
    uri
      .replace(/^[\w+.-]+:/, '')
      .replace(/[?#].*$/, '')
      .split('/')
      .pop() ?? '';
  return /\.[ch]$/.test(name) ? name : `${name === '' ? 'untitled' : name}.c`;
}
