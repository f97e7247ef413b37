import { declareNowarn, flags, HANDLER_RELEASE, region } from './anchors';
import type { Edit, Expectation, Variant } from './types';

const constructorAsBefore: Pick<Expectation, 'constructorHandler' | 'constructorUnbind'> = {
  constructorHandler: ['use-after-free', 'release-before-add'],
  constructorUnbind: ['use-after-free', 'late-add'],
};

const release = (text: string): Edit => region(HANDLER_RELEASE, text);

/** The handler without the variable that only its release used. */
const withoutPort = region(
  '\tstruct cxl_port *port = to_cxl_port(dev->parent);\n\tstruct cxl_region *cxlr;\n\n\tcxlr = cxl_find',
  '\tstruct cxl_region *cxlr;\n\n\tcxlr = cxl_find',
);

/** Other ways in which the handler may end a region, wrong ones mostly. */
export const deletion: readonly Variant[] = [
  // One of the writers wins; unbind does not look at the flag.
  {
    id: 'one-deleter-flag',
    title: 'atomic flag lets one handler release',
    tree: '6.12.113',
    edits: [
      flags('CXL_REGION_F_DELETE'),
      release(`	if (!test_and_set_bit(CXL_REGION_F_DELETE, &cxlr->flags))
		devm_release_action(port->uport_dev, unregister_region, cxlr);
	put_device(&cxlr->dev);
`),
    ],
    expect: { handlerHandler: [], handlerUnbind: ['release-vs-unbind'], ...constructorAsBefore },
  },
  // Both writers may see the bit clear.
  {
    id: 'one-deleter-flag-in-two-steps',
    title: 'flag tested and set in two steps lets one handler release',
    tree: '6.12.113',
    edits: [
      flags('CXL_REGION_F_DELETE'),
      release(`	if (!test_bit(CXL_REGION_F_DELETE, &cxlr->flags)) {
		set_bit(CXL_REGION_F_DELETE, &cxlr->flags);
		devm_release_action(port->uport_dev, unregister_region, cxlr);
	}
	put_device(&cxlr->dev);
`),
    ],
    expect: { handlerHandler: ['double-release', 'non-atomic-guard'], handlerUnbind: ['release-vs-unbind'], ...constructorAsBefore },
  },
  // The action stays on the list: both writers tear down, and unbind once more, on freed memory. No release is left that could come too early
  // or warn; whether the region is found before or after its action was added makes no difference.
  {
    id: 'direct-unregister',
    title: 'the handler calls the teardown and leaves the action where it is',
    tree: '6.12.113',
    edits: [withoutPort, release('\tunregister_region(cxlr);\n\tput_device(&cxlr->dev);\n')],
    expect: {
      handlerHandler: ['double-teardown', 'use-after-free'],
      handlerUnbind: ['double-teardown', 'use-after-free'],
      constructorHandler: ['use-after-free'],
      constructorUnbind: ['use-after-free', 'late-add'],
    },
  },
  // The list knows the winner, the code does not ask.
  {
    id: 'nowarn-result-ignored',
    title: 'nowarn removal whose result is ignored, then the teardown',
    tree: '6.12.113',
    edits: [
      declareNowarn,
      release(`	devm_remove_action_nowarn(port->uport_dev, unregister_region, cxlr);
	unregister_region(cxlr);
	put_device(&cxlr->dev);
`),
    ],
    expect: {
      handlerHandler: ['double-teardown'],
      handlerUnbind: ['double-teardown', 'use-after-free'],
      constructorHandler: ['use-after-free'],
      constructorUnbind: ['use-after-free', 'late-add'],
    },
    sites: ['nowarn-in-driver'],
  },
  // Taken off the list and left alone. One handler suffices. The constructor keeps its region, since the handler frees nothing.
  {
    id: 'removed-not-torn-down',
    title: 'the handler removes the action and does not tear down',
    tree: '6.12.113',
    edits: [release('\tdevm_remove_action(port->uport_dev, unregister_region, cxlr);\n\tput_device(&cxlr->dev);\n')],
    expect: {
      handlerHandler: ['double-release', 'lost-teardown'],
      handlerUnbind: ['release-vs-unbind', 'lost-teardown'],
      constructorHandler: ['release-before-add', 'lost-teardown'],
      constructorUnbind: ['use-after-free', 'late-add'],
    },
  },
  // The root decoder has no such action. Nothing is torn down before unbind, so the constructor has only unbind to fear.
  {
    id: 'released-from-decoder',
    title: 'the handler releases the action from the root decoder',
    tree: '6.12.113',
    edits: [withoutPort, release('\tdevm_release_action(dev, unregister_region, cxlr);\n\tput_device(&cxlr->dev);\n')],
    expect: {
      handlerHandler: ['wrong-host'],
      handlerUnbind: ['wrong-host'],
      constructorHandler: ['wrong-host'],
      constructorUnbind: ['use-after-free', 'late-add'],
    },
    sites: ['wrong-host'],
  },
  // Unbind releases all entries before it clears the pointer.
  {
    id: 'lockless-driver-test',
    title: 'the handler tests ->driver of the host without its lock',
    tree: '6.12.113',
    edits: [
      release(`	if (port->uport_dev->driver)
		devm_release_action(port->uport_dev, unregister_region, cxlr);
	put_device(&cxlr->dev);
`),
    ],
    expect: { handlerHandler: ['double-release'], handlerUnbind: ['release-vs-unbind', 'lockless-driver-check'], ...constructorAsBefore },
    sites: ['lockless-driver-check'],
  },
  // Where the allocation fails the region stays without an owner; nothing else changes.
  {
    id: 'unchecked-add',
    title: 'the result of devm_add_action() is ignored',
    tree: '6.12.113',
    edits: [
      region(
        '\trc = devm_add_action_or_reset(port->uport_dev, unregister_region, cxlr);\n\tif (rc)\n\t\treturn ERR_PTR(rc);\n',
        '\tdevm_add_action(port->uport_dev, unregister_region, cxlr);\n',
      ),
    ],
    expect: { handlerHandler: ['double-release'], handlerUnbind: ['release-vs-unbind'], ...constructorAsBefore },
    sites: ['unchecked-add-action'],
  },
];
