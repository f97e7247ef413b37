import type { RuleId } from '../../../server/src/findings/types';
import { CXL_H, PORT, region } from './anchors';
import * as at from './mutation-anchors';
import type { Edit, Mutation, PairKey } from './types';

/** The merged code with another kind of lock, with other winners, and with the teardown in a work item: as others would write it, right or wrong. */
function mutation(id: string, title: string, why: string, edits: Edit[], expect: [PairKey, RuleId[]][] = []): Mutation {
  return {
    id,
    title,
    tree: '6.12.117',
    edits,
    harmful: expect.length > 0,
    expect: expect.map(([pair, anyOf]) => ({ pair, anyOf })),
    why,
  };
}

const TWICE: RuleId[] = ['double-teardown', 'use-after-free'];

/** All users of the mutex take a rwsem for writing; the deleter as it is told. */
function semaphore(deleterLocks: string, deleterUnlocks: string): Edit[] {
  const creator = (mode: string, lock: string, unlock: string) =>
    `${lock}	if (rc)\n		return rc;\n\n	cxlr = __create_region(cxlrd, CXL_DECODER_${mode}, id);\n${unlock}`;
  const locks = '\trc = mutex_lock_interruptible(&cxlrd->regions_lock);\n';
  const unlocks = '\tmutex_unlock(&cxlrd->regions_lock);\n';
  return [
    { file: CXL_H, find: 'struct mutex regions_lock;', replace: 'struct rw_semaphore regions_lock;' },
    { file: PORT, find: 'mutex_init(&cxlrd->regions_lock);', replace: 'init_rwsem(&cxlrd->regions_lock);' },
    { file: PORT, find: '\tmutex_destroy(&cxlrd->regions_lock);\n', replace: '' },
    region(at.KILL_GUARD, at.KILL_GUARD.replace('guard(mutex)', 'guard(rwsem_write)')),
    region(at.DISCOVER_GUARD, at.DISCOVER_GUARD.replace('guard(mutex)', 'guard(rwsem_write)')),
    region(at.DELETE_LOCK, at.DELETE_LOCK.replace('mutex_lock_interruptible', deleterLocks)),
    ...[at.DELETE_EINVAL, at.DELETE_ENODEV, at.DELETE_TEARDOWN].map((text) => region(text, text.replace('mutex_unlock', deleterUnlocks))),
    ...['PMEM', 'RAM'].map((mode) =>
      region(
        creator(mode, locks, unlocks),
        creator(mode, '\trc = down_write_killable(&cxlrd->regions_lock);\n', '\tup_write(&cxlrd->regions_lock);\n'),
      ),
    ),
  ];
}

const acquired = (test: string): Edit[] => [
  region(at.DELETE_LOCK, `	ACQUIRE(mutex_intr, lock)(&cxlrd->regions_lock);\n${test}	rc = sscanf`),
  region(at.DELETE_EINVAL, '\tif (rc != 1) {\n'),
  region(at.DELETE_ENODEV, 'dev_name(&cxlr->dev))) {\n'),
  region(at.DELETE_TEARDOWN, '\tunregister_region(cxlr);\n'),
];

/** The deleter queues a work item, which takes the lock and looks again. */
const deferred = (get: string, put: string): Edit[] => [
  {
    file: CXL_H,
    find: '\tstruct cxl_region_params params;\n',
    replace: '\tstruct cxl_region_params params;\n\tstruct work_struct delete_work;\n',
  },
  region(
    'static struct lock_class_key cxl_region_key;\n',
    `static void region_delete_work(struct work_struct *work)
{
	struct cxl_region *cxlr = container_of(work, struct cxl_region, delete_work);
	struct cxl_root_decoder *cxlrd = to_cxl_root_decoder(cxlr->dev.parent);

	scoped_guard(mutex, &cxlrd->regions_lock)
		if (xa_load(&cxlrd->regions, cxlr->id) == cxlr)
			unregister_region(cxlr);
${put}}

static struct lock_class_key cxl_region_key;
`,
  ),
  region(
    '\tdev->type = &cxl_region_type;\n\tcxlr->id = id;\n',
    '\tdev->type = &cxl_region_type;\n\tcxlr->id = id;\n\tINIT_WORK(&cxlr->delete_work, region_delete_work);\n',
  ),
  region(at.DELETE_TEARDOWN, `${get}	mutex_unlock(&cxlrd->regions_lock);\n`),
];

const killErases = region(
  at.KILL_LOOP,
  '\txa_for_each(&cxlrd->regions, index, cxlr) {\n\t\txa_erase(&cxlrd->regions, index);\n\t\tunregister_region(cxlr);\n\t}\n',
);

export const rewritten: readonly Mutation[] = [
  mutation('rwsem', 'a rwsem in the place of the mutex', 'All take it for writing.', semaphore('down_write_killable', 'up_write')),
  mutation(
    'rwsem-deleter-reads',
    'a rwsem in the place of the mutex, which delete_region_store() takes for reading',
    'Two writers of the attribute have it at once; who takes it for writing is still alone.',
    semaphore('down_read_killable', 'up_read'),
    [['handlerHandler', TWICE]],
  ),
  mutation(
    'delete-acquire',
    'delete_region_store() with ACQUIRE()',
    'Interrupted, it returns; the scope unlocks.',
    acquired('\trc = ACQUIRE_ERR(mutex_intr, &lock);\n\tif (rc)\n\t\treturn rc;\n'),
  ),
  mutation(
    'delete-acquire-untested',
    'delete_region_store() with ACQUIRE() whose result nobody asks for',
    'Interrupted, it goes on without the lock.',
    acquired(''),
    [
      ['handlerHandler', TWICE],
      ['handlerUnbind', TWICE],
    ],
  ),
  mutation('delete-trylock', 'delete_region_store() restarts where the lock is taken', 'It goes on with the lock only.', [
    region(at.DELETE_LOCK, '\tif (!mutex_trylock(&cxlrd->regions_lock))\n\t\treturn restart_syscall();\n\n\trc = sscanf'),
  ]),
  mutation(
    'delete-deferred',
    'delete_region_store() leaves the teardown to a work item with a reference',
    'The item takes the lock and goes on where the region is still in the xarray.',
    deferred(
      '\tget_device(&cxlr->dev);\n\tif (!queue_work(system_wq, &cxlr->delete_work))\n\t\tput_device(&cxlr->dev);\n',
      '\tput_device(&cxlr->dev);\n',
    ),
  ),
  mutation(
    'delete-deferred-unreferenced',
    'delete_region_store() leaves the teardown to a work item without a reference',
    'kill_regions() may have freed the region before the item runs.',
    deferred('\tqueue_work(system_wq, &cxlr->delete_work);\n', ''),
    [['handlerUnbind', ['use-after-free']]],
  ),
  mutation(
    'delete-unregisters-unlocked',
    'delete_region_store() takes the region out under the lock and unregisters it outside',
    'No deleter finds it twice; cxl_add_to_region() still finds it by its device, and attaches a target while it is unregistered.',
    [
      region(at.ERASE, ''),
      killErases,
      region(at.DELETE_TEARDOWN, '\txa_erase(&cxlrd->regions, id);\n\tmutex_unlock(&cxlrd->regions_lock);\n\tunregister_region(cxlr);\n'),
    ],
    [['constructorHandler', ['use-after-unregister']]],
  ),
  mutation(
    'kill-unlocked-after-dead',
    'kill_regions() gives the lock up after the dead flag, and delete_region_store() tests the flag',
    'Nobody creates or deletes any more; cxl_add_to_region() still finds a region by its device, and attaches a target while it is unregistered.',
    [
      region(`${at.KILL_GUARD}${at.KILL_DEAD}`, `	scoped_guard(mutex, &cxlrd->regions_lock)\n	${at.KILL_DEAD}`),
      region(
        '	cxlr = xa_load(&cxlrd->regions, id);\n',
        `	if (cxlrd->dead) {\n${at.DELETE_ENODEV.split('\n')[1]}\n		return -ENODEV;\n	}\n	cxlr = xa_load(&cxlrd->regions, id);\n`,
      ),
    ],
    [['constructorUnbind', ['use-after-unregister']]],
  ),
];
