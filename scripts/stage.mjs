// Lays out what the packaged extension contains. node_modules is not shipped as it is: everything but the native modules is bundled, and
// of those only what loads at run time is taken.
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './lib/paths.mjs';

/** Files and folders of the checkout that ship as they are; those marked * need not exist. */
const OWN = [
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
  '.vscodeignore',
  '*media',
  'examples/minibus-racy',
  '*syntaxes',
  '*walkthrough',
  '*language-configuration.json',
];

/** Run-time part of each module that esbuild leaves outside of the bundles. */
export const MODULES = {
  'tree-sitter': ['package.json', 'LICENSE', 'index.js', 'prebuilds'],
  'tree-sitter-c': ['package.json', 'LICENSE', 'bindings/node/index.js', 'src/node-types.json', 'prebuilds'],
  // Starts processes of its own files.
  tinypool: ['package.json', 'LICENSE', 'dist'],
  'node-gyp-build': ['package.json', 'LICENSE', 'index.js', 'node-gyp-build.js'],
  // Only used when compiling, but npm reports a dependency that is missing as an error. Its headers stay behind.
  'node-addon-api': ['package.json', 'LICENSE.md'],
};

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}

/** The manifest without what only a checkout needs, and with the modules that are not bundled as its only dependencies. */
export function shippedManifest() {
  const {
    scripts,
    devDependencies,
    dependencies,
    private: _private,
    ...manifest
  } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const unbundled = ['tree-sitter', 'tree-sitter-c', 'tinypool'];
  return { ...manifest, dependencies: Object.fromEntries(unbundled.map((name) => [name, dependencies[name]])) };
}

/**
 * Where tree-sitter was compiled on this machine, because its prebuilt binary asks for a newer C++ library than this system has, ours goes
 * in the place of that one: it asks for an older library, so it runs wherever the prebuilt binary does and on more systems.
 */
function preferLocalBinary(modules) {
  const built = join(ROOT, 'node_modules', 'tree-sitter', 'build', 'Release');
  const binary = existsSync(built) ? readdirSync(built).find((name) => name.endsWith('.node')) : undefined;
  if (binary === undefined) return;
  const target = join(modules, 'tree-sitter', 'prebuilds', `${process.platform}-${process.arch}`, 'tree-sitter.node');
  copy(join(built, binary), target);
  chmodSync(target, 0o644);
}

/** Fills a folder with everything that ships except dist. */
export function stage(folder) {
  for (const item of OWN) {
    const path = item.replace('*', '');
    if (item !== path && !existsSync(join(ROOT, path))) continue;
    copy(join(ROOT, path), join(folder, path));
  }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(shippedManifest(), null, 2)}\n`);
  const modules = join(folder, 'node_modules');
  for (const [name, paths] of Object.entries(MODULES)) {
    for (const path of paths) copy(join(ROOT, 'node_modules', name, path), join(modules, name, path));
  }
  preferLocalBinary(modules);
}
