import { editsBetween } from '../combine';
import type { Computed, Fix, FixContext } from '../types';
import { withoutUnused } from './cleanup';
import { editCreators } from './edits/creators';
import { editDeleters } from './edits/deletion';
import { Draft } from './edits/draft';
import { editGate } from './edits/gate';
import { editKillAll } from './edits/kill';
import { editOwnerLife } from './edits/owner-life';
import { editOwnerStruct } from './edits/owner-struct';
import { editRegistrations } from './edits/registration';
import { editTeardown, editUnwinds } from './edits/teardown';
import { makePlan } from './plan';
import { Unmet } from './plan/types';

/** The owner keeps its objects in a container; under its lock exactly one path takes each of them out. */
export const ownerRegistry: Fix = {
  id: 'owner-registry',
  title: 'Keep the objects in their owner, under its lock',
  description: [
    'The objects stop being devm actions of a host. Their owner keeps them in an xarray (in a list where no number tells them apart), beside a mutex, which may be there already, and a `dead` flag. Creation, discovery and deletion run under the mutex. The teardown takes the object out of it first, so whoever finds it there is the only one to end it.',
    'The owner ends what is left, and refuses new objects, before it is unregistered itself.',
    '',
    'Assumes that no caller of a creator or of the teardown holds the mutex already.',
    '',
    'This is the shape that maintainers merged for such races: a resource that user space may end at any time is no devm resource.',
  ].join('\n'),
  rules: [
    'double-release',
    'release-vs-unbind',
    'double-teardown',
    'use-after-free',
    'release-before-add',
    'late-add',
    'use-after-unregister',
    'unlocked-teardown-read',
  ],
  needs: [
    'mutex_lock',
    'mutex_unlock',
    'mutex_lock_interruptible',
    'xa_init',
    'xa_insert',
    'xa_load',
    'xa_erase',
    'xa_destroy',
    'xa_for_each',
  ],
  compute,
};

function compute(context: FixContext): Computed {
  try {
    const plan = makePlan(context);
    const draft = new Draft(context);
    editOwnerStruct(context, plan, draft);
    editOwnerLife(plan, draft);
    editTeardown(context, plan, draft);
    editUnwinds(plan, draft);
    editRegistrations(plan, draft);
    editGate(plan, editCreators(context, plan, draft), draft);
    editDeleters(context, plan, draft);
    editKillAll(context, plan, draft);
    return [...draft.results()]
      .map(([path, text]) => editsBetween(path, context.text(path), withoutUnused(context.program, path, context.text(path), text)))
      .sort((a, b) => a.path.localeCompare(b.path));
  } catch (error) {
    if (error instanceof Unmet) return { refused: error.message };
    throw error;
  }
}
