import type { Effect } from '../../kernel';
import type { EffectCode, NativeCode } from '../machine';
import type { NativeName } from '../state';
import { TOP, ZERO } from '../values';
import * as bits from './bits';
import * as callbacks from './callbacks';
import * as containers from './containers';
import * as devices from './devices';
import * as devres from './devres';
import * as devresGroups from './devres-groups';
import * as driverData from './driver-data';
import * as files from './files';
import * as groups from './groups';
import * as locks from './locks';
import * as memory from './memory';
import * as references from './references';
import * as values from './values';
import * as waiting from './waiting';
import * as work from './work';

const codes: Record<Effect['op'], EffectCode> = {
  'device-initialize': references.refInit,
  'device-add': devices.deviceAdd,
  'device-create': devices.deviceCreate,
  'device-del': devices.deviceDel,
  'device-destroy': devices.deviceDestroy,
  get: references.get,
  put: references.put,
  'ref-init': references.refInit,
  'find-child': devices.find,
  'find-device': devices.find,
  'for-each-child': devices.forEach,
  'for-each-device': devices.forEach,
  configure: devices.configure,
  'is-registered': devices.isRegistered,
  'driver-data': driverData.driverData,
  'set-driver-data': driverData.setDriverData,
  'remove-groups': groups.removeGroups,
  'remove-self': devices.removeSelf,
  'break-protection': devices.breakProtection,
  'kill-device': devices.killDevice,
  'add-action': devres.addAction,
  'remove-action': devres.removeAction,
  'release-action': devres.releaseAction,
  'open-group': devresGroups.openGroup,
  'close-group': devresGroups.closeGroup,
  'end-group': devresGroups.endGroup,
  lock: locks.lock,
  unlock: locks.unlock,
  alloc: memory.alloc,
  free: memory.free,
  insert: containers.insert,
  'insert-link': containers.insertLink,
  erase: containers.erase,
  'erase-link': containers.eraseLink,
  'load-container': containers.load,
  'container-empty': containers.empty,
  'for-each-item': containers.forEachItem,
  'test-bit': bits.testBit,
  'change-bit': bits.changeBit,
  'atomic-read': bits.atomicRead,
  'atomic-set': bits.atomicSet,
  'atomic-xchg': bits.atomicXchg,
  'atomic-cmpxchg': bits.atomicCmpxchg,
  'atomic-add': bits.atomicAdd,
  'queue-work': work.queueWork,
  'wait-work': work.waitWork,
  'enable-work': work.enableWork,
  'current-work': work.currentWork,
  'drain-queue': work.drainQueue,
  'reset-completion': waiting.resetCompletion,
  complete: waiting.complete,
  'wait-completion': waiting.waitCompletion,
  'wait-condition': waiting.waitCondition,
  arm: callbacks.arm,
  disarm: callbacks.disarm,
  'pin-file': files.pinFile,
  'quiet-irq': callbacks.quietIrq,
  'unmask-irq': callbacks.unmaskIrq,
  'is-err': values.isErr,
  'err-value': values.errValue,
  grace: locks.grace,
  'assert-held': locks.assertHeld,
  warn: values.warn,
  same: values.same,
  none: (_m, step) => (step.effect?.op === 'none' && step.effect.result === 'zero' ? ZERO : TOP),
};

/** The argument that an API dereferences whatever it is. */
function placeArgument(effect: Effect): number | undefined {
  switch (effect.op) {
    case 'lock':
    case 'unlock':
      return effect.key ? undefined : effect.lock;
    case 'insert':
    case 'erase':
    case 'load-container':
    case 'container-empty':
      return effect.container;
    case 'add-action':
    case 'release-action':
    case 'remove-action':
      return effect.host;
    case 'device-add':
    case 'find-child':
      return effect.op === 'device-add' ? effect.dev : effect.parent;
    default:
      return undefined;
  }
}

/** Runs the effect of a call; a function that the tables do not know may touch what it is given, and write to locals. */
export const runEffect: EffectCode = (m, step, args) => {
  const place = step.effect ? placeArgument(step.effect) : undefined;
  // No thread goes on after using an address below NULL.
  if (place !== undefined && args[place] === ZERO) m.prune();
  if (step.effect) return codes[step.effect.op](m, step, args);
  const callback = step.targets.find((target) => target.via === 'callback');
  if (callback && m.choose(2) === 0) {
    m.pushCall(
      callback.fn,
      callback.argMap.map((i) => (i < 0 ? TOP : (args[i] ?? TOP))),
      step.dst,
    );
    return TOP;
  }
  for (const arg of args)
    if (m.tracked(arg)) m.use(arg, false);
    else if (m.values.objectOf(arg)?.kind === 'local') m.write(arg, TOP);
  return TOP;
};

export const natives: Record<Exclude<NativeName, 'locked-entry'>, NativeCode> = {
  unbind: devres.unbindNative,
  'device-add': devices.deviceAddNative,
  'device-del': devices.deviceDelNative,
  'kobject-cleanup': devices.kobjectCleanupNative,
  'remove-groups': groups.removeGroupsNative,
  'lost-removal': devices.lostRemovalNative,
  'run-action': devres.runActionNative,
  'release-list': devresGroups.releaseListNative,
  'for-each-child': devices.forEachChildNative,
  'find-match': devices.findMatchNative,
  'for-each-item': containers.forEachItemNative,
  'wait-work': work.waitWorkNative,
  'wait-callback': callbacks.waitCallbackNative,
  'wait-irq': callbacks.waitIrqNative,
  'open-file': files.openFileNative,
  'cdev-del': files.cdevDelNative,
  'exported-entry': locks.exportedEntryNative,
};
