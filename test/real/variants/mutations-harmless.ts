import { region } from './anchors';
import * as at from './mutation-anchors';
import type { Edit, Mutation } from './types';

function mutation(id: string, title: string, why: string, edits: Edit[]): Mutation {
  return { id, title, tree: '6.12.117', edits, harmful: false, expect: [], why };
}

export const harmless: readonly Mutation[] = [
  mutation('delete-lock-uninterruptible', 'delete_region_store() waits without signals', 'The same lock over the same statements.', [
    region(at.DELETE_LOCK, '	mutex_lock(&cxlrd->regions_lock);\n\n	rc = sscanf'),
  ]),
  mutation('delete-guard', 'delete_region_store() with guard(mutex), returns without unlocks', 'The scope unlocks at each return.', [
    region(at.DELETE_LOCK, '	guard(mutex)(&cxlrd->regions_lock);\n\n	rc = sscanf'),
    region(at.DELETE_EINVAL, '	if (rc != 1) {\n'),
    region(at.DELETE_ENODEV, 'dev_name(&cxlr->dev))) {\n'),
    region(at.DELETE_TEARDOWN, '	unregister_region(cxlr);\n'),
  ]),
  mutation('delete-parse-before-lock', 'delete_region_store() parses its input before it takes the lock', 'The input belongs to the writer; lookup and teardown stay under the lock.', [
    region(at.DELETE_LOCK, '	rc = sscanf'),
    region(`${at.DELETE_EINVAL}		return -EINVAL;\n	}\n`, `	if (rc != 1)\n		return -EINVAL;\n\n${at.LOCK}`),
  ]),
  mutation('delete-restructured', 'delete_region_store() with one unlock at its end', 'The same steps under the same lock, with a result variable.', [
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
  ]),
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
    region(at.DELETE_TEARDOWN, '	drop_region(cxlrd, cxlr);\n	mutex_unlock(&cxlrd->regions_lock);\n'),
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
    region('	cxlr = xa_load(&cxlrd->regions, id);\n', '	cxlr = region_by_id(cxlrd, id);\n'),
  ]),
  mutation('delete-paired-reference', 'delete_region_store() holds a reference over the teardown', 'Taken and dropped under the lock: the memory lives a little longer.', [
    region(at.DELETE_TEARDOWN, '	get_device(&cxlr->dev);\n	unregister_region(cxlr);\n	put_device(&cxlr->dev);\n	mutex_unlock(&cxlrd->regions_lock);\n'),
  ]),
  mutation('erase-after-del', 'unregister_region() erases after device_del()', 'Every lookup in the xarray is made under the lock, and the reference is still held.', [
    region(at.ERASE, ''),
    region('	device_del(&cxlr->dev);\n', `	device_del(&cxlr->dev);\n${at.ERASE}`),
  ]),
  mutation('kill-renamed', 'kill_regions() with other names', 'Names mean nothing.', [
    region('	unsigned long index;\n	struct cxl_region *cxlr;\n\n	guard', '	struct cxl_region *victim;\n	unsigned long nr;\n\n	guard'),
    region(at.KILL_LOOP, '	xa_for_each(&cxlrd->regions, nr, victim)\n		unregister_region(victim);\n'),
  ]),
  mutation('kill-lock-written-out', 'kill_regions() with lock and unlock in the place of guard()', 'One exit, and it unlocks.', [
    region(at.KILL_GUARD, '	mutex_lock(&cxlrd->regions_lock);\n	/* no more region creation */\n'),
    region(at.KILL_LOOP, `${at.KILL_LOOP}	mutex_unlock(&cxlrd->regions_lock);\n`),
  ]),
  mutation('kill-scoped-guard', 'kill_regions() with scoped_guard()', 'The same statements in the scope.', [
    region(at.KILL_GUARD, '	scoped_guard(mutex, &cxlrd->regions_lock) {\n	/* no more region creation */\n'),
    region(at.KILL_LOOP, `${at.KILL_LOOP}	}\n`),
  ]),
  mutation('kill-dead-after-loop', 'kill_regions() sets the dead flag after the loop', 'Still under the lock: no creator comes in between.', [
    region(at.KILL_DEAD, ''),
    region(at.KILL_LOOP, `${at.KILL_LOOP}${at.KILL_DEAD}`),
  ]),
  mutation('kill-dead-before-lock', 'kill_regions() sets the dead flag before it takes the lock', 'Who holds the lock already is finished before the loop starts; who takes it later sees the flag.', [
    region(at.KILL_DEAD, ''),
    region(at.KILL_GUARD, `${at.KILL_DEAD}${at.KILL_GUARD}`),
  ]),
  mutation('kill-while-find', 'kill_regions() takes the first region until there is none', 'Each teardown erases what was found, under the lock.', [
    region('	unsigned long index;\n	struct cxl_region *cxlr;\n\n	guard', '	unsigned long index = 0;\n	struct cxl_region *cxlr;\n\n	guard'),
    region(at.KILL_LOOP, '	while ((cxlr = xa_find(&cxlrd->regions, &index, ULONG_MAX, XA_PRESENT)))\n		unregister_region(cxlr);\n'),
  ]),
  mutation('discover-lock-written-out', 'cxl_add_to_region() with lock and unlock in the place of guard()', 'Unlocked where all paths meet, before the root decoder is put: better than before.', [
    region(at.DISCOVER_GUARD, '	mutex_lock(&cxlrd->regions_lock);\n	region_dev = device_find_child'),
    region('	put_device(region_dev);\nout:\n', '	put_device(region_dev);\nout:\n	mutex_unlock(&cxlrd->regions_lock);\n'),
  ]),
  mutation('construct-reference-after-unlock', 'construct_region() takes its reference after up_write()', 'The caller holds the lock of the deleters; the region lock does not matter to them.', [
    region(`${at.CONSTRUCT_GET}	up_write(&cxl_region_rwsem);\n`, `	up_write(&cxl_region_rwsem);\n${at.CONSTRUCT_GET}`),
  ]),
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
  mutation('insert-before-add', 'devm_cxl_add_region() inserts before it adds the device', 'Nobody looks before the lock is given up; the failure of device_add() takes the entry out again.', [
    region('	rc = device_add(dev);\n	if (rc)\n		goto err;\n\n	rc = xa_insert(', '	rc = xa_insert(&cxlrd->regions, id, cxlr, GFP_KERNEL);\n	if (rc)\n		goto err;\n\n	rc = xa_insert('),
    region('	rc = xa_insert(&cxlrd->regions, cxlr->id, cxlr, GFP_KERNEL);\n	if (rc) {\n		unregister_region(cxlr);\n		return ERR_PTR(rc);\n', '	rc = device_add(dev);\n	if (rc) {\n		xa_erase(&cxlrd->regions, id);\n		goto err;\n'),
  ]),
];
