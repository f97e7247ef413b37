import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NumberLists } from '../../server/src/races/number-lists';
import { NOT_STARTED, RUNNING } from '../../server/src/races/state';
import { StateStore } from '../../server/src/races/store';

it('numbers equal lists alike and others apart, and gives them back', () => {
  const lists = fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 4 }), { maxLength: 2000 });
  fc.assert(
    fc.property(lists, (all) => {
      const kept = new NumberLists();
      const numbers = new Map<string, number>();
      for (const list of all) {
        const known = numbers.get(list.join());
        expect(kept.numberOf(list)).toBe(known ?? numbers.size);
        if (known === undefined) numbers.set(list.join(), numbers.size);
      }
      expect(kept.size).toBe(numbers.size);
      for (const [text, number] of numbers) expect(kept.list(number).join()).toBe(text);
    }),
    { numRuns: 30 },
  );
});

it('keeps a state once: slots that are unset at the end make no difference, where a thread stands does', () => {
  const idle = { status: NOT_STARTED, on: -1, frames: [] } as const;
  const at = (pc: number) => ({ status: RUNNING, on: -1, frames: [{ code: 'unbind', id: 1, pc, vars: [7], ret: -1 }] }) as const;
  const store = new StateStore();
  expect(store.add({ shared: [1, 0, 2], threads: [idle, at(0)] })).toBe(true);
  expect(store.add({ shared: [1, 0, 2, 0, 0], threads: [{ ...idle }, at(0)] })).toBe(false);
  expect(store.add({ shared: [1, 0, 2], threads: [idle, at(1)] })).toBe(true);
  expect(store.add({ shared: [1, 0], threads: [idle, at(0)] })).toBe(true);
  expect(store.size).toBe(3);
  expect(store.get(1)).toEqual({ shared: [1, 0, 2], threads: [idle, at(1)] });
});
