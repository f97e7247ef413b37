import { expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine';
import { render } from '../fuzz/oracle/render';

/** A driver whose handler keeps the memory for ever, and whose teardown counts who comes: the first tears the object down, and those for whom `again` holds do so once more. */
function driver(again: string): string {
  const text = render({
    teardown: { lock: null, guard: 'none', erases: false, usesAfterDelete: false },
    stored: false,
    handlers: [[{ op: 'find', body: [{ op: 'get' }, { op: 'teardown' }] }], []],
  });
  return text
    .replace('struct item {', 'struct item {\n\tatomic_t comers;')
    .replace(
      '\tdevice_unregister(&item->dev);',
      `\tint n = atomic_inc_return(&item->comers);\n\n\tif (n != 1 && !(${again}))\n\t\treturn;\n\tdevice_unregister(&item->dev);`,
    );
}

function check(text: string, threads?: number) {
  const engine = createEngine('/', () => null);
  engine.setFile('crate.c', text);
  return engine.check(threads === undefined ? {} : { threads });
}

const doubled = (text: string, threads?: number) => check(text, threads).verdicts.filter(({ rules }) => rules.includes('double-teardown'));

it('what only three threads can do is found with three at once', () => {
  // The unbind of the host comes last: with three handlers it is the fourth.
  const text = driver('n == 4');
  expect(doubled(text)).toEqual([]);
  const report = check(text, 3);
  const found = report.verdicts.filter(({ rules }) => rules.includes('double-teardown'));
  expect(found.map(({ pair }) => pair.join(' × '))).toEqual(['first_store × first_store']);
  for (const { bounds } of found) expect(bounds).toMatch(/^3 threads \(first_store, first_store, first_store\)/);
  const finding = report.findings.find(({ rule }) => rule === 'double-teardown');
  expect(finding?.threads.map(({ entry }) => entry)).toEqual(['first_store', 'first_store', 'first_store', 'unbind(crate->host)']);
  expect(doubled(driver('0'), 3)).toEqual([]);
});

it('what two threads do is said of their pair alone', () => {
  const two = check(driver('1')).findings;
  expect(two.length).toBeGreaterThan(0);
  const three = check(driver('1'), 3).findings;
  expect(three.map(({ rule, line }) => `${line} ${rule}`)).toEqual(two.map(({ rule, line }) => `${line} ${rule}`));
});
