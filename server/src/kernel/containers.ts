import { table } from './effects';

/**
 * lib/xarray.c, lib/idr.c, include/linux/list.h: membership decides who is found.
 * xa_insert fails with -EBUSY on a present entry, xa_store replaces and returns
 * the old one, xa_erase returns what it took out, so one caller wins.
 */
export const containerApi = table({
  xa_insert: { op: 'insert', container: 0, key: 1, item: 2, result: 'errno' },
  __xa_insert: { op: 'insert', container: 0, key: 1, item: 2, result: 'errno' },
  xa_store: { op: 'insert', container: 0, key: 1, item: 2, result: 'old' },
  __xa_store: { op: 'insert', container: 0, key: 1, item: 2, result: 'old' },
  xa_alloc: { op: 'insert', container: 0, item: 2, result: 'errno' },
  xa_alloc_cyclic: { op: 'insert', container: 0, item: 2, result: 'errno' },
  __xa_alloc: { op: 'insert', container: 0, item: 2, result: 'errno' },
  xa_find: { op: 'load-container', container: 0, key: 1, first: true },
  xa_find_after: { op: 'load-container', container: 0, key: 1, first: true },
  idr_get_next: { op: 'load-container', container: 0, key: 1, first: true },
  xa_load: { op: 'load-container', container: 0, key: 1 },
  xa_erase: { op: 'erase', container: 0, key: 1, result: 'old' },
  __xa_erase: { op: 'erase', container: 0, key: 1, result: 'old' },
  xa_cmpxchg: { op: 'erase', container: 0, key: 1, item: 2, result: 'old' },
  xa_empty: { op: 'container-empty', container: 0 },
  idr_alloc: { op: 'insert', container: 0, item: 1, result: 'errno' },
  idr_alloc_cyclic: { op: 'insert', container: 0, item: 1, result: 'errno' },
  idr_alloc_u32: { op: 'insert', container: 0, item: 1, result: 'errno' },
  idr_find: { op: 'load-container', container: 0, key: 1 },
  idr_remove: { op: 'erase', container: 0, key: 1, result: 'old' },
  idr_is_empty: { op: 'container-empty', container: 0 },
  idr_for_each: { op: 'for-each-item', container: 0, fn: 1, data: 2 },
  list_add: { op: 'insert-link', link: 0, container: 1 },
  list_add_tail: { op: 'insert-link', link: 0, container: 1 },
  list_add_rcu: { op: 'insert-link', link: 0, container: 1 },
  list_add_tail_rcu: { op: 'insert-link', link: 0, container: 1 },
  hlist_add_head: { op: 'insert-link', link: 0, container: 1 },
  hlist_add_head_rcu: { op: 'insert-link', link: 0, container: 1 },
  list_del: { op: 'erase-link', link: 0, init: false },
  list_del_rcu: { op: 'erase-link', link: 0, init: false },
  list_del_init: { op: 'erase-link', link: 0, init: true },
  hlist_del: { op: 'erase-link', link: 0, init: false },
  hlist_del_init: { op: 'erase-link', link: 0, init: true },
  list_empty: { op: 'container-empty', container: 0 },
});
