import { HANDLER_LOOKUP, HANDLER_RELEASE, region } from './anchors';
import type { Edit, Expectation, Variant } from './types';

/** The constructor runs under the lock of the endpoint, not of the host: no lock in the handler changes its pairs. */
const constructorAsBefore: Pick<Expectation, 'constructorHandler' | 'constructorUnbind'> = {
  constructorHandler: ['use-after-free', 'release-before-add'],
  constructorUnbind: ['use-after-free', 'late-add'],
};

/** A lock statement before the lookup in the handler, its unlock after the release and after the failed lookup. */
const around = (lock: string, unlock: string): Edit[] => [
  region(
    `${HANDLER_LOOKUP}	if (IS_ERR(cxlr))\n		return PTR_ERR(cxlr);\n`,
    `${lock}${HANDLER_LOOKUP}	if (IS_ERR(cxlr)) {\n${unlock && `	${unlock}`}		return PTR_ERR(cxlr);\n	}\n`,
  ),
  region(HANDLER_RELEASE, `${HANDLER_RELEASE}${unlock}`),
];

/** Locks of the host in the store handler. */
export const locking: readonly Variant[] = [
  // Unbind holds the device lock of the host, and drains delete_region when an action unregisters the root decoder.
  {
    id: 'device-lock',
    title: 'device lock of the host in the store handler, before the lookup',
    tree: '6.12.113',
    edits: around('\tdevice_lock(port->uport_dev);\n', '\tdevice_unlock(port->uport_dev);\n'),
    expect: { handlerHandler: [], handlerUnbind: ['drain-deadlock'], ...constructorAsBefore },
  },
  // The same lock, released by the scope.
  {
    id: 'device-lock-guard',
    title: 'guard(device) of the host in the store handler, before the lookup',
    tree: '6.12.113',
    edits: around('\tguard(device)(port->uport_dev);\n', ''),
    expect: { handlerHandler: [], handlerUnbind: ['drain-deadlock'], ...constructorAsBefore },
  },
  // Both writers have looked the region up before either takes the lock: it orders the two releases, it does not make them one.
  {
    id: 'device-lock-after-lookup',
    title: 'scoped_guard(device) of the host around the release alone',
    tree: '6.12.113',
    edits: [
      region(
        HANDLER_RELEASE,
        `	scoped_guard(device, port->uport_dev)
		devm_release_action(port->uport_dev, unregister_region, cxlr);
	put_device(&cxlr->dev);
`,
      ),
    ],
    expect: { handlerHandler: ['double-release'], handlerUnbind: ['drain-deadlock'], ...constructorAsBefore },
  },
  // The loser of the lock finds the region unregistered and leaves. The deadlock stays.
  {
    id: 'device-lock-recheck',
    title: 'scoped_guard(device) of the host around the release, with a test that the region is still registered',
    tree: '6.12.113',
    edits: [
      region(
        HANDLER_RELEASE,
        `	scoped_guard(device, port->uport_dev) {
		if (device_is_registered(&cxlr->dev))
			devm_release_action(port->uport_dev, unregister_region,
					    cxlr);
	}
	put_device(&cxlr->dev);
`,
      ),
    ],
    expect: { handlerHandler: [], handlerUnbind: ['drain-deadlock'], ...constructorAsBefore },
  },
  // With a signal pending the handler goes on without the lock: everything as before. Without one it waits for unbind.
  {
    id: 'device-lock-interruptible-ignored',
    title: 'interruptible device lock of the host whose failure is ignored',
    tree: '6.12.113',
    edits: [
      region(
        '\tstruct cxl_port *port = to_cxl_port(dev->parent);\n\tstruct cxl_region *cxlr;\n\n\tcxlr = cxl_find',
        '\tstruct cxl_port *port = to_cxl_port(dev->parent);\n\tstruct cxl_region *cxlr;\n\tint rc;\n\n\tcxlr = cxl_find',
      ),
      ...around(
        `	rc = device_lock_interruptible(port->uport_dev);
	if (rc)
		dev_dbg(dev, "delete without lock: %d\\n", rc);

`,
        '\tif (!rc)\n\t\tdevice_unlock(port->uport_dev);\n',
      ),
    ],
    expect: { handlerHandler: ['double-release'], handlerUnbind: ['drain-deadlock', 'release-vs-unbind'], ...constructorAsBefore },
  },
  // Its failure taken seriously: the handlers agree. The wait is there still; a signal would end it.
  {
    id: 'device-lock-interruptible',
    title: 'interruptible device lock of the host in the store handler, before the lookup',
    tree: '6.12.113',
    edits: around('\tif (device_lock_interruptible(port->uport_dev))\n\t\treturn -EINTR;\n\n', '\tdevice_unlock(port->uport_dev);\n'),
    expect: { handlerHandler: [], handlerUnbind: ['drain-deadlock'], ...constructorAsBefore },
  },
  // The handler never waits for unbind: it leaves, is drained, and is not started again on an attribute that is gone.
  {
    id: 'device-trylock',
    title: 'trylock of the host in the store handler, restarted when it fails',
    tree: '6.12.113',
    edits: [
      region('#include <linux/memregion.h>\n', '#include <linux/memregion.h>\n#include <linux/sched/signal.h>\n'),
      ...around('\tif (!device_trylock(port->uport_dev))\n\t\treturn restart_syscall();\n\n', '\tdevice_unlock(port->uport_dev);\n'),
    ],
    expect: { handlerHandler: [], handlerUnbind: [], ...constructorAsBefore },
  },
  // A lock among handlers is one that unbind does not take. Unbind moves the entries without it.
  {
    id: 'handler-mutex',
    title: 'mutex of the root decoder around lookup and release in the store handler',
    tree: '6.12.113',
    edits: around('\tguard(mutex)(&cxlrd->range_lock);\n', ''),
    // cxl_add_to_region() holds range_lock over construct_region(), not over attach_target(): what follows races, with a reference held.
    expect: {
      handlerHandler: [],
      handlerUnbind: ['release-vs-unbind'],
      constructorHandler: ['use-after-unregister'],
      constructorUnbind: ['use-after-free', 'late-add'],
    },
  },
];
