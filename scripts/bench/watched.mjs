// Runs a command and says on standard error how much memory all its processes had at most, in kilobytes: the sum of their resident sets, in
// which what they share counts for each.
// usage: node watched.mjs COMMAND [ARGUMENT...]
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const INTERVAL = 100;

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: 'inherit' });
let peak = 0;
const timer = setInterval(() => {
  peak = Math.max(peak, residentOf(child.pid));
}, INTERVAL);
child.on('exit', (code) => {
  clearInterval(timer);
  process.stderr.write(`@peak ${peak}\n`);
  process.exitCode = code ?? 1;
});

/** Of a process and all below it; 0 where it has ended. */
function residentOf(pid) {
  try {
    const [, own] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    const below = readdirSync(`/proc/${pid}/task`).flatMap((task) => childrenOf(pid, task));
    return below.reduce((sum, other) => sum + residentOf(other), Number(own ?? 0));
  } catch {
    return 0;
  }
}

function childrenOf(pid, task) {
  return readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean);
}
