import { table } from './effects';

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
  atomic_read: { op: 'atomic-read', cell: 0 },
  atomic_read_acquire: { op: 'atomic-read', cell: 0 },
  atomic64_read: { op: 'atomic-read', cell: 0 },
  atomic_long_read: { op: 'atomic-read', cell: 0 },
  refcount_read: { op: 'atomic-read', cell: 0 },
  atomic_set: { op: 'atomic-set', cell: 0, value: 1 },
  atomic_set_release: { op: 'atomic-set', cell: 0, value: 1 },
  refcount_set: { op: 'atomic-set', cell: 0, value: 1 },
  atomic_xchg: { op: 'atomic-xchg', cell: 0, value: 1 },
  xchg: { op: 'atomic-xchg', cell: 0, value: 1 },
  cmpxchg: { op: 'atomic-cmpxchg', cell: 0, old: 1, value: 2, result: 'old' },
  try_cmpxchg: { op: 'atomic-cmpxchg', cell: 0, old: 1, value: 2, result: 'bool', oldByReference: true },
  atomic_cmpxchg: { op: 'atomic-cmpxchg', cell: 0, old: 1, value: 2, result: 'old' },
  atomic_try_cmpxchg: { op: 'atomic-cmpxchg', cell: 0, old: 1, value: 2, result: 'bool', oldByReference: true },
  atomic_inc: { op: 'atomic-add', cell: 0, delta: 1, result: 'none' },
  atomic_dec: { op: 'atomic-add', cell: 0, delta: -1, result: 'none' },
  atomic_inc_return: { op: 'atomic-add', cell: 0, delta: 1, result: 'new' },
  atomic_dec_return: { op: 'atomic-add', cell: 0, delta: -1, result: 'new' },
  atomic_dec_and_test: { op: 'atomic-add', cell: 0, delta: -1, result: 'zero' },
  atomic_inc_not_zero: { op: 'atomic-add', cell: 0, delta: 1, result: 'unless-zero' },
  refcount_inc: { op: 'atomic-add', cell: 0, delta: 1, result: 'none' },
  refcount_inc_not_zero: { op: 'atomic-add', cell: 0, delta: 1, result: 'unless-zero' },
  refcount_dec_and_test: { op: 'atomic-add', cell: 0, delta: -1, result: 'zero' },
});
