import { expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine';
import type { DriverModel, Op } from '../fuzz/oracle/model';
import { render } from '../fuzz/oracle/render';

const locked = (lock: 'first' | 'second', ...body: Op[]): Op => ({ op: 'locked', lock, scoped: false, body });

/** Reasons of the verdict on the two handlers, and the lines of the driver. */
function reasons(...handlers: DriverModel['handlers']): { reason: string; lines: string[] } {
  const text = render({ teardown: { lock: null, guard: 'none', erases: false, usesAfterDelete: false }, stored: false, handlers });
  const engine = createEngine('/', () => null);
  engine.setFile('crate.c', text);
  const found = engine.check().verdicts.find(({ pair }) => pair.join() === 'first_store,second_store');
  return { reason: found?.reason ?? '', lines: text.split('\n') };
}

const END: Op = { op: 'find', body: [{ op: 'remove', ignored: false }] };

it('says which locks wait for each other, and where', () => {
  const { reason, lines } = reasons([locked('first', locked('second', END))], [locked('second', locked('first', END))]);
  const found = [...reason.matchAll(/mutex_lock in (\w+)\(\) at crate\.c:(\d+)/g)];
  expect(reason).toMatch(/^threads wait for each other’s locks: /);
  expect(found.map(([, fn, line]) => [fn, lines[Number(line) - 1]?.trim()])).toEqual([
    ['first_store', 'mutex_lock(&crate->second);'],
    ['second_store', 'mutex_lock(&crate->first);'],
  ]);
});

it('says where a thread waits for itself', () => {
  const { reason, lines } = reasons([locked('first', locked('first', END))], [locked('second', END)]);
  const [, line] = /^a thread waits for a lock that it holds itself: mutex_lock in first_store\(\) at crate\.c:(\d+)/.exec(reason) ?? [];
  const taken = lines.flatMap((text, i) => (text.trim() === 'mutex_lock(&crate->first);' ? [i + 1] : []));
  expect(Number(line)).toBe(taken[1]);
});

it('one order of locks is no cycle', () => {
  expect(reasons([locked('first', locked('second', END))], [locked('first', locked('second', END))]).reason).toBe('');
});
