import { execFileSync } from 'node:child_process';
import { HostError } from './errors';
import type { Overlay } from './load';
import { decodeSource } from './text';
import { covers, type TreeTarget } from './tree';

const MAX_OUTPUT = 1 << 28;

/**
 * The target as it was at a revision: only what differs from the working tree is taken from git, so no
 * work tree is made and nothing is written. Throws HostError('git').
 */
export function atRevision(target: TreeTarget, rev: string): { target: TreeTarget; overlay: Overlay } {
  const commit = resolveCommit(target.root, rev);
  const untracked = new Set(list(target.root, ['ls-files', '--others', '--exclude-standard', '-z']));
  const changed = new Set(list(target.root, ['diff', '--name-only', '--no-renames', '--no-ext-diff', '--relative', '-z', commit]));
  const texts = new Map<string, string | null>();
  const overlay: Overlay = (path) => {
    if (untracked.has(path)) return null;
    if (!changed.has(path)) return undefined;
    let text = texts.get(path);
    if (text === undefined) {
      text = show(target.root, commit, path);
      texts.set(path, text);
    }
    return text;
  };
  const candidates = [...target.files, ...[...changed].filter((path) => covers(target, path))];
  const files = [...new Set(candidates)].filter((path) => overlay(path) !== null).sort();
  return { target: { ...target, files }, overlay };
}

function resolveCommit(root: string, rev: string): string {
  try {
    return git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${rev}^{commit}`])
      .toString()
      .trim();
  } catch (error) {
    if (error instanceof HostError) throw error;
    throw new HostError('git', rev, `${rev}: not a commit of the git repository at ${root}; check the revision, or that the tree is one`);
  }
}

function list(root: string, args: string[]): string[] {
  try {
    return git(root, args).toString().split('\0').filter(Boolean);
  } catch (error) {
    if (error instanceof HostError) throw error;
    throw new HostError('git', root, `git ${args[0]} failed in ${root}: ${(error as Error).message}`);
  }
}

/** null where the revision has no such file. */
function show(root: string, commit: string, path: string): string | null {
  try {
    return decodeSource(git(root, ['cat-file', 'blob', `${commit}:./${path}`]));
  } catch (error) {
    if (error instanceof HostError) throw error;
    return null;
  }
}

function git(root: string, args: string[]): Buffer {
  try {
    return execFileSync('git', ['-c', 'core.fsmonitor=false', ...args], {
      cwd: root,
      maxBuffer: MAX_OUTPUT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new HostError('git', root, 'git was not found; install it, or leave --since out');
  }
}
