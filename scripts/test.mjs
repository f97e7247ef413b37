// npm test: makes everything ready, fetches what the tests on real trees and in the real editor need, and runs all tests.
// The last line of standard output is `N passed, N failed` (and `, N skipped` where something was).
// usage: node scripts/test.mjs [arguments of `vitest run`]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfStale } from './build.mjs';
import { ensureHeaders, HEADERS_RELEASES } from './fetch-headers.mjs';
import { fetchKernels } from './fetch-kernels.mjs';
import { fetchVscode } from './fetch-vscode.mjs';
import { say } from './lib/exec.mjs';
import { ROOT } from './lib/paths.mjs';
import { setup } from './setup.mjs';

const REQUIRED = process.env.CI === 'true' || process.env.DEVRES_LENS_REQUIRE === '1';

const FETCHES = [
  { what: 'kernel sources', usedBy: ['real', 'fuzz', 'bench'], fetch: () => fetchKernels() },
  {
    what: 'kernel headers',
    usedBy: ['real'],
    fetch: () => Object.values(HEADERS_RELEASES).forEach((release) => void ensureHeaders(release)),
  },
  { what: 'VS Code and chromium', usedBy: ['vscode'], fetch: () => fetchVscode() },
];

/** Fetches what the chosen tests use. What cannot be had here is an error in CI; elsewhere its tests are skipped. */
function fetchAll(filters) {
  for (const { what, usedBy, fetch } of FETCHES) {
    const isUsed = filters.length === 0 || filters.some((filter) => usedBy.some((project) => filter.includes(project)));
    if (!isUsed) continue;
    try {
      fetch();
    } catch (error) {
      if (REQUIRED) throw new Error(`${what}: ${error.message}`);
      say(`tests that need ${what} are skipped: ${error.message}`);
    }
  }
}

/** Counts of one run. A file that failed outside of its tests (it does not even load) counts as one failure. */
function countResults(report) {
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Runs vitest and returns its counts; throws when it ended without a report. */
function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'devres-lens-test-'));
  const report = join(folder, 'report.json');
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const env = { ...process.env, ...(REQUIRED ? { DEVRES_LENS_REQUIRE: '1' } : {}) };
  try {
    const run = spawnSync(
      process.execPath,
      [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
      {
        cwd: ROOT,
        env,
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
    if (!existsSync(report)) throw new Error(`vitest ended without a report (exit code ${run.status})`);
    const counts = countResults(JSON.parse(readFileSync(report, 'utf8')));
    // An error outside of every test and file, such as an unhandled rejection.
    if (run.status !== 0 && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(args) {
  try {
    setup();
    await buildIfStale();
    fetchAll(args.filter((arg) => !arg.startsWith('-')));
    return runTests(args);
  } catch (error) {
    say(error.message);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const { passed, failed, skipped } = await main(process.argv.slice(2));
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
