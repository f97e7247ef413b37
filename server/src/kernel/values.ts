import { table } from './effects';

/** include/linux/err.h, include/asm-generic/bug.h and helpers whose result is decided by their arguments. */
export const valueApi = table({
  IS_ERR: { op: 'is-err', value: 0 },
  IS_ERR_VALUE: { op: 'is-err', value: 0 },
  IS_ERR_OR_NULL: { op: 'is-err', value: 0, orNull: true },
  PTR_ERR: { op: 'err-value', value: 0 },
  PTR_ERR_OR_ZERO: { op: 'err-value', value: 0, orZero: true },
  ERR_PTR: { op: 'same', value: 0, error: true },
  ERR_CAST: { op: 'same', value: 0 },
  // drivers/base/core.c: they say why, and return the error that they are given.
  dev_err_probe: { op: 'same', value: 1, error: true },
  dev_warn_probe: { op: 'same', value: 1, error: true },
  dev_err_ptr_probe: { op: 'same', value: 1, error: true },
  READ_ONCE: { op: 'same', value: 0 },
  WARN_ON: { op: 'warn', cond: 0 },
  WARN_ON_ONCE: { op: 'warn', cond: 0 },
  WARN: { op: 'warn', cond: 0 },
  WARN_ONCE: { op: 'warn', cond: 0 },
  dev_WARN_ONCE: { op: 'warn', cond: 1 },
  BUG_ON: { op: 'warn', cond: 0 },
  VM_WARN_ON: { op: 'warn', cond: 0 },
  kobj_to_dev: { op: 'same', value: 0 },
});
