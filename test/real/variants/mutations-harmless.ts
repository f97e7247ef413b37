import { region } from './anchors';
import * as at from './mutation-anchors';
import type { Edit, Mutation } from './types';

function mutation(id: string, title: string, why: string, edits: Edit[]): Mutation {
  return { id, title, tree: '6.12.117', edits, harmful: false, expect: [], why };
}

export const harmless: readonly Mutation[] = [
  mutation('delete-lock-uninterruptible', 'delete_region_store() waits without signals', 'The same lock over the same statements.', [
    region(at.DELETE_LOCK, '\tmutex_lock(&cxlrd->regions_lock);\n\n\trc = sscanf'),
  ]),
  mutation('delete-guard', 'delete_region_store() with guard(mutex), returns without unlocks', 'The scope unlocks at each return.', [
    region(at.DELETE_LOCK, '\tguard(mutex)(&cxlrd->regions_lock);\n\n\trc = sscanf'),
    region(at.DELETE_EINVAL, '\tif (rc != 1) {\n'),
    region(at.DELETE_ENODEV, 'dev_name(&cxlr->dev))) {\n'),
    region(at.DELETE_TEARDOWN, '\tunregister_region(cxlr);\n'),
  ]),
  mutation(
    'delete-parse-before-lock',
    'delete_region_store() parses its input before it takes the lock',
    'The input belongs to the writer; lookup and teardown stay under the lock.',
    [
      region(at.DELETE_LOCK, '\trc = sscanf'),
      region(`${at.DELETE_EINVAL}		return -EINVAL;\n	}\n`, `	if (rc != 1)\n		return -EINVAL;\n\n${at.LOCK}`),
    ],
  ),
  mutation(
    'delete-restructured',
    'delete_region_store() with one unlock at its end',
    'The same steps under the same lock, with a result variable.',
    [
      region(
        `	if (!cxlr || !sysfs_streq(buf, dev_name(&cxlr->dev))) {
		mutex_unlock(&cxlrd->regions_lock);
		return -ENODEV;
	}

${at.DELETE_TEARDOWN}
	return len;
`,
        `	if (cxlr && sysfs_streq(buf, dev_name(&cxlr->dev)))
		unregister_region(cxlr);
	else
		rc = -ENODEV;
	mutex_unlock(&cxlrd->regions_lock);

	return rc < 0 ? rc : len;
`,
      ),
    ],
  ),
  mutation('delete-helper', 'the teardown of the handler in a function of its own', 'Called with the lock held.', [
    region(
      `static ssize_t delete_region_store(`,
      `static void drop_region(struct cxl_root_decoder *owner, struct cxl_region *victim)
{
	lockdep_assert_held(&owner->regions_lock);
	unregister_region(victim);
}

static ssize_t delete_region_store(`,
    ),
    region(at.DELETE_TEARDOWN, '\tdrop_region(cxlrd, cxlr);\n\tmutex_unlock(&cxlrd->regions_lock);\n'),
  ]),
  mutation('delete-lookup-helper', 'the lookup of the handler in a function of its own', 'Called with the lock held.', [
    region(
      'static ssize_t delete_region_store(',
      `static struct cxl_region *region_by_id(struct cxl_root_decoder *owner, int nr)
{
	return xa_load(&owner->regions, nr);
}

static ssize_t delete_region_store(`,
    ),
    region('\tcxlr = xa_load(&cxlrd->regions, id);\n', '\tcxlr = region_by_id(cxlrd, id);\n'),
  ]),
  mutation(
    'delete-paired-reference',
    'delete_region_store() holds a reference over the teardown',
    'Taken and dropped under the lock: the memory lives a little longer.',
    [
      region(
        at.DELETE_TEARDOWN,
        '\tget_device(&cxlr->dev);\n\tunregister_region(cxlr);\n\tput_device(&cxlr->dev);\n\tmutex_unlock(&cxlrd->regions_lock);\n',
      ),
    ],
  ),
  mutation(
    'erase-after-del',
    'unregister_region() erases after device_del()',
    'Every lookup in the xarray is made under the lock, and the reference is still held.',
    [region(at.ERASE, ''), region('\tdevice_del(&cxlr->dev);\n', `	device_del(&cxlr->dev);\n${at.ERASE}`)],
  ),
  mutation('kill-renamed', 'kill_regions() with other names', 'Names mean nothing.', [
    region('\tunsigned long index;\n\tstruct cxl_region *cxlr;\n\n\tguard', '\tstruct cxl_region *victim;\n\tunsigned long nr;\n\n\tguard'),
    region(at.KILL_LOOP, '\txa_for_each(&cxlrd->regions, nr, victim)\n\t\tunregister_region(victim);\n'),
  ]),
  mutation('kill-lock-written-out', 'kill_regions() with lock and unlock in the place of guard()', 'One exit, and it unlocks.', [
    region(at.KILL_GUARD, '\tmutex_lock(&cxlrd->regions_lock);\n\t/* no more region creation */\n'),
    region(at.KILL_LOOP, `${at.KILL_LOOP}	mutex_unlock(&cxlrd->regions_lock);\n`),
  ]),
  mutation('kill-scoped-guard', 'kill_regions() with scoped_guard()', 'The same statements in the scope.', [
    region(at.KILL_GUARD, '\tscoped_guard(mutex, &cxlrd->regions_lock) {\n\t/* no more region creation */\n'),
    region(at.KILL_LOOP, `${at.KILL_LOOP}	}\n`),
  ]),
  mutation(
    'kill-dead-after-loop',
    'kill_regions() sets the dead flag after the loop',
    'Still under the lock: no creator comes in between.',
    [region(at.KILL_DEAD, ''), region(at.KILL_LOOP, `${at.KILL_LOOP}${at.KILL_DEAD}`)],
  ),
  mutation(
    'kill-dead-before-lock',
    'kill_regions() sets the dead flag before it takes the lock',
    'Who holds the lock already is finished before the loop starts; who takes it later sees the flag.',
    [region(at.KILL_DEAD, ''), region(at.KILL_GUARD, `${at.KILL_DEAD}${at.KILL_GUARD}`)],
  ),
  mutation(
    'kill-while-find',
    'kill_regions() takes the first region until there is none',
    'Each teardown erases what was found, under the lock.',
    [
      region(
        '\tunsigned long index;\n\tstruct cxl_region *cxlr;\n\n\tguard',
        '\tunsigned long index = 0;\n\tstruct cxl_region *cxlr;\n\n\tguard',
      ),
      region(at.KILL_LOOP, '\twhile ((cxlr = xa_find(&cxlrd->regions, &index, ULONG_MAX, XA_PRESENT)))\n\t\tunregister_region(cxlr);\n'),
    ],
  ),
  mutation(
    'discover-lock-written-out',
    'cxl_add_to_region() with lock and unlock in the place of guard()',
    'Unlocked where all paths meet, before the root decoder is put: better than before.',
    [
      region(at.DISCOVER_GUARD, '\tmutex_lock(&cxlrd->regions_lock);\n\tregion_dev = device_find_child'),
      region('\tput_device(region_dev);\nout:\n', '\tput_device(region_dev);\nout:\n\tmutex_unlock(&cxlrd->regions_lock);\n'),
    ],
  ),
  mutation(
    'construct-reference-after-unlock',
    'construct_region() takes its reference after up_write()',
    'The caller holds the lock of the deleters; the region lock does not matter to them.',
    [region(`${at.CONSTRUCT_GET}	up_write(&cxl_region_rwsem);\n`, `	up_write(&cxl_region_rwsem);\n${at.CONSTRUCT_GET}`)],
  ),
  mutation('create-early-return', 'create_ram_region_store() returns early on success', 'The unlock comes before both returns.', [
    region(
      `${at.CREATE_RAM}	if (IS_ERR(cxlr))
		return PTR_ERR(cxlr);

	return len;
`,
      `${at.CREATE_RAM}	if (!IS_ERR(cxlr))
		return len;

	return PTR_ERR(cxlr);
`,
    ),
  ]),
  mutation(
    'insert-before-add',
    'devm_cxl_add_region() inserts before it adds the device',
    'Nobody looks before the lock is given up; the failure of device_add() takes the entry out again.',
    [
      region(
        '\trc = device_add(dev);\n\tif (rc)\n\t\tgoto err;\n\n\trc = xa_insert(',
        '\trc = xa_insert(&cxlrd->regions, id, cxlr, GFP_KERNEL);\n\tif (rc)\n\t\tgoto err;\n\n\trc = xa_insert(',
      ),
      region(
        '\trc = xa_insert(&cxlrd->regions, cxlr->id, cxlr, GFP_KERNEL);\n\tif (rc) {\n\t\tunregister_region(cxlr);\n\t\treturn ERR_PTR(rc);\n',
        '\trc = device_add(dev);\n\tif (rc) {\n\t\txa_erase(&cxlrd->regions, id);\n\t\tgoto err;\n',
      ),
    ],
  ),
];
