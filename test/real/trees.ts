import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../server/src/engine';
import type { CheckReport, Verdict } from '../../server/src/findings/types';
import { loadEngine, type Overlay } from '../../server/src/host/load';
import { findTree } from '../../server/src/host/tree';

/** The report on a tree's drivers/cxl, some of its files replaced. */
export function checkTree(tree: string, overlay?: Overlay): CheckReport {
  return loadEngine(findTree(tree), createEngine, overlay).engine.check();
}

/** Verdicts of one lifetime's pairs. */
export function verdictsOf(report: CheckReport, action: string): Verdict[] {
  return report.verdicts.filter((verdict) => verdict.action === action);
}

/** `a × b: verdict rule rule`, sorted: what a test compares and a reader of a failed test wants to see. */
export function table(verdicts: readonly Verdict[]): string[] {
  return verdicts.map(({ pair, verdict, rules }) => [`${pair.join(' × ')}: ${verdict}`, ...[...rules].sort()].join(' ')).sort();
}

/** The text of a line and the two around it that a statement may continue on, white space made one. */
export function linesAt(tree: string, file: string, line: number): string | null {
  const lines = readFileSync(join(tree, file), 'utf8').split('\n');
  return line < 1 || line > lines.length
    ? null
    : lines
        .slice(line - 1, line + 4)
        .join(' ')
        .replace(/\s+/g, ' ');
}
