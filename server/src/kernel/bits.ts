import { type Effect, table } from './effects';

const add = (delta: 1 | -1, result: 'none' | 'new' | 'zero' | 'unless-zero' | 'old'): Effect => ({
  op: 'atomic-add',
  cell: 0,
  delta,
  result,
});

/** The fully ordered name and its weaker forms, which are one here: exploration is sequentially consistent. */
const orders = (name: string, effect: Effect) =>
  Object.fromEntries(['', '_acquire', '_release', '_relaxed'].map((order) => [`${name}${order}`, effect]));

/** include/linux/atomic/atomic-arch-fallback.h; atomic_t, atomic64_t and atomic_long_t have the same operations. */
function counter(type: string): Record<string, Effect> {
  const set: Effect = { op: 'atomic-set', cell: 0, value: 1 };
  return {
    ...orders(`${type}_read`, { op: 'atomic-read', cell: 0 }),
    ...orders(`${type}_set`, set),
    ...orders(`${type}_xchg`, { op: 'atomic-xchg', cell: 0, value: 1 }),
    ...orders(`${type}_cmpxchg`, { op: 'atomic-cmpxchg', cell: 0, old: 1, value: 2, result: 'old' }),
    ...orders(`${type}_try_cmpxchg`, { op: 'atomic-cmpxchg', cell: 0, old: 1, value: 2, result: 'bool', oldByReference: true }),
    [`${type}_inc`]: add(1, 'none'),
    [`${type}_dec`]: add(-1, 'none'),
    ...orders(`${type}_inc_return`, add(1, 'new')),
    ...orders(`${type}_dec_return`, add(-1, 'new')),
    ...orders(`${type}_fetch_inc`, add(1, 'old')),
    ...orders(`${type}_fetch_dec`, add(-1, 'old')),
    [`${type}_inc_and_test`]: add(1, 'zero'),
    [`${type}_dec_and_test`]: add(-1, 'zero'),
    [`${type}_inc_not_zero`]: add(1, 'unless-zero'),
  };
}

/**
 * include/linux/bitops.h, include/linux/atomic: test_and_set_bit, xchg, cmpxchg
 * and the atomic_* operations are one step; test_bit followed by set_bit is two.
 */
export const bitApi = table({
  test_bit: { op: 'test-bit', bit: 0, word: 1 },
  test_bit_acquire: { op: 'test-bit', bit: 0, word: 1 },
  set_bit: { op: 'change-bit', bit: 0, word: 1, to: 1, result: false },
  __set_bit: { op: 'change-bit', bit: 0, word: 1, to: 1, result: false },
  clear_bit: { op: 'change-bit', bit: 0, word: 1, to: 0, result: false },
  __clear_bit: { op: 'change-bit', bit: 0, word: 1, to: 0, result: false },
  clear_bit_unlock: { op: 'change-bit', bit: 0, word: 1, to: 0, result: false },
  test_and_set_bit: { op: 'change-bit', bit: 0, word: 1, to: 1, result: true },
  test_and_set_bit_lock: { op: 'change-bit', bit: 0, word: 1, to: 1, result: true },
  __test_and_set_bit: { op: 'change-bit', bit: 0, word: 1, to: 1, result: true },
  test_and_clear_bit: { op: 'change-bit', bit: 0, word: 1, to: 0, result: true },
  __test_and_clear_bit: { op: 'change-bit', bit: 0, word: 1, to: 0, result: true },
  __clear_bit_unlock: { op: 'change-bit', bit: 0, word: 1, to: 0, result: false },
  ...counter('atomic'),
  ...counter('atomic64'),
  ...counter('atomic_long'),
  ...orders('xchg', { op: 'atomic-xchg', cell: 0, value: 1 }),
  ...orders('cmpxchg', { op: 'atomic-cmpxchg', cell: 0, old: 1, value: 2, result: 'old' }),
  ...orders('try_cmpxchg', { op: 'atomic-cmpxchg', cell: 0, old: 1, value: 2, result: 'bool', oldByReference: true }),
  refcount_read: { op: 'atomic-read', cell: 0 },
  refcount_set: { op: 'atomic-set', cell: 0, value: 1 },
  refcount_inc: add(1, 'none'),
  refcount_dec: add(-1, 'none'),
  refcount_inc_not_zero: add(1, 'unless-zero'),
  refcount_dec_and_test: add(-1, 'zero'),
});
