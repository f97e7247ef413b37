// Fetches the kernel sources that the tests on real trees read, from Debian's source packages, into the cache.
// usage: node scripts/fetch-kernels.mjs [VERSION...]; full-VERSION is a tree with all of drivers/
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillFolder } from './lib/atomic.mjs';
import { packageVersion, unpackPackages } from './lib/debian.mjs';
import { run, say } from './lib/exec.mjs';
import { isDone, kernelDir } from './lib/paths.mjs';

/** The pinned trees: the region races, the merged fix, and the older long-term kernel. */
export const KERNELS = ['6.12.113', '6.12.117', '6.1.192'];

const FOLDERS = ['drivers/base', 'drivers/cxl', 'drivers/dax', 'drivers/gpio', 'drivers/hwmon', 'drivers/i2c'];
FOLDERS.push('drivers/iio', 'drivers/nvdimm', 'drivers/spi', 'include', 'scripts');
const FULL = /^full-/;
const FULL_FOLDERS = ['drivers', 'include', 'scripts'];

/**
 * Puts the tree of one kernel version into the cache and returns its folder: the folders that tests read, or of "full-6.12.117" all of
 * drivers/ (1.2 GB). Throws Unavailable when it cannot be had here.
 */
export function fetchKernel(tree) {
  const folder = kernelDir(tree);
  if (isDone(folder)) return folder;
  const version = tree.replace(FULL, '');
  const name = `linux-source-${version.split('.').slice(0, 2).join('.')}`;
  const wanted = packageVersion(name, (candidate) => candidate.startsWith(`${version}-`));
  say(`fetching ${name} ${wanted} (about 140 MB, once)`);
  const unpacked = mkdtempSync(join(tmpdir(), 'devres-lens-kernel-'));
  try {
    unpackPackages([`${name}=${wanted}`], unpacked);
    const archive = join(unpacked, 'usr', 'src', `${name}.tar.xz`);
    fillFolder(folder, (partial) => {
      const members = (FULL.test(tree) ? FULL_FOLDERS : FOLDERS).map((path) => `${name}/${path}`);
      run('tar', ['-xf', archive, '-C', partial, '--strip-components=1', ...members]);
    });
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
  return folder;
}

/** Fetches every pinned tree that is missing. */
export function fetchKernels(versions = KERNELS) {
  for (const version of versions) fetchKernel(version);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const versions = process.argv.slice(2);
  try {
    fetchKernels(versions.length > 0 ? versions : KERNELS);
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}
