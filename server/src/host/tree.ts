import { closeSync, existsSync, openSync, readdirSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fromSystemError, HostError } from './errors';

// Bundled as CommonJS: fdir's ES module, which an import would bring in, needs import.meta.url, which is empty there.
const { globSync } = require('tinyglobby') as typeof import('tinyglobby');

/** What is to be analysed: files of one tree. */
export interface TreeTarget {
  /** Absolute path of the kernel tree, or of the folder where there is no kernel around. */
  root: string;
  /** Files handed to the engine, relative to the root with `/`, sorted. */
  files: string[];
  /** Those of them whose findings are shown. The others are context: the neighbours of a file that was named. */
  shown: Set<string>;
  /** Those that were named themselves, not through their folder. */
  named: Set<string>;
  /** Where the files come from, relative to the root with `/` ('' is the root); `below`: with all folders in it. */
  folders: { path: string; below: boolean }[];
  /** Folders below those that could not be listed: their files are missing here. */
  unlisted: HostError[];
}

interface Selection {
  /** As the user wrote it, for messages. */
  path: string;
  kernel: string | null;
  /** Absolute paths. */
  folder: string;
  file: string | null;
}

/** The folder of a kernel tree that is checked when the tree itself is named. */
const DEFAULT_FOLDER = 'drivers/cxl';

/**
 * Finds what PATHs name: a kernel tree (its drivers/cxl), folders with C files, files. All must lie
 * in one tree; folders with no kernel around share their nearest common ancestor as root. Throws HostError.
 */
export function findTree(paths: string | readonly string[], cwd = process.cwd()): TreeTarget {
  const selections = (typeof paths === 'string' ? [paths] : paths).map((path) => select(path, cwd));
  const root = commonRoot(selections);
  const files = new Set<string>();
  const shown = new Set<string>();
  const named = new Set<string>();
  const folders: TreeTarget['folders'] = [];
  const unlisted: HostError[] = [];
  for (const { path, folder, file } of selections) {
    const found = sourcesOf(folder, file === null, unlisted).map((name) => inRoot(root, join(folder, name)));
    if (file === null && found.length === 0) {
      throw new HostError('no-c-files', path, `${path}: has no .c or .h files; name a folder or file of C source`);
    }
    for (const name of found) files.add(name);
    if (file !== null) {
      files.add(inRoot(root, file));
      named.add(inRoot(root, file));
    }
    for (const name of file === null ? found : named) shown.add(name);
    folders.push({ path: inRoot(root, folder), below: file === null });
  }
  return { root, files: [...files].sort(), shown, named, folders, unlisted };
}

/** Nearest folder at or above `path` that looks like a kernel's top, or null. */
export function kernelRoot(path: string): string | null {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'include/linux')) && existsSync(join(folder, 'drivers'))) return folder;
    if (dirname(folder) === folder) return null;
  }
}

/** Is this file one of those that a check of folders reads? */
export function isSourceName(path: string): boolean {
  return /\.[ch]$/.test(path) && !path.endsWith('.mod.c');
}

/** Would this path (relative to the root) be one of the target's files if it existed? */
export function covers(target: TreeTarget, path: string): boolean {
  if (!isSourceName(path)) return false;
  return target.folders.some((folder) => {
    const prefix = folder.path === '' ? '' : `${folder.path}/`;
    return path.startsWith(prefix) && (folder.below || !path.slice(prefix.length).includes('/'));
  });
}

function select(path: string, cwd: string): Selection {
  const absolute = resolve(cwd, path);
  const stats = statOf(absolute, path);
  if (stats.isDirectory()) {
    const kernel = kernelRoot(absolute);
    if (kernel !== absolute) return { path, kernel, folder: absolute, file: null };
    const folder = join(absolute, DEFAULT_FOLDER);
    if (existsSync(folder)) return { path, kernel, folder, file: null };
    throw new HostError('no-cxl', path, `${path}: this kernel tree has no ${DEFAULT_FOLDER}; name the folder to check`);
  }
  if (!stats.isFile() || !/\.[ch]$/.test(absolute)) {
    throw new HostError('not-c', path, `${path}: not a .c or .h file; name C source, a folder of it or a kernel tree`);
  }
  return { path, kernel: kernelRoot(dirname(absolute)), folder: dirname(absolute), file: absolute };
}

function statOf(absolute: string, path: string): Stats {
  try {
    const stats = statSync(absolute);
    if (stats.isDirectory() || stats.isFile()) closeSync(openSync(absolute, 'r'));
    return stats;
  } catch (error) {
    throw fromSystemError(error, path);
  }
}

function commonRoot(selections: Selection[]): string {
  const kernels = new Set(selections.map((selection) => selection.kernel));
  const [first] = kernels;
  if (kernels.size > 1) {
    const names = [...kernels].map((kernel) => kernel ?? 'no kernel tree').join(', ');
    throw new HostError('several-trees', names, `the paths lie in different trees (${names}); check one tree at a time`);
  }
  if (first) return first;
  return selections.map((selection) => selection.folder).reduce(commonFolder);
}

function commonFolder(a: string, b: string): string {
  let folder = a;
  while (folder !== b && !b.startsWith(folder.endsWith(sep) ? folder : folder + sep)) folder = dirname(folder);
  return folder;
}

/** C files below a folder, or in it alone. Links to folders are not followed, so that none is visited twice. */
function sourcesOf(folder: string, below: boolean, unlisted: HostError[]): string[] {
  const found = globSync(below ? '**/*.{c,h}' : '*.{c,h}', {
    cwd: folder,
    dot: false,
    followSymbolicLinks: false,
    expandDirectories: false,
    fs: { readdirSync: recordingReaddir(unlisted) },
  });
  return found.filter((path) => isSourceName(basename(path)));
}

/** The walk passes over folders that it cannot list; this keeps why. */
function recordingReaddir(unlisted: HostError[]): typeof readdirSync {
  const list = (...args: Parameters<typeof readdirSync>) => {
    try {
      return readdirSync(...args);
    } catch (error) {
      const known = fromSystemError(error, String(args[0]));
      if (known instanceof HostError) unlisted.push(known);
      throw error;
    }
  };
  return list as typeof readdirSync;
}

function inRoot(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}
