import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine';
import type { Finding } from '../../server/src/findings/types';
import { root } from '../support/environment';

const RULES = join(root, 'server/src/findings/rules');
const rules = readdirSync(RULES, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

/** Findings on one file as `line rule`, sorted. */
function findingsOn(file: string, text: string): { lines: string[]; findings: Finding[] } {
  const engine = createEngine('/', () => null);
  engine.setFile(file, text);
  const { findings, verdicts } = engine.check();
  expect(
    verdicts.filter(({ verdict }) => verdict === 'incomplete').map(({ pair, reason }) => `${pair.join(' × ')}: ${reason}`),
    'incomplete',
  ).toEqual([]);
  return { lines: findings.map(({ line, rule }) => `${line} ${rule}`).sort(), findings };
}

/** What the comments of a file ask for: `want "rule"`, once for each rule, on the line of the finding. */
function wanted(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, i) =>
      [...line.matchAll(/want((?: "[a-z-]+")+)/g)].flatMap((m) =>
        [...(m[1] ?? '').matchAll(/"([a-z-]+)"/g)].map((r) => `${i + 1} ${r[1]}`),
      ),
    )
    .sort();
}

describe.each(rules)('%s', (rule) => {
  const read = (name: string) => readFileSync(join(RULES, rule, name), 'utf8');

  it('reports bad.c as its comments say', () => {
    const text = read('bad.c');
    const want = wanted(text);
    expect(want.some((line) => line.endsWith(` ${rule}`))).toBe(true);
    const { lines, findings } = findingsOn(`drivers/example/${rule}.c`, text);
    expect(lines).toEqual(want);
    for (const finding of findings) {
      expect(finding.trace.length).toBeGreaterThan(0);
      expect(finding.trace.every(({ thread }) => finding.threads[thread] !== undefined)).toBe(true);
    }
  });

  it('finds nothing in good.c', () => {
    expect(findingsOn(`drivers/example/${rule}.c`, read('good.c')).lines).toEqual([]);
  });
});
