// What devres-lens takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture } from '../lib/exec.mjs';
import { ROOT } from '../lib/paths.mjs';
import { quantile, spread, timeOf } from './measure.mjs';

const CLI = join(ROOT, 'dist', 'cli.js');
const ENGINE = join(ROOT, 'dist', 'bench', 'engine.js');
const SERVER = join(ROOT, 'dist', 'bench', 'server.js');
const WATCHED = join(ROOT, 'scripts', 'bench', 'watched.mjs');

/** Bundles the measurements that run in processes of their own. */
export async function bundleBench() {
  const { build } = await import('esbuild');
  await build({
    entryPoints: ['engine.ts', 'server.ts'].map((name) => join(ROOT, 'test', 'bench', name)),
    outdir: join(ROOT, 'dist', 'bench'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['tree-sitter', 'tree-sitter-c'],
    logLevel: 'warning',
  });
}

/** Cold and warm checks of a folder from the start of the process; peak memory of all processes of the cold one in MB, its statistics. */
export function checkTimes(folder, rounds) {
  const cache = mkdtempSync(join(tmpdir(), 'devres-lens-bench-'));
  try {
    const env = { ...process.env, XDG_CACHE_HOME: cache };
    // What a reader waits for: a report for programs explores fixes as well.
    const check = (...flags) => timeOf(process.execPath, [...flags, CLI, 'check', folder], { env });
    const fresh = (...flags) => {
      rmSync(join(cache, 'devres-lens'), { recursive: true, force: true });
      return check(...flags);
    };
    // With the cache empty: what a first check takes, keeping its results included. Of a large tree one has to do for time and memory.
    const watched = fresh(WATCHED, process.execPath);
    const cold = rounds === 1 ? [watched] : Array.from({ length: rounds }, () => fresh());
    const warm = Array.from({ length: rounds }, () => check());
    // The last line says it.
    const [findings, verdicts, incomplete] =
      /(\d+) findings?; (\d+) verdicts?: .*?(\d+) incomplete/.exec(cold[0].stderr)?.slice(1).map(Number) ?? [];
    const peak = Number(/@peak (\d+)/.exec(watched.stderr)?.[1]) / 1000;
    return { cold: spreads(cold), warm: spreads(warm), peak, findings, verdicts, incomplete, size: engine('size', folder) };
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

function spreads(runs) {
  return { wall: spread(runs.map(({ wall }) => wall)), cpu: spread(runs.map(({ cpu }) => cpu)) };
}

/** Milliseconds from an edit to the findings of the folder: median and 95th percentile. */
export function typing(folder, file, count) {
  const times = engine('typing', folder, file, String(count));
  const of = (key) => {
    const sorted = times.map((time) => time[key]).sort((a, b) => a - b);
    return { median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
  };
  return { count, cpu: of('cpu'), wall: of('wall') };
}

/** Resident memory in MB before and after many edits, and after opening and closing files. */
export function memory(folder, file, count) {
  return { count, ...engine('memory', folder, file, String(count)) };
}

/** The same of the language server's process, through the protocol; the time to its first findings, and to answers while it analyses. */
export function serverMemory(file, count) {
  const cache = mkdtempSync(join(tmpdir(), 'devres-lens-bench-'));
  try {
    const args = [SERVER, join(ROOT, 'dist', 'server.js'), file, String(count)];
    const { ok, stdout, stderr } = capture(process.execPath, args, { env: { ...process.env, XDG_CACHE_HOME: cache } });
    if (!ok) throw new Error(`bench of the server: ${stderr}`);
    const { hover, codeActions, keystrokes, ...rest } = JSON.parse(stdout);
    return { count, ...rest, hover: spread(hover), codeActions: spread(codeActions), keystrokes: spread(keystrokes) };
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

/** Steps, states and milliseconds of each lifetime, the slowest first. */
export function states(folder) {
  return engine('states', folder);
}

/** One measurement of test/bench/engine.ts. Throws an Error with what it said. */
export function engine(...args) {
  const { ok, stdout, stderr } = capture(process.execPath, ['--expose-gc', ENGINE, ...args], { cwd: ROOT });
  if (!ok) throw new Error(`bench ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}
