import type { FnDef } from '../program/types';
import type { Machine } from './machine';
import type { Event, Frame, NativeName } from './state';
import type { Moment } from './step-state';
import { ERR } from './values';

/** One call that a thread is in. */
export interface Call {
  name: string;
  /** Where it stands; null in a function of the kernel, which has no source here. */
  site: { fn: FnDef; at: number; end: number } | null;
}

const NATIVES: Record<Exclude<NativeName, 'run-action'>, string> = {
  'locked-entry': 'call_driver_probe',
  unbind: 'device_release_driver',
  'release-list': 'release_nodes',
  'device-add': 'device_add',
  'device-del': 'device_del',
  'remove-groups': 'sysfs_remove_groups',
  'lost-removal': 'kernfs_remove_self',
  'for-each-child': 'device_for_each_child',
  'find-match': 'device_find_child',
  'for-each-item': 'xa_for_each',
  'wait-work': '__flush_work',
  'wait-callback': 'the wait for the callback',
  'wait-irq': '__synchronize_irq',
  'open-file': 'a task with the file open',
  'cdev-del': 'cdev_del',
  'kobject-cleanup': 'kobject_cleanup',
  'exported-entry': 'a caller that is not known',
};

/** The calls that the thread of an event is in, innermost first. */
export function callStack(machine: Machine, event: Event, { frames }: Moment): Call[] {
  const out: Call[] = [];
  // What the event says of its place is said of the innermost function that has a source.
  let site = event.fn && event.at >= 0 ? { fn: event.fn, at: event.at, end: event.end } : null;
  for (let i = frames.length - 1; i >= 0; i--) {
    const { code, pc } = frames[i] as Frame;
    if (typeof code === 'string') out.push({ name: nativeName(frames, i), site: null });
    else {
      out.push({ name: code.fn.fn.name, site: site?.fn === code.fn ? site : machine.callSite(code, pc) });
      site = null;
    }
  }
  if (out.length > 0) return out;
  return [{ name: event.fn?.fn.name ?? NATIVES.unbind, site }];
}

/** Who calls an action: unbind, a release, or a registration that found no memory. */
function nativeName(frames: readonly Frame[], index: number): string {
  const { code, vars } = frames[index] as Frame;
  if (code !== 'run-action') return NATIVES[code as Exclude<NativeName, 'run-action'>];
  const caller = frames[index - 1]?.code;
  if (caller === 'unbind' || caller === 'device-del') return 'devres_release_all';
  if (caller === 'release-list') return 'devres_release_group';
  return vars[2] === ERR ? 'devm_add_action_or_reset' : 'devm_release_action';
}
