import { region } from './anchors';
import type { Edit } from './types';

/** Anchors in 6.12.117, named after the function they stand in. */
export const LOCK = `	rc = mutex_lock_interruptible(&cxlrd->regions_lock);
	if (rc)
		return rc;
`;
const UNLOCK = '\tmutex_unlock(&cxlrd->regions_lock);\n';
export const DELETE_LOCK = `${LOCK}\n	rc = sscanf`;
export const DELETE_EINVAL = `	if (rc != 1) {
		mutex_unlock(&cxlrd->regions_lock);
`;
export const DELETE_ENODEV = `dev_name(&cxlr->dev))) {
		mutex_unlock(&cxlrd->regions_lock);
`;
export const DELETE_TEARDOWN = `	unregister_region(cxlr);
${UNLOCK}`;
export const CREATE_PMEM = `	cxlr = __create_region(cxlrd, CXL_DECODER_PMEM, id);
${UNLOCK}`;
export const CREATE_RAM = `	cxlr = __create_region(cxlrd, CXL_DECODER_RAM, id);
${UNLOCK}`;
export const DEAD_TEST = `	if (cxlrd->dead)
		return ERR_PTR(-ENXIO);

`;
export const ERASE = '\txa_erase(&cxlrd->regions, cxlr->id);\n';
export const KILL_GUARD = `	guard(mutex)(&cxlrd->regions_lock);
	/* no more region creation */
`;
export const KILL_DEAD = '\tcxlrd->dead = true;\n';
export const KILL_LOOP = `	xa_for_each(&cxlrd->regions, index, cxlr)
		unregister_region(cxlr);
`;
export const DISCOVER_GUARD = `	guard(mutex)(&cxlrd->regions_lock);
	region_dev = device_find_child`;
export const DISCOVER_ELSE = `		cxlr = to_cxl_region(region_dev);

	rc = PTR_ERR_OR_ZERO`;
export const CONSTRUCT_GET = `	/* ...to match put_device() in cxl_add_to_region() */
	get_device(&cxlr->dev);
`;
export const KILL_CALL = `	if (is_root_decoder(dev))
		kill_regions(to_cxl_root_decoder(dev));
`;

/** Takes the lock out of the handler; `teardown` replaces the call with the unlock after it. */
export const deleteUnlocked = (teardown: string): Edit[] => [
  region(DELETE_LOCK, '\trc = sscanf'),
  region(DELETE_EINVAL, '\tif (rc != 1) {\n'),
  region(DELETE_ENODEV, 'dev_name(&cxlr->dev))) {\n'),
  region(DELETE_TEARDOWN, teardown),
];
