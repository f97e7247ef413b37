import { expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine';
import type { DriverModel, Op } from '../fuzz/oracle/model';
import { render } from '../fuzz/oracle/render';

const locked = (lock: 'first' | 'second', ...body: Op[]): Op => ({ op: 'locked', lock, scoped: false, body });

/** Reason of the verdict on the two handlers. */
function reasonOf(...handlers: DriverModel['handlers']): string {
  const text = render({ teardown: { lock: null, guard: 'none', erases: false, usesAfterDelete: false }, stored: false, handlers });
  const engine = createEngine('/', () => null);
  engine.setFile('crate.c', text);
  return engine.check().verdicts.find(({ pair }) => pair.join() === 'first_store,second_store')?.reason ?? '';
}

const END: Op = { op: 'find', body: [{ op: 'remove', ignored: false }] };

it('says which functions wait for each other’s locks', () => {
  expect(reasonOf([locked('first', locked('second', END))], [locked('second', locked('first', END))])).toBe(
    'threads wait for each other’s locks: mutex_lock in first_store() and mutex_lock in second_store()',
  );
});

it('says where a thread waits for itself', () => {
  expect(reasonOf([locked('first', locked('first', END))], [locked('second', END)])).toBe(
    'a thread waits for a lock that it holds itself: mutex_lock in first_store()',
  );
});

it('one order of locks is no cycle', () => {
  expect(reasonOf([locked('first', locked('second', END))], [locked('first', locked('second', END))])).toBe('');
});
