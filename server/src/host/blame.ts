import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { structuredPatch } from 'diff';
import { decodeSource } from './text';

const run = promisify(execFile);

/** Milliseconds after which git is not waited for any more. */
const PATIENCE = 30_000;

/** What git knows about a tree, for the mails that are made of its changes. */
export interface Repository {
  /** Folder of the tree in its repository: '' or ends with `/`. */
  prefix: string;
  /** `Name <address>` of whoever commits here; null where git was not told. */
  author: string | null;
}

/** Null where the tree is in no git repository, or there is no git. */
export async function repositoryOf(root: string): Promise<Repository | null> {
  const prefix = await git(root, ['rev-parse', '--show-prefix']);
  if (prefix === null) return null;
  const ident = await git(root, ['var', 'GIT_AUTHOR_IDENT']);
  return { prefix: prefix.trim(), author: /^.+ <[^>]+>/.exec(ident ?? '')?.[0] ?? null };
}

/**
 * `Fixes: 0123456789ab ("subject")` for the commit that wrote a line (1-based) of a text, which may have changes that are not committed. Null
 * where the tree is in no repository, the line is not in its last commit, or the history that would tell is cut off. Nothing that the
 * repository's configuration names is run: no filters, no text conversions, no fetching.
 */
export async function fixesTag(root: string, path: string, line: number, text: string): Promise<string | null> {
  const committed = await blob(root, path);
  const before = committed === null ? null : committedLine(committed, text, line);
  if (before === null) return null;
  const options = ['--porcelain', '--no-textconv', '-w', '-M', '-L', `${before},${before}`];
  const blame = await git(root, ['blame', ...options, 'HEAD', '--', path]);
  const commit = /^[0-9a-f]{40,64}(?= )/.exec(blame ?? '')?.[0];
  const subject = /^summary (.*)$/m.exec(blame ?? '')?.[1];
  if (!commit || !subject) return null;
  const isCutOff = /^boundary$/m.test(blame ?? '') && (await git(root, ['rev-parse', '--is-shallow-repository']))?.trim() !== 'false';
  return isCutOff ? null : `Fixes: ${commit.slice(0, 12)} ("${subject}")`;
}

/** The line of the committed text that a line of the text at hand is; null for one that is new or changed. */
function committedLine(committed: string, text: string, line: number): number | null {
  let shift = 0;
  for (const { oldLines, newStart, newLines } of structuredPatch('', '', committed, text, '', '', { context: 0 }).hunks) {
    if (line < newStart) break;
    if (line < newStart + newLines) return null;
    shift += oldLines - newLines;
  }
  return line + shift;
}

async function blob(root: string, path: string): Promise<string | null> {
  const bytes = await gitBytes(root, ['cat-file', 'blob', `HEAD:./${path}`]);
  return bytes && decodeSource(bytes);
}

async function git(root: string, args: string[]): Promise<string | null> {
  return (await gitBytes(root, args))?.toString() ?? null;
}

/** Standard output; null where git fails, which the callers take as not knowing. */
async function gitBytes(root: string, args: string[]): Promise<Buffer | null> {
  try {
    const { stdout } = await run('git', ['-c', 'core.fsmonitor=false', ...args], {
      cwd: root,
      encoding: 'buffer',
      maxBuffer: 1 << 26,
      timeout: PATIENCE,
      env: { ...process.env, GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0' },
    });
    return stdout;
  } catch {
    return null;
  }
}
