/** What the properties found. Where the engine still gets it wrong, FP_ is a race that cannot be, FN_ one that is not found. */
import { expect, it } from 'vitest';
import type { DriverModel } from './oracle/model';
import { render } from './oracle/render';
import { checked } from './support/drivers';

/** Tears the object down twice, unless the owner's flag changes in between: the second time ends the run. */
const READ_TWICE: DriverModel = {
  teardown: { lock: null, guard: 'none', erases: false, usesAfterDelete: false },
  stored: false,
  handlers: [
    [
      {
        op: 'unless-dead',
        set: false,
        body: [{ op: 'find', body: [{ op: 'teardown' }, { op: 'unless-dead', set: false, body: [{ op: 'teardown' }] }] }],
      },
    ],
    [{ op: 'find', body: [{ op: 'use' }] }],
  ],
};

const rulesOf = (text: string, pair = 'first_store,unbind(crate->host)') =>
  checked(new Map([['crate.c', text]])).verdicts.find((v) => v.pair.join() === pair)?.rules;

it('a flag that nobody writes reads the same twice', () => {
  const known = render(READ_TWICE);
  const unknown = known.replace('\tcrate->dead = false;\n', '');
  expect(rulesOf(known)).not.toContain('use-after-free');
  expect(rulesOf(unknown)).not.toContain('use-after-free');
  // It may have been set from the start: then nothing is torn down twice, and else it is.
  expect(rulesOf(unknown)).toContain('double-teardown');
});

it('a flag that somebody writes may change in between', () => {
  const other: DriverModel['handlers'][1] = [
    { op: 'unless-dead', set: true, body: [] },
    { op: 'find', body: [{ op: 'teardown' }] },
  ];
  const text = render({ ...READ_TWICE, handlers: [READ_TWICE.handlers[0], other] }).replace('\tcrate->dead = false;\n', '');
  expect(rulesOf(text, 'first_store,second_store')).toContain('use-after-free');
});
