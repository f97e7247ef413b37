// npm run bench: measures the speed and memory of the built tools on drivers/cxl of a pinned kernel, beside the checkers that people run
// instead, and on larger and larger folders of a tree with all of drivers/. Keeps the figures in docs/benchmarks.json, and writes
// docs/benchmarks.md and docs/benchmarks.svg from them.
// usage: node scripts/bench.mjs [--quick] [--only PART...] [--gate [--update]]
//   --only     measures these parts again and leaves the others as they were kept; the parts are those of PARTS below
//   --gate     only compares with test/bench/gate.json what must not become slower, and fails where a ratio grew by more than a quarter
//   --update   with --gate: records the ratios instead
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gate } from './bench/gate.mjs';
import { load, machine } from './bench/measure.mjs';
import { bundleBench, checkTimes, memory, serverMemory, states, typing } from './bench/own.mjs';
import { plot, table } from './bench/report.mjs';
import { otherTools } from './bench/tools.mjs';
import { buildIfStale } from './build.mjs';
import { fetchKernel } from './fetch-kernels.mjs';
import { say } from './lib/exec.mjs';
import { ROOT } from './lib/paths.mjs';

const VERSION = '6.12.113';
const FOLDER = 'drivers/cxl';
const FILE = 'core/region.c';
/** The tree with all of drivers/, and the folders of it that show how cost grows. */
const LARGE = 'full-6.12.117';
const LARGER = ['drivers/cxl', 'drivers/iio', 'drivers/net', 'drivers'];
const RECORD = join(ROOT, 'docs', 'benchmarks.json');

const cxl = () => join(fetchKernel(VERSION), FOLDER);
/** What is measured, by name; quick: less often, for somebody who waits. */
const PARTS = {
  own: (quick) => checkTimes(cxl(), quick ? 2 : 5),
  typing: (quick) => typing(cxl(), FILE, quick ? 40 : 500),
  memory: (quick) => memory(cxl(), FILE, quick ? 200 : 5000),
  server: (quick) => serverMemory(join(cxl(), FILE), quick ? 200 : 5000),
  lifetimes: () => states(cxl()),
  large: (quick) => {
    const tree = fetchKernel(LARGE);
    return LARGER.slice(0, quick ? 2 : LARGER.length).map((path) => {
      say(path);
      return { path, ...checkTimes(join(tree, path), 1) };
    });
  },
  // Left out where somebody waits: as long as the check of the whole tree.
  worst: (quick) => (quick ? [] : states(join(fetchKernel(LARGE), 'drivers'))),
  tools: (quick) => otherTools(fetchKernel(VERSION), FOLDER, quick ? 1 : 3),
};

async function main() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      only: { type: 'string', multiple: true },
      gate: { type: 'boolean' },
      update: { type: 'boolean' },
    },
  });
  await buildIfStale();
  await bundleBench();
  if (values.gate) return gate(values.update === true);
  const record = values.only && existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, 'utf8')) : {};
  for (const name of values.only ?? Object.keys(PARTS)) {
    say(name);
    const quick = values.quick === true;
    record[name] = { quick, result: PARTS[name](quick), load: load() };
    // A part may take long: what was measured is kept, whatever becomes of the next.
    mkdirSync(join(ROOT, 'docs'), { recursive: true });
    writeFileSync(RECORD, `${JSON.stringify(record, null, 1)}\n`);
  }
  const results = { ...record, machine: machine(), version: VERSION, folder: FOLDER, file: FILE, tree: LARGE };
  writeFileSync(join(ROOT, 'docs', 'benchmarks.svg'), plot(results));
  writeFileSync(join(ROOT, 'docs', 'benchmarks.md'), table(results));
  process.stdout.write(readFileSync(join(ROOT, 'docs', 'benchmarks.md')));
  return 0;
}

process.exitCode = await main();
