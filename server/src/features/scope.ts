/**
 * Which folder of a tree is analysed for a file. Nothing has to be configured:
 * the widest folder below drivers/ that is small enough to be one driver.
 */

/** A folder with more C files than this holds many drivers, not one. */
export const MAX_FILES = 150;

/** Globs over folders: `*` within a segment, `**` across segments, `?` one character. A trailing slash means nothing. */
export function globToRegExp(glob: string): RegExp {
  const source = glob.replace(/^\.?\/+|\/+$/g, '').replace(/\*\*\/|\*\*|\*|\?|[\\^$.|+()[\]{}]/g, (token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    return `\\${token}`;
  });
  return new RegExp(`^${source}$`);
}

/**
 * Folders (relative to the root, `''` for the root) to try for a file, widest first.
 * With globs only folders that one of them names, and none where none does.
 */
export function candidateFolders(path: string, globs: readonly string[]): string[] {
  const segments = path.split('/').slice(0, -1);
  const chain = segments.map((_, index) => segments.slice(0, index + 1).join('/'));
  if (globs.length > 0) {
    const patterns = globs.map(globToRegExp);
    return chain.filter((folder) => patterns.some((pattern) => pattern.test(folder)));
  }
  if (segments[0] === 'drivers' && segments.length > 1) return chain.slice(1);
  return [segments.join('/')];
}
