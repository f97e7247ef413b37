import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checked, engineWith, exampleDriver, FEW_STATES, generatedDriver, timeless } from './support/drivers';
import { runs } from './support/runs';

it('a check has one result: again, and in another engine', () => {
  fc.assert(
    fc.property(generatedDriver, (files) => {
      const engine = engineWith(files);
      const first = JSON.stringify(timeless(engine.check()));
      expect(JSON.stringify(timeless(engine.check()))).toBe(first);
      expect(JSON.stringify(timeless(checked(files)))).toBe(first);
    }),
    runs(20),
  );
});

it('the example has one result, after other files were analysed too', () => {
  const files = exampleDriver();
  const first = JSON.stringify(timeless(checked(files, FEW_STATES)));
  const engine = engineWith(fc.sample(generatedDriver, { seed: 1, numRuns: 1 })[0] as typeof files);
  engine.check(FEW_STATES);
  engine.removeFile('crate.c');
  for (const [path, text] of files) engine.setFile(path, text);
  expect(JSON.stringify(timeless(engine.check(FEW_STATES)))).toBe(first);
});
