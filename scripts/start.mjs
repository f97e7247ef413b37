// npm start: makes everything ready, then checks a tree; without arguments, the example driver that has the races.
// usage: node scripts/start.mjs [arguments of `devres-lens check`]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildIfStale } from './build.mjs';
import { say } from './lib/exec.mjs';
import { ROOT } from './lib/paths.mjs';
import { setup } from './setup.mjs';

const EXAMPLE = join('examples', 'minibus-racy');

const MEANING = { 0: 'nothing found', 1: 'there are findings', 3: 'some pairs could not be explored to the end' };

/** Runs the check and returns our own exit code: findings are an answer, not a failure, so only 2 (usage or internal error) is passed on. */
function check(args) {
  const isExample = args.length === 0;
  const command = [join(ROOT, 'dist', 'cli.js'), 'check', ...(isExample ? [join(ROOT, EXAMPLE)] : args)];
  const result = spawnSync(process.execPath, command, { stdio: 'inherit', cwd: process.env.INIT_CWD ?? process.cwd() });
  if (result.error) throw result.error;
  if (result.status === null || !(result.status in MEANING)) return result.status ?? 2;
  if (isExample && result.status === 1) {
    say(`findings were expected: ${EXAMPLE} shows the races on purpose. Check your own tree with: npm start -- PATH`);
  } else {
    say(`${MEANING[result.status]} (devres-lens exited with ${result.status})`);
  }
  return 0;
}

try {
  setup();
  await buildIfStale();
  process.exitCode = check(process.argv.slice(2));
} catch (error) {
  say(error.message);
  process.exitCode = 2;
}
