// Fetches prepared kernel headers from Debian's packages into the cache, so that one object of a patched driver can be compiled in seconds.
// usage: node scripts/fetch-headers.mjs [RELEASE...]
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillFolder } from './lib/atomic.mjs';
import { installPackages, requireDebian, unpackPackages } from './lib/debian.mjs';
import { capture, say, Unavailable } from './lib/exec.mjs';
import { headersDir, isDone } from './lib/paths.mjs';

/** Debian's name of the kernel release whose headers the tests compile against; it serves all of 6.12.y. */
export const HEADERS_RELEASE = '6.12.113+deb12';

/** make, and the compiler that these headers were prepared with and name. */
const PACKAGES = ['make', 'gcc-12'];

/** The folder to hand to `make -C`. */
export function headersBuildDir(release = HEADERS_RELEASE) {
  return join(headersDir(release), 'usr', 'src', `linux-headers-${release}-amd64`);
}

/** The makefile names the folder where the packages would be installed: puts the final folder before it. */
function relocateMakefile(file, final) {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/(?<![\w./+-])\/usr\/(?=(?:src|lib)\/linux-)/g, `${final}/usr/`));
}

/** Puts the headers of one release into the cache and returns the folder for `make -C`. Throws Unavailable when they cannot be had here. */
export function ensureHeaders(release = HEADERS_RELEASE) {
  const final = headersDir(release);
  if (process.arch !== 'x64') throw new Unavailable('the prepared kernel headers are for amd64');
  requireDebian();
  installPackages(PACKAGES);
  if (isDone(final)) return headersBuildDir(release);
  const names = [`linux-headers-${release}-amd64`, `linux-headers-${release}-common`, `linux-kbuild-${release}`];
  const unknown = names.filter((name) => capture('apt-cache', ['show', name]).stdout === '');
  if (unknown.length > 0) throw new Unavailable(`the package lists of this machine do not offer ${unknown.join(', ')}`);
  say(`fetching ${names.join(', ')} (once)`);
  fillFolder(final, (partial) => {
    unpackPackages(names, partial);
    relocateMakefile(join(partial, 'usr', 'src', `linux-headers-${release}-amd64`, 'Makefile'), final);
  });
  return headersBuildDir(release);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const releases = process.argv.slice(2);
  try {
    for (const release of releases.length > 0 ? releases : [HEADERS_RELEASE]) process.stdout.write(`${ensureHeaders(release)}\n`);
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}
