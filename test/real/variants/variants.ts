import { deletion } from './deletion';
import { locking } from './locking';
import { proposed } from './proposed';
import type { Variant } from './types';
import { workqueue } from './workqueue';

/** The code as it was, as it was fixed, and remedies in between. */
export const variants: readonly Variant[] = [
  {
    id: 'unchanged',
    title: '6.12.113 as it is',
    tree: '6.12.113',
    edits: [],
    expect: {
      handlerHandler: ['double-release'],
      handlerUnbind: ['release-vs-unbind'],
      constructorHandler: ['use-after-free', 'release-before-add'],
      constructorUnbind: ['use-after-free', 'late-add'],
    },
    sites: ['unlocked-teardown-read'],
  },
  // Speaks of registering, finding and unregistering the region itself. Elsewhere in 6.12.117 real bugs may be found: in
  // cxl_add_to_region() the last put of the root decoder can come before the implicit unlock of its mutex.
  {
    id: 'owner-registry',
    title: 'what upstream merged: 6.12.117 as it is',
    tree: '6.12.117',
    edits: [],
    expect: { handlerHandler: [], handlerUnbind: [], constructorHandler: [], constructorUnbind: [] },
  },
  ...proposed,
  ...locking,
  ...workqueue,
  ...deletion,
];
