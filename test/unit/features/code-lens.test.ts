import { describe, expect, test } from 'vitest';
import { lensesOf } from '../../../server/src/features/code-lens';
import { relocated } from '../../../server/src/features/relocate';
import { exampleAnalysis } from './example';

const { texts, report, lifetimes } = exampleAnalysis('minibus-racy');
const text = texts['window.c'] ?? '';

function titles(of: string): Record<string, string> {
  const lenses = lensesOf(lifetimes, report.findings, 'window.c', of);
  return Object.fromEntries(lenses.map(({ at, end, title }) => [of.slice(at, end), title]));
}

describe('code lenses', () => {
  test('stand on the teardown, on its releasers and on its constructors', () => {
    expect(titles(text)).toEqual({
      slot_unregister: '2 paths can release this; 2 race',
      create_slot_store: expect.stringMatching(/^Builds struct mb_slot: 2 of \d+ pairs race$/),
      delete_slot_store: expect.stringMatching(/^Releases struct mb_slot: 4 of \d+ pairs race$/),
    });
  });

  test('lead to a finding of the entry', () => {
    const lens = lensesOf(lifetimes, report.findings, 'window.c', text).find(({ title }) => title.startsWith('Builds'));
    const finding = report.findings.find(({ fingerprint }) => fingerprint === lens?.fingerprint);
    expect(finding?.pairs.flat()).toContain('create_slot_store');
  });

  test('find their functions where an edit has moved them', () => {
    const edited = text.replace('#include', `/* ${'x'.repeat(700)} */\n#include`);
    expect(titles(edited)).toEqual(titles(text));
  });

  test('of a driver without races say so and lead nowhere', () => {
    const fixed = exampleAnalysis('minibus-fixed');
    const lenses = lensesOf(fixed.lifetimes, fixed.report.findings, 'window.c', fixed.texts['window.c'] ?? '');
    expect(lenses.length).toBeGreaterThan(0);
    for (const { title, fingerprint } of lenses) {
      expect(title).toMatch(/none race|no race/);
      expect(fingerprint).toBeNull();
    }
  });
});

describe('a name that moved', () => {
  test('is the nearest whole word', () => {
    expect(relocated('foo_bar; foo; foo', 'foo', 12)).toEqual({ at: 14, end: 17 });
    expect(relocated('foo_bar; foo;', 'foo', 9)).toEqual({ at: 9, end: 12 });
    expect(relocated('foo_bar', 'foo', 0)).toBeNull();
  });

  test('is lost where it is too far away', () => {
    expect(relocated(`foo${' '.repeat(30_000)}`, 'foo', 30_000)).toBeNull();
  });
});
