import { applyPatch, parsePatch, type StructuredPatch } from 'diff';
import { HostError } from './errors';
import type { Overlay } from './load';
import { readTreeFile } from './read';
import { covers, isSourceName, type TreeTarget } from './tree';

export interface Patched {
  target: TreeTarget;
  overlay: Overlay;
  /** C files that the patch changes and this tree does not have. */
  absent: string[];
}

/**
 * The target as a unified diff (git's, or a whole mail or series) would leave it. Nothing is written.
 * Paths are taken relative to the tree's root after one leading component, as `git apply` does.
 * Throws HostError('patch') naming `name` when it is no diff or does not apply.
 */
export function applyToTarget(target: TreeTarget, patch: string, name: string): Patched {
  const changes = parse(patch, name).filter((change) =>
    [oldPath(change), newPath(change)].some((path) => path !== null && isSourceName(path)),
  );
  const readDisk = readTreeFile(target.root);
  const texts = new Map<string, string | null>();
  const absent: string[] = [];
  for (const change of changes) {
    const from = oldPath(change);
    const to = newPath(change);
    const before = from === null ? '' : texts.has(from) ? texts.get(from) : readDisk(from);
    if (before === null || before === undefined) {
      if (from !== null) absent.push(from);
      continue;
    }
    const after = applyPatch(before, change);
    if (after === false)
      throw new HostError('patch', name, `${name}: does not apply to ${from ?? to}; rebase it on the tree at ${target.root}`);
    if (from !== null && from !== to && !change.isCopy) texts.set(from, null);
    if (to !== null) texts.set(to, after);
  }
  if (texts.size === 0) {
    throw new HostError(
      'patch',
      name,
      `${name}: changes no C file of the tree at ${target.root}; make the patch from the top of that tree`,
    );
  }
  return { target: withChanges(target, texts), overlay: (path) => texts.get(path), absent };
}

function parse(patch: string, name: string): StructuredPatch[] {
  try {
    return parsePatch(withoutSignatures(patch)).filter((change) => change.hunks.length > 0 || change.isRename || change.isDelete);
  } catch (error) {
    throw new HostError(
      'patch',
      name,
      `${name}: not a unified diff (${(error as Error).message}); make it with git diff or git format-patch`,
    );
  }
}

/** A mail's signature line `-- ` looks like a removed line to the parser; within a hunk's counted lines it is one. */
function withoutSignatures(patch: string): string {
  let removed = 0;
  let added = 0;
  const kept = patch.split('\n').filter((line) => {
    const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    if (hunk) {
      removed = Number(hunk[1] ?? 1);
      added = Number(hunk[2] ?? 1);
      return true;
    }
    if (removed <= 0 && added <= 0) return !/^-- ?\r?$/.test(line);
    if (!line.startsWith('+') && !line.startsWith('\\')) removed--;
    if (!line.startsWith('-') && !line.startsWith('\\')) added--;
    return true;
  });
  return kept.join('\n');
}

function oldPath(change: StructuredPatch): string | null {
  return stripped(change.oldFileName);
}

function newPath(change: StructuredPatch): string | null {
  return stripped(change.newFileName);
}

function stripped(path: string | undefined): string | null {
  if (path === undefined || path === '/dev/null') return null;
  return path.replace(/^[^/]+\//, '');
}

/** Files that the patch adds to the target's folders come in, those that it removes go. */
function withChanges(target: TreeTarget, texts: ReadonlyMap<string, string | null>): TreeTarget {
  const files = new Set(target.files);
  const shown = new Set(target.shown);
  for (const [path, text] of texts) {
    if (text === null) files.delete(path);
    else if (covers(target, path) && !files.has(path)) {
      files.add(path);
      if (target.named.size === 0) shown.add(path);
    }
  }
  return { ...target, files: [...files].sort(), shown };
}
