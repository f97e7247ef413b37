import { type Effect, table } from './effects';

/**
 * lib/xarray.c, lib/idr.c, include/linux/list.h: membership decides who is found.
 * xa_insert fails with -EBUSY on a present entry, xa_store replaces and returns
 * the old one, xa_erase returns what it took out, so one caller wins.
 */
const insert = { op: 'insert', container: 0, key: 1, item: 2, result: 'errno' } as const;
const store = { ...insert, result: 'old' } as const;
const allocate = { op: 'insert', container: 0, idAt: 1, item: 2, result: 'errno' } as const;
const erase = { op: 'erase', container: 0, key: 1, result: 'old' } as const;
const exchange = { op: 'erase', container: 0, key: 1, item: 2, result: 'old' } as const;
const first: Effect = { op: 'load-container', container: 0, key: 1, first: true };
const link: Effect = { op: 'insert-link', link: 0, container: 1 };
const unlink: Effect = { op: 'erase-link', link: 0, init: false };
const unlinkAndInit: Effect = { op: 'erase-link', link: 0, init: true };

/** include/linux/xarray.h: the plain forms take xa_lock themselves, those with `__` are called with it held. */
function array(name: string, effect: Extract<Effect, { op: 'insert' | 'erase' }>): Record<string, Effect> {
  const locking: Effect = { ...effect, locks: true };
  return { [`xa_${name}`]: locking, [`xa_${name}_bh`]: locking, [`xa_${name}_irq`]: locking, [`__xa_${name}`]: effect };
}

export const containerApi = table({
  ...array('insert', insert),
  ...array('store', store),
  ...array('alloc', allocate),
  ...array('alloc_cyclic', allocate),
  ...array('erase', erase),
  ...array('cmpxchg', exchange),
  xa_find: first,
  xa_find_after: first,
  idr_get_next: first,
  xa_load: { op: 'load-container', container: 0, key: 1 },
  xa_empty: { op: 'container-empty', container: 0 },
  idr_alloc: { op: 'insert', container: 0, item: 1, result: 'id' },
  idr_alloc_cyclic: { op: 'insert', container: 0, item: 1, result: 'id' },
  idr_alloc_u32: { op: 'insert', container: 0, item: 1, idAt: 2, result: 'errno' },
  idr_find: { op: 'load-container', container: 0, key: 1 },
  idr_remove: { op: 'erase', container: 0, key: 1, result: 'old' },
  idr_is_empty: { op: 'container-empty', container: 0 },
  idr_for_each: { op: 'for-each-item', container: 0, fn: 1, data: 2 },
  list_add: link,
  list_add_tail: link,
  list_add_rcu: link,
  list_add_tail_rcu: link,
  list_move: link,
  list_move_tail: link,
  hlist_add_head: link,
  hlist_add_head_rcu: link,
  list_del: unlink,
  list_del_rcu: unlink,
  list_del_init: unlinkAndInit,
  list_del_init_careful: unlinkAndInit,
  hlist_del: unlink,
  hlist_del_rcu: unlink,
  hlist_del_init: unlinkAndInit,
  hlist_del_init_rcu: unlinkAndInit,
  list_first_entry: first,
  list_first_entry_or_null: first,
  // Of several it is another; which one is left open.
  list_last_entry: { op: 'load-container', container: 0, key: -1 },
  list_last_entry_or_null: { op: 'load-container', container: 0, key: -1 },
  list_empty: { op: 'container-empty', container: 0 },
  list_empty_careful: { op: 'container-empty', container: 0 },
  hlist_empty: { op: 'container-empty', container: 0 },
  hlist_unhashed: { op: 'container-empty', container: 0 },
});
