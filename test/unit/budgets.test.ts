import { expect, test } from 'vitest';
import { createEngine } from '../../server/src/engine';
import type { CheckOptions } from '../../server/src/engine/types';
import type { Verdict } from '../../server/src/findings/types';
import { driver } from './rows/shelf';

/** Choices, each with a state of its own: they make the way through the builder that publishes the jar longer than all that others do. */
const LONG = 'if (buf[2]) {\n\tmutex_lock(&shelf->lock);\n\tmutex_unlock(&shelf->lock);\n\t}\n\t'.repeat(60);

/** Ends the jar that is in the array. */
const ENDS = `
	jar = xa_load(&shelf->jars, 0);
	if (jar)
		devm_release_action(shelf->host, jar_unregister, jar);`;

/** A jar is found only when it was published, which the builder's longer way alone does. */
const text = driver({
  end: ENDS,
  publish: `
	if (buf[0] == '1') {
	${LONG}xa_store(&shelf->jars, 0, jar, GFP_KERNEL);
	}`,
});

function verdicts(options: CheckOptions): Map<string, Verdict> {
  const engine = createEngine('/', () => null);
  engine.setFile('shelf.c', text);
  return new Map(engine.check(options).verdicts.map((verdict) => [verdict.pair.join(' x '), verdict]));
}

test.each([
  ['states of a pair', (n: number): CheckOptions => ({ maxStates: n })],
  ['steps of a lifetime', (n: number): CheckOptions => ({ steps: 20 * n })],
])('no budget of %s makes a violated pair clean', (_, options) => {
  const whole = verdicts({});
  const violated = [...whole].filter(([, { verdict }]) => verdict === 'violated').map(([pair]) => pair);
  expect(violated).toContain('end_store x end_store');
  const cleans: string[] = [];
  for (let n = 10; n < 400; n += 10) {
    const cut = verdicts(options(n));
    cleans.push(...violated.filter((pair) => cut.get(pair)?.verdict === 'clean').map((pair) => `${n} ${pair}`));
  }
  expect(cleans).toEqual([]);
});

test('where one state stands for what a constructor may find, the verdict says so', () => {
  const bounds = (alloc: string) => {
    const engine = createEngine('/', () => null);
    engine.setFile('shelf.c', driver({ alloc, publish: "if (buf[0] == '1')\n\t\txa_store(&shelf->jars, 0, jar, GFP_KERNEL);", end: ENDS }));
    const found = engine.check().verdicts.find(({ pair }) => pair.join(' x ') === 'add_store x end_store');
    return found?.bounds ?? '';
  };
  expect(bounds('kzalloc(sizeof(*jar), GFP_KERNEL)')).not.toContain('of the states that constructors leave');
  expect(bounds('xa_load(&shelf->jars, 0) ? NULL : kzalloc(sizeof(*jar), GFP_KERNEL)')).toContain(
    'of the states that constructors leave one',
  );
});
