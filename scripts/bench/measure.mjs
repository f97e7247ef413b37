// Running programs and saying what they took.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { capture } from '../lib/exec.mjs';

/** bash's own clock: seconds of the wall, and of the processor in all children. */
const TIMED = 'TIMEFORMAT="@time %R %U %S"; time "$@"';

/** Seconds of wall and processor that a command takes; `status` is its exit status, null where it could not run. */
export function timeOf(command, args, options = {}) {
  const run = spawnSync('bash', ['-c', TIMED, 'bash', command, ...args], { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  const [, wall, user, system] = /@time (\S+) (\S+) (\S+)\s*$/.exec(run.stderr ?? '') ?? [];
  return { wall: Number(wall), cpu: Number(user) + Number(system), status: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** Median, least and greatest of numbers. */
export function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), least: sorted[0], greatest: sorted.at(-1) };
}

/** The value below which a share of the sorted numbers lies. */
export function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** What ran the measurements. */
export function machine() {
  const [{ model }] = os.cpus();
  const release = capture('sh', ['-c', '. /etc/os-release && echo "$PRETTY_NAME"']).stdout.trim() || os.type();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `${os.cpus().length} processors (${model.trim()}), ${memory} GB, ${release}, node ${process.versions.node}`;
}

/** How many processes wanted a processor in the last minute. */
export function load() {
  return Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);
}
