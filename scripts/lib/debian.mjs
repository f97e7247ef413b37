// What the tests take from Debian: installed packages, and package files that are only unpacked.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, hasProgram, run, say, Unavailable } from './exec.mjs';

let listsUpdated = false;

/** Whether the package is installed. */
function isInstalled(name) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholder
  return capture('dpkg-query', ['-W', '-f', '${db:Status-Status}', name]).stdout.trim() === 'installed';
}

function isRoot() {
  return process.getuid?.() === 0;
}

/** Throws Unavailable unless this is Debian or a system with its package tools. */
export function requireDebian() {
  if (!hasProgram('apt-get') || !hasProgram('dpkg-deb'))
    throw new Unavailable('this needs the package tools of Debian (apt-get, dpkg-deb)');
}

function updateLists() {
  if (listsUpdated || !isRoot()) return;
  listsUpdated = true;
  run('apt-get', ['update', '-qq']);
}

/** Installs those of the packages that are missing. Throws Unavailable when that needs root and we are not. */
export function installPackages(names) {
  requireDebian();
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  if (!isRoot()) throw new Unavailable(`Debian packages are missing: apt-get install ${missing.join(' ')}`);
  say(`installing Debian packages: ${missing.join(' ')}`);
  updateLists();
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

/** The newest version of a package that satisfies the test, as apt-cache lists them (newest first), or undefined. */
function listedVersion(name, accept) {
  const lines = capture('apt-cache', ['madison', name]).stdout.split('\n');
  return lines.map((line) => line.split('|')[1]?.trim() ?? '').find((version) => version !== '' && accept(version));
}

/**
 * The version string of a package, updating the package lists when it is not in them.
 * Throws Unavailable when Debian does not offer it.
 */
export function packageVersion(name, accept) {
  requireDebian();
  let version = listedVersion(name, accept);
  if (version === undefined) {
    updateLists();
    version = listedVersion(name, accept);
  }
  if (version === undefined) throw new Unavailable(`the package lists of this machine do not offer the wanted version of ${name}`);
  return version;
}

/** Downloads packages ("name" or "name=version") and unpacks them, without installing, into a folder. */
export function unpackPackages(packages, folder) {
  requireDebian();
  const downloads = mkdtempSync(join(tmpdir(), 'devres-lens-deb-'));
  try {
    // As root apt drops to the user _apt, who may not write here.
    run('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=root', ...packages], { cwd: downloads });
    for (const file of readdirSync(downloads)) run('dpkg-deb', ['-x', join(downloads, file), folder]);
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
}
