// Bundles the command line tool, the language server and the extension into dist/.
// usage: node scripts/build.mjs [--minify]
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow, newestChange, say } from './lib/exec.mjs';
import { ROOT } from './lib/paths.mjs';

const DIST = join(ROOT, 'dist');
const SERVER = join(ROOT, 'server', 'src');
const MARKER = join(DIST, '.built');
const SOURCES = ['server/src', 'client/src', 'protocol', 'package-lock.json', 'scripts/build.mjs'].map((path) => join(ROOT, path));

/** Loaded at run time: native modules, the pool that starts processes of its own files, and the module that only the editor provides. */
const EXTERNAL = ['tree-sitter', 'tree-sitter-c', 'tinypool', 'vscode'];

/**
 * Parts of the extension that it loads when they are needed, by `import()`: each is a bundle of its own, so that
 * activating the extension reads none of them.
 */
const LAZY = {
  'language-client': join(ROOT, 'client', 'src', 'language-client.ts'),
  'replay-session': join(ROOT, 'client', 'src', 'replay', 'session.ts'),
};

/** Leaves an `import()` of a lazy part to be resolved at run time, beside the bundle. */
const lazyParts = {
  name: 'lazy-parts',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const [name] = Object.entries(LAZY).find(([, file]) => file === `${join(resolveDir, path)}.ts`) ?? [];
      return name === undefined ? { errors: [{ text: `${path} has no bundle of its own` }] } : { path: `./${name}.js`, external: true };
    });
  },
};

/** Bundle name to entry file. A file named worker.ts, or something-worker.ts, runs in a thread of its own and so is a bundle of its own. */
function entries() {
  const result = {
    cli: join(SERVER, 'cli', 'main.ts'),
    server: join(SERVER, 'lsp', 'main.ts'),
    extension: join(ROOT, 'client', 'src', 'extension.ts'),
    ...LAZY,
  };
  for (const file of filesBelow(SERVER)) {
    if (/(^|-)worker\.ts$/.test(basename(file))) result[basename(file, '.ts')] = file;
  }
  return result;
}

/** Views with a page of their own, by folder: client/src/views/NAME/page/main.ts. */
function views() {
  const folder = join(ROOT, 'client', 'src', 'views');
  const mains = filesBelow(folder).filter((file) => file.endsWith(join('page', 'main.ts')));
  return mains.map((entry) => ({ name: basename(dirname(dirname(entry))), entry }));
}

/** The script of a webview, and the style sheet that it imports beside it. */
async function bundleView({ name, entry }, folder, minify) {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [entry],
    outfile: join(folder, 'views', `${name}.js`),
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    minify,
    logLevel: 'warning',
  });
}

async function bundle(name, entry, folder, minify) {
  const { build } = await import('esbuild');
  const shebang = name === 'cli' && !readFileSync(entry, 'utf8').startsWith('#!') ? '#!/usr/bin/env node' : '';
  await build({
    entryPoints: [entry],
    outfile: join(folder, `${name}.js`),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: EXTERNAL,
    // The editor hands out its own module by require() only.
    ...(name === 'extension' && { plugins: [lazyParts], supported: { 'dynamic-import': false } }),
    sourcemap: minify ? false : 'linked',
    minify,
    // Without names stack traces in a user's log say nothing.
    keepNames: minify,
    banner: { js: shebang },
    logLevel: 'warning',
  });
}

/** Copies what the program reads at run time: the page of each rule as rules/ID.md, and the schema of the report. */
function copyAssets(folder) {
  for (const file of filesBelow(SERVER)) {
    const path = relative(SERVER, file).split(sep);
    if (path.at(-1) === 'doc.md') copy(file, join(folder, 'rules', `${path.at(-2)}.md`));
    if (path.at(-1) === 'schema.json') copy(file, join(folder, 'schema.json'));
  }
}

function copy(file, target) {
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(file, target);
}

/** Builds everything into a folder (dist unless told). Throws when an entry is missing or does not compile. */
export async function build({ folder = DIST, minify = false } = {}) {
  const started = Date.now();
  rmSync(join(folder, 'rules'), { recursive: true, force: true });
  const results = await Promise.allSettled([
    ...Object.entries(entries()).map(([name, entry]) => bundle(name, entry, folder, minify)),
    ...views().map((view) => bundleView(view, folder, minify)),
  ]);
  const failures = results.filter((result) => result.status === 'rejected');
  // esbuild has shown its errors already; what is left to show is the first line ("Build failed with 2 errors").
  if (failures.length > 0) throw new Error(failures.map((failure) => failure.reason.message.split('\n')[0]).join('\n'));
  copyAssets(folder);
  if (folder !== DIST) return;
  // The marker carries the time of the start: a file saved during the build counts as newer.
  writeFileSync(MARKER, '');
  utimesSync(MARKER, started / 1000, started / 1000);
}

/** Builds dist unless it is as new as its sources. */
export async function buildIfStale() {
  if (existsSync(MARKER) && statSync(MARKER).mtimeMs >= newestChange(SOURCES)) return;
  say('building');
  await build();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  build({ minify: process.argv.includes('--minify') }).catch((error) => {
    say(error.message);
    process.exitCode = 1;
  });
}
