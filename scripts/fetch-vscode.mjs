// Installs a real VS Code (its server build, driven through a browser) into the cache, for the tests in test/vscode.
// usage: node scripts/fetch-vscode.mjs
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from './lib/debian.mjs';
import { capture, npm, run, say } from './lib/exec.mjs';
import { isDone, vscodeDir } from './lib/paths.mjs';

/** code-server 4.N carries VS Code 1.N. */
const EDITOR = 'code-server@4.139.1';
/** The major version of node that this VS Code asks for. */
const NODE_MAJOR = 24;
/** libkrb5-dev: a native module of VS Code is built against it. chromium: the browser that shows the editor. */
const PACKAGES = ['libkrb5-dev', 'chromium', 'g++', 'make', 'python3'];

/** The command that starts the installed editor, as a program and its first arguments. */
export function vscodeCommand() {
  const folder = vscodeDir();
  return [join(folder, 'node_modules', '.bin', 'node'), join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js')];
}

/** Whether the folder's own node can run and is of the wanted version. */
function hasNode(folder) {
  const binary = join(folder, 'node_modules', '.bin', 'node');
  return existsSync(binary) && capture(binary, ['--version']).stdout.startsWith(`v${NODE_MAJOR}.`);
}

/** Installs npm's `node` package; its binary comes through an install script, which we start by hand. */
function installNode(folder) {
  if (hasNode(folder)) return;
  npm(['install', '--silent', '--no-fund', '--no-audit', `node@${NODE_MAJOR}`], { cwd: folder });
  if (hasNode(folder)) return;
  npm(['rebuild', 'node', '--foreground-scripts', '--ignore-scripts=false'], { cwd: folder });
  if (!hasNode(folder)) throw new Error(`npm's package node@${NODE_MAJOR} did not provide a binary`);
}

/** Installs the editor when it is missing and returns the command that starts it. Throws Unavailable when it cannot be had here. */
export function fetchVscode() {
  const folder = vscodeDir();
  if (isDone(folder)) return vscodeCommand();
  installPackages(PACKAGES);
  say(`installing ${EDITOR} (about 4 minutes, once)`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "devres-lens-editor", "private": true }\n');
  installNode(folder);
  npm(['install', '--silent', '--ignore-scripts', '--no-fund', '--no-audit', EDITOR], { cwd: folder });
  // npm takes the platform's binary of node for extraneous and removes it.
  installNode(folder);
  const path = [join(folder, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const env = {
    ...process.env,
    PATH: path,
    npm_config_user_agent: `npm/11.0.0 node/v${NODE_MAJOR}.0.0 ${process.platform} ${process.arch}`,
  };
  run('sh', ['./postinstall.sh'], { cwd: join(folder, 'node_modules', 'code-server'), env });
  // Written last: an interrupted installation is taken up again.
  writeFileSync(join(folder, '.done'), '');
  return vscodeCommand();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(`${fetchVscode().join(' ')}\n`);
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}
