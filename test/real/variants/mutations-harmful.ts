import type { RuleId } from '../../../server/src/findings/types';
import { PORT, region } from './anchors';
import * as at from './mutation-anchors';
import type { Edit, Mutation, PairKey } from './types';

const TWICE: RuleId[] = ['double-teardown', 'use-after-free'];
const FREED: RuleId[] = ['use-after-free'];
const LEFT: RuleId[] = ['lost-teardown', 'late-add'];

function mutation(id: string, title: string, why: string, edits: Edit[], expect: [PairKey, RuleId[]][]): Mutation {
  return { id, title, tree: '6.12.117', edits, harmful: true, expect: expect.map(([pair, anyOf]) => ({ pair, anyOf })), why };
}

export const harmful: readonly Mutation[] = [
  mutation(
    'delete-lock-dropped',
    'delete_region_store() takes no lock',
    'Two writers load the same region and both unregister it; so do a writer and kill_regions(). A region under construction can be deleted.',
    at.deleteUnlocked('\tunregister_region(cxlr);\n'),
    [
      ['handlerHandler', TWICE],
      ['handlerUnbind', TWICE],
      ['constructorHandler', FREED],
    ],
  ),
  mutation(
    'delete-lock-late',
    'delete_region_store() takes the lock after xa_load()',
    'What was loaded without the lock may be unregistered and freed by the time the lock is there; nothing looks again.',
    at.deleteUnlocked('\tmutex_lock(&cxlrd->regions_lock);\n\tunregister_region(cxlr);\n\tmutex_unlock(&cxlrd->regions_lock);\n'),
    [
      ['handlerHandler', TWICE],
      ['handlerUnbind', TWICE],
    ],
  ),
  mutation(
    'delete-lock-released-early',
    'delete_region_store() unlocks before it unregisters',
    'The region is still in the xarray when the lock is given up: the next writer, or kill_regions(), finds it too.',
    [region(at.DELETE_TEARDOWN, '\tmutex_unlock(&cxlrd->regions_lock);\n\tunregister_region(cxlr);\n')],
    [
      ['handlerHandler', TWICE],
      ['handlerUnbind', TWICE],
    ],
  ),
  mutation(
    'delete-reference-for-lock',
    'delete_region_store() takes a reference and unlocks before it unregisters',
    'The reference keeps the memory while both writers unregister: device_del() twice, and one put too many.',
    [
      region(
        at.DELETE_TEARDOWN,
        '\tget_device(&cxlr->dev);\n\tmutex_unlock(&cxlrd->regions_lock);\n\tunregister_region(cxlr);\n\tput_device(&cxlr->dev);\n',
      ),
    ],
    [
      ['handlerHandler', TWICE],
      ['handlerUnbind', TWICE],
    ],
  ),
  mutation(
    'delete-lock-failure-ignored',
    'delete_region_store() goes on when the lock was interrupted',
    'With a signal pending the handler runs without the lock.',
    [
      region(
        at.DELETE_LOCK,
        '\trc = mutex_lock_interruptible(&cxlrd->regions_lock);\n\tif (rc)\n\t\tdev_dbg(dev, "interrupted\\n");\n\n\trc = sscanf',
      ),
    ],
    [
      ['handlerHandler', TWICE],
      ['handlerUnbind', TWICE],
    ],
  ),
  mutation(
    'delete-extra-put',
    'delete_region_store() drops a reference that it did not take',
    'xa_load() takes none: the put after unregister_region() is of freed memory. One writer suffices.',
    [region(at.DELETE_TEARDOWN, '\tunregister_region(cxlr);\n\tput_device(&cxlr->dev);\n\tmutex_unlock(&cxlrd->regions_lock);\n')],
    [['handlerHandler', FREED]],
  ),
  mutation(
    'erase-dropped',
    'unregister_region() leaves the region in the xarray',
    'Whoever takes the lock next loads a region that is gone: another writer, or kill_regions().',
    [
      region(at.ERASE, ''),
      region(
        'unregister_region(struct cxl_region *cxlr)\n{\n\tstruct cxl_root_decoder *cxlrd = to_cxl_root_decoder(cxlr->dev.parent);\n',
        'unregister_region(struct cxl_region *cxlr)\n{\n',
      ),
    ],
    [
      ['handlerHandler', TWICE],
      ['handlerUnbind', TWICE],
    ],
  ),
  mutation(
    'erase-after-put',
    'unregister_region() erases after it has dropped the last reference',
    'cxlr->id is read in freed memory, on every path that deletes.',
    [
      region(at.ERASE, ''),
      region(
        '\tcxl_region_iomem_release(cxlr);\n\tput_device(&cxlr->dev);\n',
        `	cxl_region_iomem_release(cxlr);\n	put_device(&cxlr->dev);\n${at.ERASE}`,
      ),
    ],
    [
      ['handlerHandler', FREED],
      ['handlerUnbind', FREED],
    ],
  ),
  mutation(
    'dead-test-dropped',
    '__create_region() does not test the dead flag',
    'A creator that waited for kill_regions() adds a region to a root decoder which nobody will walk again.',
    [region(at.DEAD_TEST, '')],
    [
      ['creatorUnbind', LEFT],
      ['constructorUnbind', LEFT],
    ],
  ),
  mutation(
    'dead-test-outside-lock',
    'create_ram_region_store() tests the dead flag before it takes the lock, and nobody under it',
    'Between the test and the lock kill_regions() sets the flag and empties the xarray. The other two paths do not test at all.',
    [
      region(at.DEAD_TEST, ''),
      region(`${at.LOCK}\n${at.CREATE_RAM}`, `	if (cxlrd->dead)\n		return -ENXIO;\n\n${at.LOCK}\n${at.CREATE_RAM}`),
    ],
    [
      ['creatorUnbind', LEFT],
      ['constructorUnbind', LEFT],
    ],
  ),
  mutation(
    'dead-never-set',
    'kill_regions() does not set the dead flag',
    'Creation goes on after the xarray was emptied, until delete_region and create_region are drained; the constructor is not drained at all.',
    [region(at.KILL_DEAD, '')],
    [
      ['creatorUnbind', LEFT],
      ['constructorUnbind', LEFT],
    ],
  ),
  mutation(
    'kill-lock-dropped',
    'kill_regions() takes no lock',
    'It unregisters what a writer is about to unregister, and what the constructor is configuring.',
    [region(at.KILL_GUARD, '\t/* no more region creation */\n')],
    [
      ['handlerUnbind', TWICE],
      ['constructorUnbind', ['use-after-free', 'use-after-unregister', 'lost-teardown']],
    ],
  ),
  mutation(
    'kill-lock-only-for-dead',
    'kill_regions() holds the lock for the flag alone',
    'Creation ends properly, but the loop runs beside a writer who deletes.',
    [
      region(at.KILL_GUARD, '\tmutex_lock(&cxlrd->regions_lock);\n\t/* no more region creation */\n'),
      region(at.KILL_DEAD, `${at.KILL_DEAD}	mutex_unlock(&cxlrd->regions_lock);\n`),
    ],
    [['handlerUnbind', TWICE]],
  ),
  mutation(
    'kill-lock-given-up-in-loop',
    'kill_regions() unlocks around each teardown',
    'xa_for_each() has loaded the region; a writer loads it too before the teardown erases it.',
    [
      region(
        at.KILL_LOOP,
        `	xa_for_each(&cxlrd->regions, index, cxlr) {
		mutex_unlock(&cxlrd->regions_lock);
		unregister_region(cxlr);
		mutex_lock(&cxlrd->regions_lock);
	}
`,
      ),
    ],
    [['handlerUnbind', TWICE]],
  ),
  mutation(
    'kill-call-dropped',
    'unregistering a root decoder leaves its regions',
    'No path but delete_region tears a region down any more, and that attribute is gone after unbind.',
    [{ file: PORT, find: at.KILL_CALL, replace: '' }],
    [
      ['handlerUnbind', LEFT],
      ['constructorUnbind', LEFT],
    ],
  ),
  mutation(
    'kill-call-after-unregister',
    'kill_regions() is called after device_unregister() of the root decoder',
    'device_unregister() drops the reference that kept the root decoder: its lock, flag and xarray are used in freed memory unless a region still pins it.',
    [{ file: PORT, find: `${at.KILL_CALL}\n	device_unregister(dev);\n`, replace: `	device_unregister(dev);\n\n${at.KILL_CALL}` }],
    [['handlerUnbind', FREED]],
  ),
  mutation(
    'discover-lock-dropped',
    'cxl_add_to_region() takes no lock',
    'A region is deleted while it is constructed, and created while kill_regions() runs.',
    [region(at.DISCOVER_GUARD, '\tregion_dev = device_find_child')],
    [
      ['constructorHandler', FREED],
      ['constructorUnbind', ['use-after-free', 'lost-teardown', 'late-add']],
    ],
  ),
  mutation(
    'discover-lock-released-early',
    'cxl_add_to_region() holds the lock over the construction alone',
    'The reference keeps the memory, but attach_target() runs on a region that was unregistered in between.',
    [
      region(at.DISCOVER_GUARD, '\tmutex_lock(&cxlrd->regions_lock);\n\tregion_dev = device_find_child'),
      region(at.DISCOVER_ELSE, '\t\tcxlr = to_cxl_region(region_dev);\n\tmutex_unlock(&cxlrd->regions_lock);\n\n\trc = PTR_ERR_OR_ZERO'),
    ],
    [
      ['constructorHandler', ['use-after-unregister']],
      ['constructorUnbind', ['use-after-unregister']],
    ],
  ),
  mutation(
    'discover-reference-late',
    'cxl_add_to_region() holds the lock over the construction alone, and takes the reference after it',
    'Between the unlock and get_device() a writer deletes the region and frees it.',
    [
      region(at.CONSTRUCT_GET, ''),
      region(at.DISCOVER_GUARD, '\tmutex_lock(&cxlrd->regions_lock);\n\tregion_dev = device_find_child'),
      region(
        '\t\tregion_dev = &cxlr->dev;\n\t} else',
        '\t\tregion_dev = &cxlr->dev;\n\t\tmutex_unlock(&cxlrd->regions_lock);\n\t\tif (!IS_ERR(cxlr))\n\t\t\tget_device(region_dev);\n\t} else {',
      ),
      region(
        at.DISCOVER_ELSE,
        '\t\tcxlr = to_cxl_region(region_dev);\n\t\tmutex_unlock(&cxlrd->regions_lock);\n\t}\n\n\trc = PTR_ERR_OR_ZERO',
      ),
    ],
    [
      ['constructorHandler', FREED],
      ['constructorUnbind', FREED],
    ],
  ),
  mutation(
    'construct-reference-dropped',
    'construct_region() takes no reference for its caller',
    'cxl_add_to_region() drops one all the same, the last: the region is freed while it is registered and in the xarray.',
    [region(at.CONSTRUCT_GET, '')],
    [
      ['constructorHandler', FREED],
      ['constructorUnbind', FREED],
    ],
  ),
  mutation(
    'construct-unregister-under-rwsem',
    'construct_region() unregisters with the region lock held when it fails',
    'device_del() waits for the handlers of the region, which wait for the lock; they are killable only.',
    [
      region(
        '\tup_write(&cxl_region_rwsem);\n\tunregister_region(cxlr);\n\treturn ERR_PTR(rc);\n',
        '\tunregister_region(cxlr);\n\tup_write(&cxl_region_rwsem);\n\treturn ERR_PTR(rc);\n',
      ),
    ],
    [['constructorAttribute', ['drain-deadlock']]],
  ),
  mutation(
    'create-lock-dropped',
    'create_ram_region_store() takes no lock',
    'The dead flag is tested without the lock: kill_regions() may pass between the test and xa_insert(). dev_dbg() after xa_insert() may name a deleted region.',
    [region(`${at.LOCK}\n${at.CREATE_RAM}`, '\tcxlr = __create_region(cxlrd, CXL_DECODER_RAM, id);\n')],
    [
      ['creatorUnbind', LEFT],
      ['creatorHandler', FREED],
    ],
  ),
  mutation(
    'create-lock-released-early',
    'create_pmem_region_store() unlocks before it creates',
    'As without the lock: the statements were swapped.',
    [region(at.CREATE_PMEM, '\tmutex_unlock(&cxlrd->regions_lock);\n\tcxlr = __create_region(cxlrd, CXL_DECODER_PMEM, id);\n')],
    [
      ['creatorUnbind', LEFT],
      ['creatorHandler', FREED],
    ],
  ),
  mutation(
    'insert-failure-only-put',
    'devm_cxl_add_region() drops the reference and does not unregister when xa_insert() fails',
    'The device was added and stays registered, while its reference is gone and no container knows it. No second path is needed.',
    [
      region(
        '\tif (rc) {\n\t\tunregister_region(cxlr);\n\t\treturn ERR_PTR(rc);\n',
        '\tif (rc) {\n\t\tput_device(dev);\n\t\treturn ERR_PTR(rc);\n',
      ),
    ],
    [['creatorUnbind', ['use-after-free', 'lost-teardown']]],
  ),
];
