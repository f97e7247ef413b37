import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checked, engineWith, exampleDriver, FEW_STATES, type Files, timeless } from './support/drivers';
import { runs } from './support/runs';

/** A change of a text at a place between 0 and 1 of its length. */
type Edit =
  | { kind: 'delete'; at: number; length: number }
  | { kind: 'duplicate-line'; at: number }
  | { kind: 'truncate'; at: number }
  | { kind: 'insert'; at: number; text: string };

const place = fc.double({ min: 0, max: 1, noNaN: true });

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('delete' as const), at: place, length: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ kind: fc.constant('duplicate-line' as const), at: place }),
  fc.record({ kind: fc.constant('truncate' as const), at: place }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: place,
    text: fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '(',
        ')',
        ';',
        '"',
        "'",
        '/*',
        '*/',
        '\\\n',
        '#if 0\n',
        '#else\n',
        '\nreturn;\n',
        '\ngoto err;\n',
        'static ',
        '\0',
        '\r',
      ),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }),
    ),
  }),
);

function apply(text: string, change: Edit): string {
  const at = Math.floor(change.at * text.length);
  switch (change.kind) {
    case 'delete':
      return text.slice(0, at) + text.slice(at + change.length);
    case 'truncate':
      return text.slice(0, at);
    case 'insert':
      return text.slice(0, at) + change.text + text.slice(at);
    case 'duplicate-line': {
      const start = text.lastIndexOf('\n', at - 1) + 1;
      const end = text.indexOf('\n', at) + 1 || text.length;
      return text.slice(0, end) + text.slice(start, end) + text.slice(end);
    }
  }
}

it('edits never break the engine, and undone they leave nothing behind', () => {
  const files: Files = exampleDriver();
  const before = timeless(checked(files, FEW_STATES));
  const engine = engineWith(files);
  fc.assert(
    fc.property(fc.constantFrom(...files.keys()), fc.array(edit, { minLength: 1, maxLength: 3 }), (path, edits) => {
      const text = files.get(path) as string;
      engine.setFile(path, edits.reduce(apply, text));
      const broken = engine.check(FEW_STATES);
      engine.lifetimes();
      engine.graph();
      expect(broken.verdicts.every((v) => v.states <= (FEW_STATES.maxStates as number) + 50)).toBe(true);
      engine.setFile(path, text);
      expect(timeless(engine.check(FEW_STATES))).toEqual(before);
    }),
    runs(25),
  );
});
