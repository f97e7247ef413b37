/**
 * What the tests may use of this machine. Trees, headers and the editor are put into the cache by `npm test` beforehand; where one is
 * missing its tests are skipped, except when DEVRES_LENS_REQUIRE=1 (as in CI): then asking for it throws.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { HEADERS_RELEASES, headersBuildDir, type Series } from '../../scripts/fetch-headers.mjs';
import { vscodeCommand } from '../../scripts/fetch-vscode.mjs';
import { headersDir, isDone, kernelDir, ROOT, vscodeDir } from '../../scripts/lib/paths.mjs';

/** The root of the checkout. */
export const root = ROOT;

function missing(what: string, script: string): undefined {
  if (process.env.DEVRES_LENS_REQUIRE === '1') throw new Error(`${what} is missing: run node scripts/${script}`);
  return undefined;
}

/** Root of an unpacked kernel tree ("6.12.113"), or undefined where the tests that need it are to be skipped. */
export function kernelTree(version: string): string | undefined {
  const folder = kernelDir(version);
  return isDone(folder) ? folder : missing(`kernel source ${version}`, 'fetch-kernels.mjs');
}

/** Folder for `make -C` of the prepared headers of a series of kernels, or undefined where compiling tests are to be skipped. */
export function kernelHeaders(series: Series = '6.12'): string | undefined {
  const release = HEADERS_RELEASES[series];
  return isDone(headersDir(release)) ? headersBuildDir(release) : missing('the kernel headers', 'fetch-headers.mjs');
}

/** Whether a program is installed; where it is not, the tests that need it are to be skipped. `packages` are Debian's that bring it. */
export function program(name: string, packages: string): boolean {
  const found = (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
  if (!found && process.env.DEVRES_LENS_REQUIRE === '1') throw new Error(`${name} is missing: install ${packages}`);
  return found;
}

/** Whether Emacs and eglot, which it has built in since 29, are installed. */
export function eglot(): boolean {
  if (!program('emacs', 'emacs-nox elpa-eglot')) return false;
  const { status } = spawnSync('emacs', ['--batch', '--eval', "(progn (package-initialize) (require 'eglot))"]);
  if (status !== 0 && process.env.DEVRES_LENS_REQUIRE === '1') throw new Error('eglot is missing: install elpa-eglot');
  return status === 0;
}

export interface Editor {
  /** Program and first arguments that start the VS Code server. */
  command: [node: string, entry: string];
  /** Path of the browser that shows it. */
  browser: string;
}

/** The installed VS Code and a browser, or undefined where the editor's tests are to be skipped. */
export function editor(): Editor | undefined {
  const browser = '/usr/bin/chromium';
  if (!isDone(vscodeDir()) || !existsSync(browser)) return missing('VS Code or chromium', 'fetch-vscode.mjs');
  return { command: vscodeCommand(), browser };
}
