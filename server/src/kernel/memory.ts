import { type Effect, table } from './effects';
import { RCU } from './locks';

/** mm/slab_common.c and include/linux/slab.h; what kfree() leaves is freed memory for every holder of a pointer. What devm_kzalloc() made goes in turn with the host's devres (drivers/base/devres.c devm_kmalloc). */
const zeroed: Effect = { op: 'alloc', zeroed: true };
const raw: Effect = { op: 'alloc', zeroed: false };

export const memoryApi = table({
  kzalloc: zeroed,
  kzalloc_node: zeroed,
  kcalloc: zeroed,
  kvzalloc: zeroed,
  kvcalloc: zeroed,
  kzalloc_obj: zeroed,
  kzalloc_flex: zeroed,
  kmem_cache_zalloc: zeroed,
  kmalloc: raw,
  kmalloc_node: raw,
  kvmalloc: raw,
  kmalloc_obj: raw,
  kmem_cache_alloc: raw,
  devm_kzalloc: { op: 'alloc', zeroed: true, devres: 0 },
  devm_kcalloc: { op: 'alloc', zeroed: true, devres: 0 },
  devm_kmalloc_array: { op: 'alloc', zeroed: false, devres: 0 },
  devm_kmalloc: { op: 'alloc', zeroed: false, devres: 0 },
  kfree: { op: 'free', ptr: 0 },
  kvfree: { op: 'free', ptr: 0 },
  kfree_sensitive: { op: 'free', ptr: 0 },
  kfree_rcu: { op: 'free', ptr: 0, grace: RCU },
  kvfree_rcu: { op: 'free', ptr: 0, grace: RCU },
  kfree_rcu_mightsleep: { op: 'free', ptr: 0, grace: RCU },
  kmem_cache_free: { op: 'free', ptr: 1 },
  devm_kfree: { op: 'free', ptr: 1, devres: 0 },
});

/** `__free(NAME)` classes of the headers (DEFINE_FREE in slab.h, device.h, …). */
export const freeClasses = new Map<string, Effect>([
  ['free:kfree', { op: 'free', ptr: 0 }],
  ['free:kvfree', { op: 'free', ptr: 0 }],
  ['free:put_device', { op: 'put', obj: 0 }],
  ['free:device_del', { op: 'device-del', dev: 0 }],
]);
