import type { EffectCode, NativeCode } from '../machine';
import { RUNNING } from '../state';
import { ONE, TOP } from '../values';

/** Attributes that a driver puts on a device which is not its own: fs/sysfs/group.c. The device stays. */
export const removeGroups: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const value = effect?.op === 'remove-groups' ? (args[effect.dev] ?? TOP) : TOP;
  const object = m.values.objectOf(value);
  // Only handlers of the one device that all threads mean are started on a device that is no tracked object.
  if (object?.kind === 'deref' || object?.kind === 'instance') m.pushNative('remove-groups', [m.values.ptr(object.id, '')], step.dst);
  return TOP;
};

/** Nobody enters the handlers any more, then the running ones are waited for, with no timeout (kernfs_drain). */
export const removeGroupsNative: NativeCode = (m, frame) => {
  const object = m.values.objectOf(frame.vars[0] ?? TOP);
  if (!object) return m.pop(TOP);
  if (frame.pc === 0) {
    m.touch(null);
    m.set(`removed ${object.id}`, ONE);
    m.event('remove-groups', null, 'sysfs_remove_groups(): attributes removed');
    return m.stage(frame, 1);
  }
  const running = (i: number) => {
    const thread = m.threadAt(i);
    return i !== m.t && thread?.status === RUNNING && thread.on === object.id && m.get(`unprotected ${i}`) === undefined;
  };
  const on = Array.from({ length: m.threadCount }, (_, i) => i).filter(running);
  m.touch(null);
  if (on.length > 0) m.block({ kind: 'drain', on, what: `the running handlers of ${object.name}` });
  m.pop(TOP);
};
