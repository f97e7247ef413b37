// npm run bench: measures the speed and memory of the built tools on drivers/cxl of a pinned kernel, beside the checkers that people run
// instead, and writes docs/benchmarks.md and docs/benchmarks.svg.
// usage: node scripts/bench.mjs [--quick] [--gate [--update]] [--tree FOLDER [PATH...]]
//   --gate     only compares with test/bench/gate.json what must not become slower, and fails where a ratio grew by more than a quarter
//   --update   with --gate: records the ratios instead
//   --tree     times the check of these paths of another tree as well (drivers/iio, drivers of a full kernel)
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gate } from './bench/gate.mjs';
import { machine } from './bench/measure.mjs';
import { bundleBench, checkTimes, memory, states, typing } from './bench/own.mjs';
import { plot, table } from './bench/report.mjs';
import { otherTools } from './bench/tools.mjs';
import { buildIfStale } from './build.mjs';
import { fetchKernel } from './fetch-kernels.mjs';
import { say } from './lib/exec.mjs';
import { ROOT } from './lib/paths.mjs';

const VERSION = '6.12.113';
const FOLDER = 'drivers/cxl';
const FILE = 'core/region.c';

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean' },
      gate: { type: 'boolean' },
      update: { type: 'boolean' },
      tree: { type: 'string' },
    },
  });
  await buildIfStale();
  await bundleBench();
  if (values.gate) return gate(values.update === true);
  const rounds = values.quick ? 2 : 5;
  const tree = fetchKernel(VERSION);
  const folder = join(tree, FOLDER);
  say('cold and warm');
  const own = checkTimes(folder, rounds);
  say('typing');
  const typed = typing(folder, FILE, values.quick ? 40 : 500);
  say('memory');
  const kept = memory(folder, FILE, values.quick ? 200 : 5000);
  say('lifetimes');
  const lifetimes = states(folder);
  const large = positionals.map((path) => {
    say(path);
    return { path, ...checkTimes(join(values.tree ?? tree, path), 1) };
  });
  say('other tools');
  const others = otherTools(tree, FOLDER, values.quick ? 1 : 3);
  const results = {
    quick: values.quick === true,
    machine: machine(),
    version: VERSION,
    folder: FOLDER,
    file: FILE,
    own,
    typed,
    kept,
    lifetimes,
    large,
    others,
  };
  mkdirSync(join(ROOT, 'docs'), { recursive: true });
  writeFileSync(join(ROOT, 'docs', 'benchmarks.svg'), plot(results));
  writeFileSync(join(ROOT, 'docs', 'benchmarks.md'), table(results));
  process.stdout.write(readFileSync(join(ROOT, 'docs', 'benchmarks.md')));
  return 0;
}

process.exitCode = await main();
