// What devres-lens takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture } from '../lib/exec.mjs';
import { ROOT } from '../lib/paths.mjs';
import { quantile, spread, timeOf } from './measure.mjs';

const CLI = join(ROOT, 'dist', 'cli.js');
const ENGINE = join(ROOT, 'dist', 'bench', 'engine.cjs');
/** Says on standard error, when the process ends, how much memory it had at most, in kilobytes. */
const PEAK = "process.on('exit', () => process.stderr.write('@peak ' + process.resourceUsage().maxRSS + '\\n'))";

/** Bundles the measurements that run inside one process. */
export async function bundleBench() {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(ROOT, 'test', 'bench', 'engine.ts')],
    outfile: ENGINE,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['tree-sitter', 'tree-sitter-c'],
    logLevel: 'warning',
  });
}

/** Cold and warm checks of a folder from the start of the process; peak memory of the cold one in MB, its statistics. */
export function checkTimes(folder, rounds) {
  const cache = mkdtempSync(join(tmpdir(), 'devres-lens-bench-'));
  const hook = join(cache, 'peak.cjs');
  try {
    capture('sh', ['-c', 'cat > "$0"', hook], { input: PEAK });
    const env = { ...process.env, XDG_CACHE_HOME: cache };
    // What a reader waits for: a report for programs explores fixes as well.
    const check = (...flags) => timeOf(process.execPath, ['-r', hook, CLI, 'check', folder, ...flags], { env });
    const cold = Array.from({ length: rounds }, () => check('--no-cache'));
    check();
    const warm = Array.from({ length: rounds }, () => check());
    const { stats, verdicts, findings } = JSON.parse(check('--format', 'json').stdout);
    return {
      cold: spreads(cold),
      warm: spreads(warm),
      // Of the largest process: with several, each says its own.
      peak: Math.max(...cold.flatMap(({ stderr }) => [...stderr.matchAll(/@peak (\d+)/g)].map(([, kb]) => Number(kb) / 1000))),
      stats,
      incomplete: verdicts.filter(({ verdict }) => verdict === 'incomplete').length,
      verdicts: verdicts.length,
      findings: findings.length,
    };
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

/** States of each lifetime, the largest first. */
export function states(folder) {
  return engine('states', folder);
}

/** One measurement of test/bench/engine.ts. Throws an Error with what it said. */
export function engine(...args) {
  const { ok, stdout, stderr } = capture(process.execPath, ['--expose-gc', ENGINE, ...args], { cwd: ROOT });
  if (!ok) throw new Error(`bench ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}
