import type { EffectCode, Machine, NativeCode } from '../machine';
import { NONZERO, ONE, TOP, ZERO } from '../values';
import { runNewest, take } from './devres';
import { addEntry, entriesOf, setEntries } from './devres-list';

/** Groups of devres entries: drivers/base/devres.c devres_open_group() and its like. A group is two marks in the list of its host. */
const opened = (m: Machine) => m.values.sym('group begins');
const closed = (m: Machine) => m.values.sym('group ends');

/** Named NULL, its mark is its name; the call returns the name. */
export const openGroup: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'open-group') return TOP;
  const given = args[effect.id] ?? TOP;
  const id = given === ZERO ? m.values.ptr(m.values.object(`group opened at ${m.stepName(step)}`, 'opaque', null).id, '') : given;
  m.touch(null);
  if (m.choose(2) === 1) return ZERO;
  addEntry(m, args[effect.host] ?? TOP, { fn: opened(m), data: id });
  return m.values.truth(id) === true ? id : NONZERO;
};

export const closeGroup: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'close-group') return TOP;
  m.touch(null);
  addEntry(m, args[effect.host] ?? TOP, { fn: closed(m), data: args[effect.id] ?? TOP });
  return TOP;
};

/** Where the group of that name begins and ends; with no name the newest that is open. */
function find(m: Machine, host: number, id: number): { from: number; to: number } | null {
  const entries = entriesOf(m, host);
  const isIt = (data: number) => id === ZERO || m.values.equal(data, id) !== false;
  const from = entries.findLastIndex((entry) => entry.fn === opened(m) && isIt(entry.data));
  if (from < 0) return null;
  const end = entries.findIndex((entry, i) => i > from && entry.fn === closed(m) && isIt(entry.data));
  return { from, to: end < 0 ? entries.length : end + 1 };
}

export const endGroup: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'end-group') return TOP;
  const host = args[effect.host] ?? TOP;
  const group = find(m, host, args[effect.id] ?? TOP);
  m.touch(null);
  if (!group) return TOP;
  const entries = entriesOf(m, host);
  const isMark = (i: number) => entries[i]?.fn === opened(m) || entries[i]?.fn === closed(m);
  const inside = (i: number) => i >= group.from && i < group.to;
  if (!effect.release) {
    setEntries(
      m,
      host,
      entries.filter((_, i) => !(inside(i) && isMark(i))),
    );
    return TOP;
  }
  m.event('devres-release-all', null, 'devres_release_group(): takes the group');
  const taken = entries.filter((_, i) => inside(i) && !isMark(i));
  const list = take(
    m,
    host,
    taken,
    entries.filter((_, i) => !inside(i)),
  );
  m.pushNative('release-list', [list], step.dst);
  return ONE;
};

/** Runs a private list of entries, newest first. */
export const releaseListNative: NativeCode = (m, frame) => {
  const [list = TOP] = frame.vars;
  if (!runNewest(m, list, (rest) => m.stage(frame, 0, [rest]))) m.pop(TOP);
};
