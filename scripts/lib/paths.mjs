// Where things are: the checkout, and the cache for what tests download (kernel trees, kernel headers, VS Code).
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Folder for downloads that survive between runs: $DEVRES_LENS_CACHE, or ~/.cache/devres-lens. */
export function cacheDir() {
  return process.env.DEVRES_LENS_CACHE || join(homedir(), '.cache', 'devres-lens');
}

/** Folder of the unpacked kernel source of one version ("6.12.113"); it need not exist. */
export function kernelDir(version) {
  return join(cacheDir(), 'kernels', version);
}

/** Folder of the unpacked kernel headers of one Debian release ("6.12.113+deb12"); it need not exist. */
export function headersDir(release) {
  return join(cacheDir(), 'kernels', `headers-${release}`);
}

/** Folder of the VS Code server and the node it runs on; it need not exist. */
export function vscodeDir() {
  return join(cacheDir(), 'vscode');
}

/** A cached folder is usable only when its marker, which is written last, is there. */
export function isDone(folder) {
  return existsSync(join(folder, '.done'));
}
