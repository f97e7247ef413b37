// Makes a checkout ready: dependencies as the lock file says, and a tree-sitter that loads. Does nothing, quickly, when all is well.
// usage: node scripts/setup.mjs
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { capture, hasProgram, npm, npmModules, say } from './lib/exec.mjs';
import { ROOT } from './lib/paths.mjs';

const MODULES = join(ROOT, 'node_modules');

const LOAD =
  "const Parser = require('tree-sitter'); const parser = new Parser(); parser.setLanguage(require('tree-sitter-c')); parser.parse('int x;');";

function readPackages(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

/**
 * Whether node_modules holds what package-lock.json asks for. npm keeps a lock file of what it installed; versions are compared instead
 * of times, because a checkout of another branch gives files new times without a change. Optional packages are for other platforms.
 */
function dependenciesInstalled() {
  const installedLock = join(MODULES, '.package-lock.json');
  if (!existsSync(installedLock)) return false;
  const installed = readPackages(installedLock);
  return Object.entries(readPackages(join(ROOT, 'package-lock.json'))).every(
    ([path, wanted]) => path === '' || wanted.optional || wanted.devOptional || wanted.peer || installed[path]?.version === wanted.version,
  );
}

/** Tries the native modules in another process, because a module that fails to load cannot be tried twice in one. */
function tryNativeModules() {
  return capture(process.execPath, ['-e', LOAD], { cwd: ROOT });
}

/** A folder with node's headers below include/node, so that nothing has to be downloaded; undefined lets node-gyp download them. */
function headersPrefix() {
  const candidates = [process.env.npm_config_nodedir, dirname(dirname(process.execPath)), '/usr'];
  return candidates.find((prefix) => prefix && existsSync(join(prefix, 'include', 'node', 'node_api.h')));
}

/** Throws an Error that names what to install, where something that the build needs is missing. */
function requireCompiler() {
  if (process.platform === 'win32') return;
  const missing = [];
  if (!['c++', 'g++', 'clang++'].some(hasProgram) && !process.env.CXX) missing.push('g++');
  for (const program of ['make', 'python3']) if (!hasProgram(program)) missing.push(program);
  if (missing.length === 0) return;
  throw new Error(
    `tree-sitter must be compiled here and these programs are missing: ${missing.join(', ')} (on Debian: apt-get install ${missing.join(' ')})`,
  );
}

function rebuildTreeSitter() {
  requireCompiler();
  const modules = npmModules();
  const script = modules && join(modules, 'node-gyp', 'bin', 'node-gyp.js');
  if (!script || !existsSync(script))
    throw new Error('tree-sitter must be compiled here, but the node-gyp that comes with npm was not found');
  const prefix = headersPrefix();
  const args = [script, 'rebuild', '--loglevel=error', ...(prefix ? [`--nodedir=${prefix}`] : [])];
  const folder = join(MODULES, 'tree-sitter');
  const answer = capture(process.execPath, args, { cwd: folder });
  if (!answer.ok) throw new Error(`compiling tree-sitter failed:\n${answer.stdout.slice(-2000)}${answer.stderr.slice(-4000)}`);
}

/** Sees to dependencies and native modules. Throws an Error with what to do when that is impossible. */
export function setup() {
  if (!dependenciesInstalled()) {
    say('installing dependencies (npm ci)');
    npm(['ci', '--loglevel=error'], { cwd: ROOT });
  }
  const first = tryNativeModules();
  if (first.ok) return;
  const reason = first.stderr.split('\n').find((line) => line.includes('Error')) ?? 'it does not load';
  say(`compiling tree-sitter from source, as its prebuilt binary does not fit this system (${reason.trim()}); about half a minute, once`);
  rebuildTreeSitter();
  const second = tryNativeModules();
  if (!second.ok) throw new Error(`tree-sitter was compiled but does not load:\n${second.stderr}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    setup();
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}
