import type { EffectCode, Machine, NativeCode } from '../machine';
import { DRIVER_GROUPS, RUNNING } from '../state';
import { ERR, ONE, TOP, ZERO } from '../values';
import { callFn } from './calls';
import { addEntry, type Entry, entriesOf, groupsRelease, memoryRelease, releaseOf, SOURCES, setEntries } from './devres-list';
import { madeByDriver } from './memory';

/** drivers/base/devres.c: a host's list of actions, newest last; and unbind, which takes the whole list at once. */

/** Where an entry is or went. */
export const IN_LIST = 1;
export const TAKEN = 2;
export const MOVED = 3;

const historyName = (entry: Entry) => `history ${entry.fn}:${entry.data}`;

export const addAction: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'add-action') return TOP;
  const host = args[effect.host] ?? TOP;
  const entry = { fn: args[effect.action] ?? TOP, data: args[effect.data] ?? TOP };
  const object = m.tracked(entry.data);
  if (!object && !removesFiles(m, entry.fn)) return m.choose(2) === 0 ? ZERO : ERR;
  if (object) m.use(entry.data, false);
  m.touch(null);
  if (m.choose(2) === 1) {
    if (!effect.reset) return ERR;
    m.event('add-action', null, 'devm_add_action_or_reset(): no memory, the action runs at once');
    m.pushNative('run-action', [entry.fn, entry.data, ERR], step.dst);
    return TOP;
  }
  addEntry(m, host, entry);
  if (object) {
    m.publish(object);
    m.setCount(historyName(entry), IN_LIST);
  }
  m.event('add-action', null);
  if (object && m.get(`released ${host}`) !== undefined)
    m.violate('late-add', 'the action is added to a host whose devres were already released, and survives its unbind');
  return ZERO;
};

/** An action that is given no object of the subject matters where it ends handlers: it removes files of debugfs. */
function removesFiles(m: Machine, fn: number): boolean {
  const value = m.values.get(fn);
  const def = value.k === 'fn' ? m.view.program.functions[value.id] : undefined;
  return def !== undefined && m.slicer.relevance.removesFiles(def);
}

/** Moves a host's whole list to a private one: nobody finds its entries any more. */
export function takeAll(m: Machine, host: number): number {
  const entries = entriesOf(m, host);
  return entries.length === 0 ? m.values.emptyTuple : take(m, host, entries, []);
}

/** What the probe of a driver has added to the devres of its device, for the objects that it has made. */
export function takeOfDriver(m: Machine, driver: string): number {
  const isIts = ({ data }: Entry): boolean => {
    const object = m.tracked(data);
    return object !== null && m.get(madeByDriver(object)) === m.values.sym(driver);
  };
  const taken: number[] = [];
  for (const host of m.slotsWith('devres ').map(Number)) {
    const entries = m.tracked(host) ? [] : entriesOf(m, host);
    const own = entries.filter(isIts);
    if (own.length > 0) {
      const list = take(
        m,
        host,
        own,
        entries.filter((entry) => !own.includes(entry)),
      );
      taken.push(...m.values.items(list));
    }
  }
  return m.values.tuple(taken);
}

/** Moves some of a host's entries to a private list, and leaves the others. */
export function take(m: Machine, host: number, taken: Entry[], left: Entry[]): number {
  for (const entry of taken) if (m.values.get(entry.fn).k === 'fn') m.setCount(historyName(entry), MOVED);
  setEntries(m, host, left);
  return m.values.tuple(taken.flatMap((e) => [e.fn, e.data]));
}

/** Runs the newest entry of a private list, when the caller has seen to what is done with the rest; false when it is empty. */
export function runNewest(m: Machine, list: number, proceed: (rest: number) => void): boolean {
  const items = m.values.items(list);
  if (items.length === 0) return false;
  proceed(m.values.tuple(items.slice(0, -2)));
  const fn = items.at(-2) as number;
  m.event('run-action', null, `devres_release_all(): ${fn === memoryRelease(m) ? 'frees the memory' : 'calls the action'}`);
  m.pushNative('run-action', [fn, items.at(-1) as number, TOP]);
  return true;
}

/** Takes the newest matching entry off; null when there is none. */
function unlink(m: Machine, host: number, wanted: Entry): Entry | null {
  for (const candidate of [host, ...m.otherHosts(host)]) {
    const entries = entriesOf(m, candidate);
    for (let i = entries.length - 1; i >= 0; i--) {
      const entry = entries[i] as Entry;
      if (entry.fn !== wanted.fn || m.values.equal(entry.data, wanted.data) === false) continue;
      if (candidate !== host) m.assumptions.add(`${m.values.show(host)} and ${m.values.show(candidate)} are the same device`);
      setEntries(
        m,
        candidate,
        entries.filter((_, at) => at !== i),
      );
      m.setCount(historyName(entry), TAKEN);
      return entry;
    }
  }
  return null;
}

/** Which race left the entry missing. */
function missing(m: Machine, entry: Entry, api: string): void {
  const history = m.count(historyName(entry));
  if (history === MOVED) m.violate('release-vs-unbind', `${api} finds no entry: devres_release_all() has moved it to its own list`);
  else if (history === IN_LIST) m.violate('wrong-host', `${api} finds no entry: the action was added to another device`);
  else if (history === TAKEN) m.violate('double-release', `${api} finds no entry: another release has taken it`);
  else m.violate('release-before-add', `${api} finds no entry: the object can be found before its action is added`);
}

export const releaseAction: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'release-action') return TOP;
  const wanted = { fn: args[effect.action] ?? TOP, data: args[effect.data] ?? TOP };
  if (!m.tracked(wanted.data)) return TOP;
  m.touch(null);
  m.event('release-action', null);
  const entry = unlink(m, args[effect.host] ?? TOP, wanted);
  if (!entry) {
    missing(m, wanted, 'devm_release_action()');
    return TOP;
  }
  m.pushNative('run-action', [entry.fn, entry.data, ZERO], step.dst);
  return TOP;
};

export const removeAction: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'remove-action') return TOP;
  const wanted = { fn: args[effect.action] ?? TOP, data: args[effect.data] ?? TOP };
  if (!m.tracked(wanted.data)) return TOP;
  m.touch(null);
  m.event('remove-action', null);
  if (unlink(m, args[effect.host] ?? TOP, wanted)) return ZERO;
  if (effect.warn) missing(m, wanted, 'devm_remove_action()');
  return m.values.err('ENOENT');
};

export const runActionNative: NativeCode = (m, frame) => {
  const [fn = TOP, data = TOP, result = TOP] = frame.vars;
  if (frame.pc === 1) return m.pop(result);
  m.stage(frame, 1);
  if (fn === memoryRelease(m)) {
    const object = m.tracked(data);
    m.touch(null);
    if (object && !m.isFreed(object)) m.free(object);
    return;
  }
  if (fn === groupsRelease(m)) return m.pushNative('remove-groups', [TOP, m.values.tuple([data])]);
  const source = SOURCES.find((known) => releaseOf(m, known) === fn);
  if (source) return m.pushNative('wait-callback', [data, m.values.sym(source)]);
  callFn(m, fn, [data], -1);
};

/** Set once the driver core has removed the groups of the host's driver. */
export const GROUPS_REMOVED = 'driver groups removed';

const UNBIND_LOCK = 0;
const UNBIND_REMOVE = 1;
const UNBIND_MOVE = 2;
const UNBIND_RUN = 3;
const UNBIND_GROUPS = 4;
const UNBIND_DRAIN = 5;

/** Waits for the running handlers of the driver's groups. */
export function drainGroups(m: Machine): void {
  const on: number[] = [];
  for (let i = 0; i < m.threadCount; i++) {
    const other = m.threadAt(i);
    if (other?.status === RUNNING && other.on === DRIVER_GROUPS && m.get(`unprotected ${i}`) === undefined) on.push(i);
  }
  if (on.length === 0) return;
  m.touch(null);
  m.block({ kind: 'drain', on, what: "the running handlers of the driver's groups" });
}

/**
 * device_release_driver(): the device lock, the groups of the driver removed and drained, ->remove, then devres_release_all(), which moves the whole list under
 * devres_lock and runs it newest first (drivers/base/dd.c __device_release_driver, devres.c devres_release_all).
 * What was registered before the explored code runs unwinds last, what a probe adds after the object it builds first.
 */
export const unbindNative: NativeCode = (m, frame) => {
  const [host = TOP, list = TOP, fixed = ZERO] = frame.vars;
  const lock = `lock device ${host}`;
  switch (frame.pc) {
    case UNBIND_LOCK: {
      m.touch(null);
      m.acquire(lock, 'write', 'device_lock() of the host');
      m.event('lock', null, 'driver unbind: device lock of the host');
      return m.stage(frame, UNBIND_GROUPS);
    }
    case UNBIND_GROUPS:
      m.set(GROUPS_REMOVED, ONE);
      m.touch(null);
      return m.stage(frame, UNBIND_DRAIN);
    case UNBIND_DRAIN: {
      drainGroups(m);
      return m.stage(frame, UNBIND_REMOVE);
    }
    case UNBIND_REMOVE: {
      m.stage(frame, UNBIND_MOVE);
      const remove = m.unbindSpec.remove;
      if (remove) m.pushCall(remove.fn, remove.args);
      return;
    }
    case UNBIND_MOVE: {
      const taken = takeAll(m, host);
      m.set(`released ${host}`, ONE);
      m.event('devres-release-all', null, 'devres_release_all(): takes the whole list');
      return m.stage(frame, UNBIND_RUN, [host, taken, ZERO]);
    }
    default: {
      const index = m.countOf(fixed);
      const { newer, older } = m.unbindSpec;
      if (index >= newer.length && runNewest(m, list, (rest) => m.stage(frame, UNBIND_RUN, [host, rest, fixed]))) return;
      const next = newer[index] ?? older[index - newer.length];
      if (next) {
        m.stage(frame, UNBIND_RUN, [host, list, m.values.int(index + 1)]);
        return m.pushCall(next.fn, [next.data]);
      }
      m.release(lock);
      m.note('unlock', 'driver unbind ends');
      return m.pop(TOP);
    }
  }
};
