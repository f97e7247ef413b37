import type { RuleId, Severity } from './types';

/** What is known of a rule apart from its check: shown by `explain`, SARIF, hovers and the documentation's index. */
export interface RuleInfo {
  id: RuleId;
  title: string;
  severity: Severity;
  /** One sentence each: what was seen, why it is bad, what to do. */
  what: string;
  why: string;
  action: string;
  /** What happens at the last step of a trace, short enough for a column. */
  consequence: string;
  /** Where the rule's page is, relative to the sources of the server. */
  doc: string;
}

type Entry = Omit<RuleInfo, 'id' | 'doc'>;

const ENTRIES: Record<RuleId, Entry> = {
  'double-release': {
    title: 'Two paths release the same devres action',
    severity: 'warning',
    what: 'Two paths release the same devm action, and nothing decides which of them does.',
    why: 'The second one finds no entry: devm_release_action() and devm_remove_action() WARN, and the teardown that it meant to do does not happen.',
    action: 'Pick the one path that tears down under a lock or by an atomic removal, and let the others return.',
    consequence: 'WARN: the action is no longer on the device',
  },
  'release-vs-unbind': {
    title: 'An action is released while unbind runs the actions',
    severity: 'warning',
    what: 'A path releases a devm action after devres_release_all() moved every entry of the device to its own list.',
    why: 'The release finds no entry and WARNs though the action may not have run yet, so its caller goes on with an object in an unknown state.',
    action: 'Keep the object in a container of its owner and let a lock decide between the handler and unbind, instead of the devres list.',
    consequence: 'WARN: devres_release_all() already took the entry',
  },
  'double-teardown': {
    title: 'The teardown runs twice on one object',
    severity: 'error',
    what: 'The body of the teardown runs twice for one object.',
    why: 'device_del() on a device that is already deleted, and a second put of a reference dropped once, corrupt the lists and the reference count.',
    action: 'Decide the winner before the teardown with an atomic operation or under a lock; only the winner tears down.',
    consequence: 'BUG: torn down a second time',
  },
  'use-after-free': {
    title: 'An object is used after its last reference is gone',
    severity: 'error',
    what: 'A path touches an object after another one dropped the last reference.',
    why: 'The memory may belong to somebody else by then.',
    action: 'Hold a reference across the use, taken before the object can be found by the path that drops it.',
    consequence: 'BUG: use after free',
  },
  'release-before-add': {
    title: 'An object can be released before its action is registered',
    severity: 'warning',
    what: 'The object is visible to others before its teardown is registered as a devm action.',
    why: 'A path that finds it in between releases an action that is not there: a WARN, no teardown, and the action is registered afterwards.',
    action: 'Register the teardown before the object can be found, or hold the lock that its deleters take until it is registered.',
    consequence: 'WARN: the action is not on the device yet',
  },
  'late-add': {
    title: 'An action is added to a device that was already released',
    severity: 'warning',
    what: 'A devm action is added after the devres of its device was released.',
    why: 'Nothing runs it at that unbind: the object outlives its driver, and the next probe fails with "Resources present before probing".',
    action:
      'Refuse new objects once the owner is going away: a flag that the teardown sets and that the constructor tests under the same lock.',
    consequence: 'the action stays on an unbound device',
  },
  'use-after-unregister': {
    title: 'A device is used as if alive after it was unregistered',
    severity: 'warning',
    what: 'A path goes on configuring or attaching a device that another path has unregistered.',
    why: 'A reference keeps the memory, not the registration: what is set up now is never torn down again.',
    action: 'Test under the lock of the teardown that the device is still registered.',
    consequence: 'the device is already unregistered',
  },
  'drain-deadlock': {
    title: 'A removal waits for a handler that waits for its lock',
    severity: 'error',
    what: 'An attribute or callback is removed with a lock held that its running handler takes.',
    why: 'The removal waits without timeout until the handler returns, and the handler waits for the lock: both tasks hang.',
    action: 'Do not take that lock in the handler, or remove the attribute or callback before taking the lock.',
    consequence: 'DEADLOCK: neither can go on',
  },
  'lost-teardown': {
    title: 'Nobody tears the object down',
    severity: 'warning',
    what: 'The action was removed, or a reference taken, and no path tears the object down or drops the reference.',
    why: 'The device stays registered without an owner and its memory is never freed.',
    action: 'Let the path that takes the action off the list run the teardown, on every one of its exits.',
    consequence: 'nobody tears the object down any more',
  },
  'non-atomic-guard': {
    title: 'A flag meant to pick one winner is tested and set in two steps',
    severity: 'warning',
    what: 'A flag that decides who tears down is tested and set in two separate steps with no lock held.',
    why: 'Both paths can see it clear before either sets it.',
    action: 'Use test_and_set_bit() or xchg(), or hold a lock across the test and the set.',
    consequence: 'both paths passed the test',
  },
  'unchecked-add-action': {
    title: 'The result of devm_add_action() is ignored',
    severity: 'warning',
    what: 'A devm action is added and its result is not looked at.',
    why: 'On -ENOMEM the action is not registered: devm_add_action() has not run it, devm_add_action_or_reset() already has, and the code goes on in both cases.',
    action: 'Use devm_add_action_or_reset() and return its error.',
    consequence: 'the action may not be registered',
  },
  'wrong-host': {
    title: 'An action is released from another device than it was added to',
    severity: 'warning',
    what: 'The device an action is removed or released from is not the one it was added to.',
    why: 'The entry is not found there: a WARN, and the action still runs when its real device is unbound.',
    action: 'Pass the device that was given to devm_add_action().',
    consequence: 'WARN: the action is on another device',
  },
  'release-order': {
    title: 'An action uses what a later registered one has already released',
    severity: 'warning',
    what: 'devres unwinds newest first, and an action uses an object whose release runs before it.',
    why: 'The older action runs last and finds what it needs gone.',
    action: 'Register what is needed first, so that it is released last, or hold a reference.',
    consequence: 'already released by a newer action',
  },
  'self-removal': {
    title: 'A handler removes the attribute it runs in',
    severity: 'warning',
    what: 'A sysfs handler reaches the removal of its own attribute.',
    why: 'The removal waits for all running handlers, this one included, and never returns.',
    action: 'Use device_remove_file_self(), or leave the removal to a work item.',
    consequence: 'waits for itself',
  },
  'lockless-driver-check': {
    title: 'dev->driver is tested without the device lock',
    severity: 'warning',
    what: 'A path tests dev->driver without the device lock to see whether a device is bound.',
    why: 'Unbind runs the devm actions before it clears the pointer, so the test proves nothing.',
    action: 'Hold the device lock across the test and what depends on it.',
    consequence: '->driver is still set though unbind runs',
  },
  'nowarn-in-driver': {
    title: 'devm_remove_action_nowarn() in a driver',
    severity: 'information',
    what: 'A driver removes a devm action and does not want to know whether it was there.',
    why: 'Its kernel-doc calls that an abuse in ordinary drivers: one who does not know whether the action is registered does not know who owns the object.',
    action: 'Track the ownership of the object under a lock; where the call stays, act on its result.',
    consequence: 'who owns the object is not known here',
  },
  'unlocked-teardown-read': {
    title: 'The teardown reads without the lock what is written under it',
    severity: 'warning',
    what: 'The teardown reads a field without the lock under which a constructor or handler writes it.',
    why: 'It may see the old value, or a new one before what it points to, and tear down too little or too much.',
    action: 'Take the lock of the writers, or publish with smp_store_release() and read with smp_load_acquire().',
    consequence: 'read without the lock of its writers',
  },
};

/** All rules in the order of the documentation. */
export const RULES: readonly RuleInfo[] = (Object.keys(ENTRIES) as RuleId[]).map((id) => ({
  id,
  ...ENTRIES[id],
  doc: `findings/rules/${id}/doc.md`,
}));

export function isRuleId(text: string): text is RuleId {
  return Object.hasOwn(ENTRIES, text);
}

export function ruleInfo(id: RuleId): RuleInfo {
  return { id, ...ENTRIES[id], doc: `findings/rules/${id}/doc.md` };
}
