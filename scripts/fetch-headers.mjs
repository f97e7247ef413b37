// Fetches prepared kernel headers from Debian's packages into the cache, so that one object of a patched driver can be compiled in seconds.
// usage: node scripts/fetch-headers.mjs [RELEASE...]
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillFolder } from './lib/atomic.mjs';
import { installPackages, packageVersion, requireDebian, unpackPackages } from './lib/debian.mjs';
import { capture, say, Unavailable } from './lib/exec.mjs';
import { headersDir, isDone } from './lib/paths.mjs';

/** Debian's names of the kernel releases whose headers the tests compile against, by the series that they serve all of. */
export const HEADERS_RELEASES = { 6.12: '6.12.113+deb12', 6.1: '6.1.0-56' };

/** make, and the compiler that these headers were prepared with and name. */
const PACKAGES = ['make', 'gcc-12'];

/** The folder to hand to `make -C`. */
export function headersBuildDir(release) {
  return join(headersDir(release), 'usr', 'src', `linux-headers-${release}-amd64`);
}

/** The makefile names the folder where the packages would be installed: puts the final folder before it. */
function relocateMakefile(file, final) {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/(?<![\w./+-])\/usr\/(?=(?:src|lib)\/linux-)/g, `${final}/usr/`));
}

/** The package of the headers, and those of the parts that it is made of; the name of the tools' package follows no rule. */
function packagesOf(release) {
  const name = `linux-headers-${release}-amd64`;
  const depends = () => capture('apt-cache', ['depends', name]).stdout.matchAll(/Depends: (linux-(?:headers|kbuild)-\S+)/g);
  let parts = [...depends()].map((match) => match[1]);
  if (parts.length === 0) {
    packageVersion(name, () => true);
    parts = [...depends()].map((match) => match[1]);
  }
  return [name, ...parts];
}

/** Puts the headers of one release into the cache and returns the folder for `make -C`. Throws Unavailable when they cannot be had here. */
export function ensureHeaders(release) {
  const final = headersDir(release);
  if (process.arch !== 'x64') throw new Unavailable('the prepared kernel headers are for amd64');
  requireDebian();
  installPackages(PACKAGES);
  if (isDone(final)) return headersBuildDir(release);
  const names = packagesOf(release);
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
    for (const release of releases.length > 0 ? releases : Object.values(HEADERS_RELEASES))
      process.stdout.write(`${ensureHeaders(release)}\n`);
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}
