import type { ReadFile } from './types';

/** Folders of include/ whose APIs the kernel tables describe: their headers are not read. */
const CORE = new Set([
  'linux',
  'asm',
  'asm-generic',
  'uapi',
  'trace',
  'generated',
  'dt-bindings',
  'acpi',
  'net',
  'sound',
  'drm',
  'media',
  'scsi',
  'crypto',
  'kunit',
  'vdso',
]);

/** What the search for headers needs of a file. */
interface Including {
  path: string;
  includes: readonly { path: string; angled: boolean }[];
}

/** Headers that the checked files include and that are not among them, by path relative to the root; read once each. */
export function includedHeaders<T extends Including>(
  files: Iterable<T>,
  has: (path: string) => boolean,
  readFile: ReadFile,
  extract: (path: string, text: string) => T,
): T[] {
  const out = new Map<string, T>();
  const missing = new Set<string>();
  const work = [...files];
  while (work.length > 0) {
    const file = work.pop() as T;
    for (const include of file.includes)
      for (const path of candidates(file.path, include)) {
        if (has(path) || out.has(path)) break;
        if (missing.has(path)) continue;
        const text = readFile(path);
        if (text === null) {
          missing.add(path);
          continue;
        }
        const found = extract(path, text);
        out.set(path, found);
        work.push(found);
        break;
      }
  }
  return [...out.values()].sort((a, b) => a.path.localeCompare(b.path));
}

/** Paths under which the file that an include names may stand; none for headers of the core. */
export function candidates(from: string, include: { path: string; angled: boolean }): string[] {
  if (include.angled) {
    const [folder] = include.path.split('/');
    return include.path.includes('/') && folder && !CORE.has(folder) ? [`include/${include.path}`] : [];
  }
  return [resolve(from, include.path)];
}

function resolve(from: string, path: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
