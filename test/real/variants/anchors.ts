import type { Edit } from './types';

/** Files that the variants edit. */
export const REGION = 'drivers/cxl/core/region.c';
export const CXL_H = 'drivers/cxl/cxl.h';
export const DEVICE_H = 'include/linux/device.h';
export const PORT = 'drivers/cxl/core/port.c';

export const region = (find: string, replace: string): Edit => ({ file: REGION, find, replace });

/** Anchors in 6.12.113: the release in the handler, and that in the constructor's error path. */
export const HANDLER_LOOKUP = '\tcxlr = cxl_find_region_by_name(cxlrd, buf);\n';
export const HANDLER_RELEASE = `	devm_release_action(port->uport_dev, unregister_region, cxlr);
	put_device(&cxlr->dev);
`;
export const CONSTRUCTOR_RELEASE = `	devm_release_action(port->uport_dev, unregister_region, cxlr);
	return ERR_PTR(rc);
`;

/** Declares what 6.14 added, as 6.14 does. */
export const declareNowarn: Edit = {
  file: DEVICE_H,
  find: 'void devm_remove_action(struct device *dev,',
  replace: `int devm_remove_action_nowarn(struct device *dev, void (*action)(void *), void *data);
void devm_remove_action(struct device *dev,`,
};

/** Adds flag bits of a region after the last one of 6.12. */
export const flags = (...names: string[]): Edit => ({
  file: CXL_H,
  find: '#define CXL_REGION_F_NEEDS_RESET 1\n',
  replace: `#define CXL_REGION_F_NEEDS_RESET 1\n${names.map((name, i) => `#define ${name} ${i + 2}\n`).join('')}`,
});
