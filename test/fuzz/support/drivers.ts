import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type fc from 'fast-check';
import { createEngine } from '../../../server/src/engine';
import type { CheckOptions, Engine } from '../../../server/src/engine/types';
import type { CheckReport, Verdict } from '../../../server/src/findings/types';
import { root } from '../../support/environment';
import { driverModel } from '../oracle/arbitrary';
import { render } from '../oracle/render';

/** Texts by path. */
export type Files = ReadonlyMap<string, string>;

const EXAMPLE = 'examples/minibus-racy';

/** The example driver, by path relative to its folder. */
export function exampleDriver(): Files {
  return new Map(['bus.c', 'client.c', 'minibus.h', 'window.c'].map((name) => [name, readFileSync(join(root, EXAMPLE, name), 'utf8')]));
}

export const generatedDriver: fc.Arbitrary<Files> = driverModel.map((model) => new Map([['crate.c', render(model)]]));

/** States of a pair that are enough to see most of the example's races, in little time. */
export const FEW_STATES: CheckOptions = { maxStates: 300 };

export function engineWith(files: Files): Engine {
  const engine = createEngine('/', () => null);
  for (const [path, text] of files) engine.setFile(path, text);
  return engine;
}

export function checked(files: Files, options: CheckOptions = {}): CheckReport {
  return engineWith(files).check(options);
}

/**
 * What the verdicts say, without how many states they took and which of their threads is named first: one line each,
 * sorted. `words` is applied to all names.
 */
export function verdictLines(report: CheckReport, words: (text: string) => string = (text) => text): string[] {
  return report.verdicts.map((v) => verdictLine(v, words)).sort();
}

function verdictLine(v: Verdict, words: (text: string) => string): string {
  const pair = v.pair.map(words).sort().join(' × ');
  // Threads that wait for each other are named in the order of their names.
  const [problem, waits = ''] = words(v.reason ?? '').split(/: /);
  return `${words(v.action)} ${pair}: ${v.verdict} ${[...v.rules].sort().join()} ${problem}: ${waits.split(' and ').sort().join(' and ')}`;
}

/** The report without the times that it took. */
export function timeless(report: CheckReport): CheckReport {
  return { ...report, stats: { ...report.stats, ms: {} } };
}
