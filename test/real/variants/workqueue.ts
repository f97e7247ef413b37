import { CXL_H, flags, HANDLER_RELEASE, region } from './anchors';
import type { Edit, Variant } from './types';

/** A work item per region: under the device lock of the host it releases the action, unless somebody tore the region down already. */
const deleteWork: Edit[] = [
  {
    file: CXL_H,
    find: '\tenum cxl_decoder_type type;\n\tstruct cxl_nvdimm_bridge *cxl_nvb;\n',
    replace:
      '\tenum cxl_decoder_type type;\n\tstruct work_struct delete_work;\n\tstruct device *delete_host;\n\tstruct cxl_nvdimm_bridge *cxl_nvb;\n',
  },
  flags('CXL_REGION_F_DELETE', 'CXL_REGION_F_GONE'),
  region(
    'static void unregister_region(void *_cxlr)\n',
    'static struct workqueue_struct *cxl_region_wq;\n\nstatic void unregister_region(void *_cxlr)\n',
  ),
  region('\tint i;\n\n\tdevice_del(&cxlr->dev);\n', '\tint i;\n\n\tset_bit(CXL_REGION_F_GONE, &cxlr->flags);\n\tdevice_del(&cxlr->dev);\n'),
  region(
    'static struct lock_class_key cxl_region_key;\n',
    `static void delete_region_work(struct work_struct *work)
{
	struct cxl_region *cxlr =
		container_of(work, struct cxl_region, delete_work);
	struct device *host = cxlr->delete_host;

	device_lock(host);
	if (!test_bit(CXL_REGION_F_GONE, &cxlr->flags))
		devm_release_action(host, unregister_region, cxlr);
	device_unlock(host);
	put_device(host);
	put_device(&cxlr->dev);
}

static struct lock_class_key cxl_region_key;
`,
  ),
  region(
    '\tdev->type = &cxl_region_type;\n\tcxlr->id = id;\n',
    '\tdev->type = &cxl_region_type;\n\tcxlr->id = id;\n\tINIT_WORK(&cxlr->delete_work, delete_region_work);\n',
  ),
  region(
    HANDLER_RELEASE,
    `	/* the reference goes to the work item */
	if (test_and_set_bit(CXL_REGION_F_DELETE, &cxlr->flags)) {
		put_device(&cxlr->dev);
		return -EBUSY;
	}

	cxlr->delete_host = get_device(port->uport_dev);
	queue_work(cxl_region_wq, &cxlr->delete_work);
`,
  ),
  region(
    '\treturn cxl_driver_register(&cxl_region_driver);\n',
    '\tint rc;\n\n\tcxl_region_wq = alloc_ordered_workqueue("cxl_region", 0);\n\tif (!cxl_region_wq)\n\t\treturn -ENOMEM;\n\n\trc = cxl_driver_register(&cxl_region_driver);\n\tif (rc)\n\t\tdestroy_workqueue(cxl_region_wq);\n\treturn rc;\n',
  ),
  region(
    '\tcxl_driver_unregister(&cxl_region_driver);\n',
    '\tcxl_driver_unregister(&cxl_region_driver);\n\tdestroy_workqueue(cxl_region_wq);\n',
  ),
];

/** Deletion handed to a work item, which may take the lock that the handler may not. */
export const workqueue: readonly Variant[] = [
  // The work item is not drained by the removal of an attribute, so it may wait for unbind; what it then does is decided by a flag that both
  // write under the device lock. (The host is pinned by the handler: the port may be gone when the work runs.) The constructor does not hold that lock: the work may come before its action, and free what it configures.
  {
    id: 'deferred-teardown',
    title: 'work item on an own workqueue that takes the device lock and tests a flag',
    tree: '6.12.113',
    edits: deleteWork,
    expect: {
      handlerHandler: [],
      handlerUnbind: [],
      constructorHandler: ['use-after-free', 'release-before-add'],
      constructorUnbind: ['use-after-free', 'late-add'],
    },
  },
  // Drained with the device lock held: unbind waits for the work item and the work item for the lock.
  {
    id: 'deferred-teardown-flushed-in-unbind',
    title: 'the same, flushed when the root decoder is unregistered',
    tree: '6.12.113',
    edits: [
      ...deleteWork,
      region(
        'static struct workqueue_struct *cxl_region_wq;\n',
        'static struct workqueue_struct *cxl_region_wq;\n\nvoid cxl_region_flush_deletes(void)\n{\n\tflush_workqueue(cxl_region_wq);\n}\n',
      ),
      {
        file: 'drivers/cxl/core/core.h',
        find: 'int cxl_region_init(void);\n',
        replace: 'int cxl_region_init(void);\nvoid cxl_region_flush_deletes(void);\n',
      },
      {
        file: 'drivers/cxl/core/port.c',
        find: '\t\tcxl_decoder_kill_region(cxled);\n\t}\n',
        replace: '\t\tcxl_decoder_kill_region(cxled);\n\t}\n\tif (is_root_decoder(dev))\n\t\tcxl_region_flush_deletes();\n',
      },
    ],
    expect: {
      handlerHandler: [],
      handlerUnbind: ['drain-deadlock'],
      constructorHandler: ['use-after-free', 'release-before-add'],
      constructorUnbind: ['use-after-free', 'late-add'],
    },
  },
];
