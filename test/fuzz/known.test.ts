/** What the properties found and the engine still gets wrong: FP_ is a race that cannot be, FN_ one that is not found. */
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

const rulesOf = (text: string) =>
  checked(new Map([['crate.c', text]])).verdicts.find((v) => v.pair.join() === 'first_store,unbind(crate->host)')?.rules;

it('FP_flag_that_nobody_writes_changes_between_two_reads', () => {
  const known = render(READ_TWICE);
  const unknown = known.replace('\tcrate->dead = false;\n', '');
  // A member that nobody gives a value may read differently each time.
  expect(rulesOf(known)).not.toContain('use-after-free');
  expect(rulesOf(unknown)).toContain('use-after-free');
});
