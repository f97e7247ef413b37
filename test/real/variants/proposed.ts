import { CONSTRUCTOR_RELEASE, declareNowarn, flags, HANDLER_LOOKUP, HANDLER_RELEASE, region } from './anchors';
import type { Edit, Variant } from './types';

/** Removal without a warning: whoever takes the action off the list tears down. */
const winnerTearsDown: Edit[] = [
  declareNowarn,
  region(
    HANDLER_RELEASE,
    `	if (!devm_remove_action_nowarn(port->uport_dev, unregister_region,
				       cxlr))
		unregister_region(cxlr);
	put_device(&cxlr->dev);
`,
  ),
  region(
    CONSTRUCTOR_RELEASE,
    `	if (!devm_remove_action_nowarn(port->uport_dev, unregister_region,
				       cxlr))
		unregister_region(cxlr);
	return ERR_PTR(rc);
`,
  ),
];

/** Takes a second reference before device_add(); every caller of the function that adds drops it. */
const pinBeforePublish: Edit[] = [
  region(
    '\trc = device_add(dev);\n\tif (rc)\n\t\tgoto err;\n\n\trc = devm_add',
    '\tget_device(dev);\n\trc = device_add(dev);\n\tif (rc)\n\t\tgoto err_pin;\n\n\trc = devm_add',
  ),
  region(
    'devm_add_action_or_reset(port->uport_dev, unregister_region, cxlr);\n\tif (rc)\n\t\treturn ERR_PTR(rc);\n',
    'devm_add_action_or_reset(port->uport_dev, unregister_region, cxlr);\n\tif (rc) {\n\t\tput_device(dev);\n\t\treturn ERR_PTR(rc);\n\t}\n',
  ),
  region('\treturn cxlr;\n\nerr:\n\tput_device(dev);\n', '\treturn cxlr;\n\nerr_pin:\n\tput_device(dev);\nerr:\n\tput_device(dev);\n'),
  region(
    'CXL_DECODER_PMEM, id);\n\tif (IS_ERR(cxlr))\n\t\treturn PTR_ERR(cxlr);\n',
    'CXL_DECODER_PMEM, id);\n\tif (IS_ERR(cxlr))\n\t\treturn PTR_ERR(cxlr);\n\tput_device(&cxlr->dev);\n',
  ),
  region(
    'CXL_DECODER_RAM, id);\n\tif (IS_ERR(cxlr))\n\t\treturn PTR_ERR(cxlr);\n',
    'CXL_DECODER_RAM, id);\n\tif (IS_ERR(cxlr))\n\t\treturn PTR_ERR(cxlr);\n\tput_device(&cxlr->dev);\n',
  ),
  // the pin of the constructor becomes the reference that its caller drops
  region('\t/* ...to match put_device() in cxl_add_to_region() */\n\tget_device(&cxlr->dev);\n', ''),
  region(
    '\t\t\t\t       cxlr))\n\t\tunregister_region(cxlr);\n\treturn ERR_PTR(rc);\n',
    '\t\t\t\t       cxlr))\n\t\tunregister_region(cxlr);\n\tput_device(&cxlr->dev);\n\treturn ERR_PTR(rc);\n',
  ),
];

/** Remedies that were put forward on the list, and what is left of the race after each. */
export const proposed: readonly Variant[] = [
  // One list, one winner: handlers and unbind agree. The constructor is no party to it: it configures what another frees, and adds to a list
  // that unbind has emptied. The handler that comes before the action gets -ENOENT without a warning, so release-before-add is gone.
  {
    id: 'nowarn-result-decides',
    title: 'devm_remove_action_nowarn(), its result decides who tears down',
    tree: '6.12.113',
    edits: winnerTearsDown,
    sites: ['nowarn-in-driver'],
    expect: {
      handlerHandler: [],
      handlerUnbind: [],
      constructorHandler: ['use-after-free'],
      constructorUnbind: ['use-after-free', 'late-add'],
    },
  },
  // The order of the proposal: unregister (idempotent), then remove. devres_release_all() has moved the entry to its own list and calls the
  // action with the address of a region that the handler has freed by then: the flag itself is read in freed memory.
  {
    id: 'idempotent-unregister-first',
    title: 'flag makes the teardown idempotent; unregister, then nowarn removal; construction reference after device_add()',
    tree: '6.12.113',
    edits: [
      declareNowarn,
      flags('CXL_REGION_F_UNREGISTER'),
      region(
        '\tint i;\n\n\tdevice_del(&cxlr->dev);\n',
        '\tint i, ways;\n\n\tif (test_and_set_bit(CXL_REGION_F_UNREGISTER, &cxlr->flags))\n\t\treturn;\n\n\tdevice_del(&cxlr->dev);\n',
      ),
      region(
        '\tfor (i = 0; i < p->interleave_ways; i++)\n\t\tdetach_target(cxlr, i);\n',
        `	scoped_guard(rwsem_read, &cxl_region_rwsem)
		ways = p->state >= CXL_CONFIG_INTERLEAVE_ACTIVE ?
			p->interleave_ways : 0;
	for (i = 0; i < ways; i++)
		detach_target(cxlr, i);
`,
      ),
      region(
        HANDLER_RELEASE,
        `	unregister_region(cxlr);
	devm_remove_action_nowarn(port->uport_dev, unregister_region, cxlr);
	put_device(&cxlr->dev);
`,
      ),
      region(
        '\tdown_write(&cxl_region_rwsem);\n\tp = &cxlr->params;\n\tif (p->state >=',
        `	get_device(&cxlr->dev);

	down_write(&cxl_region_rwsem);
	p = &cxlr->params;
	if (test_bit(CXL_REGION_F_UNREGISTER, &cxlr->flags)) {
		rc = -EBUSY;
		goto err;
	}

	if (p->state >=`,
      ),
      region(
        '\t/* ...to match put_device() in cxl_add_to_region() */\n\tget_device(&cxlr->dev);\n',
        '\t/* the construction reference goes to cxl_add_to_region() */\n',
      ),
      region(
        CONSTRUCTOR_RELEASE,
        `	unregister_region(cxlr);
	devm_remove_action_nowarn(port->uport_dev, unregister_region, cxlr);
	put_device(&cxlr->dev);
	return ERR_PTR(rc);
`,
      ),
    ],
    sites: ['nowarn-in-driver'],
    expect: {
      handlerHandler: [],
      handlerUnbind: ['use-after-free'],
      constructorHandler: ['use-after-free'],
      constructorUnbind: ['use-after-free', 'late-add'],
    },
  },
  // The handler cannot reach the region before construct_region() ends, and by then a reference is held. What is left is the rest of the
  // discovery: attach_target() on a region that was deleted in between. Regions made by hand are ready once they are made.
  {
    id: 'ready-gate',
    title: 'the handler refuses until a flag is set at the end of construct_region()',
    tree: '6.12.113',
    edits: [
      ...winnerTearsDown,
      flags('CXL_REGION_F_READY'),
      region(
        `${HANDLER_LOOKUP}	if (IS_ERR(cxlr))
		return PTR_ERR(cxlr);
`,
        `${HANDLER_LOOKUP}	if (IS_ERR(cxlr))
		return PTR_ERR(cxlr);

	if (!test_bit(CXL_REGION_F_READY, &cxlr->flags)) {
		put_device(&cxlr->dev);
		return -EBUSY;
	}
`,
      ),
      region(
        '\tget_device(&cxlr->dev);\n\tup_write(&cxl_region_rwsem);\n',
        '\tget_device(&cxlr->dev);\n\tup_write(&cxl_region_rwsem);\n\tset_bit(CXL_REGION_F_READY, &cxlr->flags);\n',
      ),
      region(
        'CXL_DECODER_PMEM, id);\n\tif (IS_ERR(cxlr))\n\t\treturn PTR_ERR(cxlr);\n',
        'CXL_DECODER_PMEM, id);\n\tif (IS_ERR(cxlr))\n\t\treturn PTR_ERR(cxlr);\n\tset_bit(CXL_REGION_F_READY, &cxlr->flags);\n',
      ),
      region(
        'CXL_DECODER_RAM, id);\n\tif (IS_ERR(cxlr))\n\t\treturn PTR_ERR(cxlr);\n',
        'CXL_DECODER_RAM, id);\n\tif (IS_ERR(cxlr))\n\t\treturn PTR_ERR(cxlr);\n\tset_bit(CXL_REGION_F_READY, &cxlr->flags);\n',
      ),
    ],
    sites: ['nowarn-in-driver'],
    expect: {
      handlerHandler: [],
      handlerUnbind: [],
      constructorHandler: ['use-after-unregister'],
      constructorUnbind: ['use-after-free', 'late-add'],
    },
  },
  // A reference from before device_add() keeps the memory, so nothing is used after it is freed. The region is still configured and attached
  // after it was torn down, since nothing rechecks; and unbind still has an empty list.
  {
    id: 'pin-before-publish',
    title: 'nowarn removal, and a construction reference taken before device_add(), without a recheck',
    tree: '6.12.113',
    edits: [...winnerTearsDown, ...pinBeforePublish],
    sites: ['nowarn-in-driver'],
    expect: {
      handlerHandler: [],
      handlerUnbind: [],
      constructorHandler: ['use-after-unregister'],
      constructorUnbind: ['use-after-unregister', 'late-add'],
    },
  },
];
