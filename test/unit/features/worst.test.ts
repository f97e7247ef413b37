import { expect, test } from 'vitest';
import { worstOf } from '../../../server/src/features/worst';
import type { Finding } from '../../../server/src/findings/types';
import { exampleAnalysis } from './example';

const [first] = exampleAnalysis('minibus-racy').report.findings;
if (!first) throw new Error('the example has no findings');
const base: Finding = first;
const step = base.trace[0];
const make = (severity: Finding['severity'], steps: number): Finding => ({
  ...base,
  severity,
  trace: step ? Array.from({ length: steps }, () => step) : [],
});

test('the worst finding is the most severe one with a trace, then the one with the shortest', () => {
  const error = make('error', 9);
  const short = make('warning', 2);
  expect(worstOf([short, make('warning', 5), error, make('error', 0)])).toBe(error);
  expect(worstOf([make('warning', 5), short, make('information', 1)])).toBe(short);
  expect(worstOf([make('error', 0)])).toBeNull();
});
