// Running other programs, and saying on standard error what is going on (standard output belongs to results).
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Something that this machine cannot provide (no Debian, not root, no network): tests that need it are skipped. */
export class Unavailable extends Error {}

/** One line of progress on standard error. */
export function say(text) {
  process.stderr.write(`devres-lens: ${text}\n`);
}

/**
 * Runs a program with its output on our standard error.
 * Throws an Error that names the command when it cannot be started or fails.
 */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { stdio: ['ignore', 2, 2], ...options });
  if (result.error) throw new Error(`cannot run ${command}: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} failed (${result.signal ?? `exit code ${result.status}`})`);
}

/** Runs a program and returns { ok, stdout, stderr }; never throws. */
export function capture(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
  const stderr = result.stderr || (result.error ? result.error.message : '');
  return { ok: result.status === 0, stdout: result.stdout ?? '', stderr };
}

/** Whether a program of this name is on the PATH. */
export function hasProgram(name) {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  const folders = (process.env.PATH ?? '').split(process.platform === 'win32' ? ';' : ':');
  return folders.some((folder) => suffixes.some((suffix) => existsSync(join(folder, name + suffix))));
}

/** The npm that started us, or the one on the PATH, as [program, first arguments]. */
export function npmCommand() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('npm-cli.js')) return { command: process.execPath, args: [script], options: {} };
  return { command: 'npm', args: [], options: process.platform === 'win32' ? { shell: true } : {} };
}

/** Runs npm with the given arguments; see run(). */
export function npm(args, options = {}) {
  const { command, args: first, options: platform } = npmCommand();
  run(command, [...first, ...args], { ...platform, ...options });
}

/** The folder of npm's own node_modules (it ships node-gyp), or undefined. */
export function npmModules() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('npm-cli.js')) return join(dirname(script), '..', 'node_modules');
  const { command, args, options } = npmCommand();
  const answer = capture(command, [...args, 'root', '-g'], options);
  return answer.ok ? join(answer.stdout.trim(), 'npm', 'node_modules') : undefined;
}

/** Every file below a folder, as paths that start with that folder; empty when it does not exist. */
export function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** The newest modification time (milliseconds) of the given files and of all files below the given folders. */
export function newestChange(paths) {
  let newest = 0;
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const files = statSync(path).isDirectory() ? filesBelow(path) : [path];
    for (const file of files) newest = Math.max(newest, statSync(file).mtimeMs);
  }
  return newest;
}
