import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../server/src/findings/types';
import { checked, exampleDriver, FEW_STATES, type Files, generatedDriver, verdictLines } from './support/drivers';
import { runs } from './support/runs';
import { insertComments, lockHandlers, renameWords, reorderFunctions } from './support/transforms';

const mapTexts = (files: Files, change: (text: string) => string): Files => new Map([...files].map(([path, text]) => [path, change(text)]));

/** A generated driver, or at times the example. */
const driver: fc.Arbitrary<Files> = fc.oneof(
  { weight: 5, arbitrary: generatedDriver },
  { weight: 1, arbitrary: fc.constant(exampleDriver()) },
);

/** Permutations of any length, from one number. */
const shuffling = fc.nat().map((seed) => (count: number) => {
  const order = Array.from({ length: count }, (_, i) => i);
  let state = seed;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    const j = state % (i + 1);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
});

/** Findings without where they are: what is left of them when lines move. */
function lineless(report: CheckReport): unknown[] {
  return report.findings.map(({ line: _l, column: _c, threads, trace, assumptions: _a, ...rest }) => ({
    ...rest,
    threads: threads.map(({ line: _, ...thread }) => thread),
    trace: trace.map(({ line: _, ...step }) => step),
  }));
}

describe('verdicts do not depend on', () => {
  it('the order of files', () => {
    fc.assert(
      fc.property(shuffling, (shuffle) => {
        const files = [...exampleDriver()];
        const moved = new Map(shuffle(files.length).map((i) => files[i] as [string, string]));
        expect(verdictLines(checked(moved, FEW_STATES))).toEqual(verdictLines(checked(exampleDriver(), FEW_STATES)));
      }),
      runs(4),
    );
  });

  it('the order of functions', () => {
    fc.assert(
      fc.property(driver, shuffling, (files, shuffle) => {
        const moved = mapTexts(files, (text) => reorderFunctions(text, shuffle));
        expect(verdictLines(checked(moved))).toEqual(verdictLines(checked(files)));
      }),
      runs(25),
    );
  });

  it('names', () => {
    const NEW = ['pebble', 'violin', 'harbor', 'ribbon', 'cloud', 'spoon', 'lamp', 'zebra', 'aardvark'];
    const OLD = ['crate', 'item', 'first', 'second', 'dead', 'gone', 'found', 'items'];
    fc.assert(
      fc.property(generatedDriver, fc.shuffledSubarray(NEW, { minLength: OLD.length, maxLength: OLD.length }), (files, chosen) => {
        const names = new Map(OLD.map((old, i) => [old, chosen[i] as string]));
        const renamed = mapTexts(files, (text) => renameWords(text, names));
        const expected = verdictLines(checked(files), (line) => renameWords(line, names));
        expect(verdictLines(checked(renamed))).toEqual(expected);
      }),
      runs(30),
    );
  });

  it('comments', () => {
    const comment = fc.record({
      at: fc.nat(10_000),
      text: fc.constantFrom('device_unregister(&item->dev);', 'the lock is held', 'Returns 0 }', '*/', 'if (gone) {', '#define item crate'),
    });
    fc.assert(
      fc.property(driver, fc.array(comment, { minLength: 1, maxLength: 8 }), (files, comments) => {
        const changed = checked(mapTexts(files, (text) => insertComments(text, comments)));
        const plain = checked(files);
        expect(changed.verdicts).toEqual(plain.verdicts);
        expect(lineless(changed)).toEqual(lineless(plain));
      }),
      runs(25),
    );
  });

  it('the kind of line ends', () => {
    fc.assert(
      fc.property(driver, (files) => {
        const dos = checked(mapTexts(files, (text) => text.replaceAll('\n', '\r\n')));
        const unix = checked(files);
        expect(dos.verdicts).toEqual(unix.verdicts);
        expect(dos.findings).toEqual(unix.findings);
      }),
      runs(15),
    );
  });
});

it('a mutex around every handler adds no race', () => {
  /** Locks can make threads wait for each other; that is what they may add. */
  const mayAppear = new Set(['drain-deadlock']);
  fc.assert(
    fc.property(driver, (files) => {
      const before = new Map(checked(files).verdicts.map((v) => [`${v.action} ${v.pair.join(' × ')}`, v.rules]));
      for (const verdict of checked(mapTexts(files, lockHandlers)).verdicts) {
        const known = before.get(`${verdict.action} ${verdict.pair.join(' × ')}`) ?? [];
        const added = verdict.rules.filter((rule) => !known.includes(rule) && !mayAppear.has(rule));
        expect(added, `${verdict.action} ${verdict.pair.join(' × ')}`).toEqual([]);
      }
    }),
    runs(25),
  );
});
