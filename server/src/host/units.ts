import { MAX_FILES } from '../features/scope';
import type { TreeTarget } from './tree';

/**
 * What of a target is analysed together. A small one is one unit. A large one is cut into its widest folders that are small enough to be one
 * driver, as the editor does for an opened file; files beside such folders are a unit of their own. In the order of their folders.
 */
export function unitsOf(target: TreeTarget, limit = MAX_FILES): TreeTarget[] {
  const units: TreeTarget[] = [];
  const cut = (folder: string, files: readonly string[]): void => {
    const below = new Map<string, string[]>();
    for (const file of files) {
      const end = file.indexOf('/', folder.length);
      const key = end < 0 ? folder : file.slice(0, end + 1);
      const list = below.get(key);
      if (list) list.push(file);
      else below.set(key, [file]);
    }
    for (const [key, list] of below)
      if (key === folder || list.length <= limit) units.push(unitOf(target, list));
      else cut(key, list);
  };
  if (target.files.length <= limit || target.folders.every(({ below }) => !below)) return [{ ...target, unlisted: [] }];
  cut('', target.files);
  return units;
}

function unitOf(target: TreeTarget, files: string[]): TreeTarget {
  return { ...target, files, unlisted: [] };
}
