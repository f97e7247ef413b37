// Filling a folder of the cache so that nobody ever sees it half full.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDone } from './paths.mjs';

/**
 * Calls fill(temporary folder), marks the result as done and renames it to its final name.
 * A folder that is done already is left alone; one without the marker is replaced.
 */
export function fillFolder(folder, fill) {
  if (isDone(folder)) return;
  mkdirSync(dirname(folder), { recursive: true });
  const partial = mkdtempSync(join(dirname(folder), '.partial-'));
  try {
    fill(partial);
    chmodSync(partial, 0o755);
    writeFileSync(join(partial, '.done'), '');
    if (existsSync(folder) && !isDone(folder)) rmSync(folder, { recursive: true, force: true });
    // Another process may have finished first: its result is as good as ours.
    if (!isDone(folder)) renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
