import type { EffectCode, Machine, NativeCode } from '../machine';
import { ERR, FOUND_KEY, ONE, TOP, ZERO } from '../values';
import { callbackOf, callFn } from './calls';

/** lib/xarray.c, lib/idr.c, include/linux/list.h. A container is known by its address. */

/** Waits for who holds the container's own lock around several operations (xa_lock()). */
function awaitLock(m: Machine, container: number): void {
  const name = `lock ${container}`;
  if (!m.holds(name)) m.await(name, 'exclusive', 'xa_lock() of the array');
}

export const insert: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'insert') return TOP;
  const container = args[effect.container] ?? TOP;
  const item = args[effect.item] ?? TOP;
  const object = m.tracked(item);
  m.touch(null);
  const fails = effect.result === 'errno' || effect.result === 'id';
  if (container === TOP || (!object && item !== ZERO)) return fails ? TOP : ZERO;
  if (effect.locks) awaitLock(m, container);
  if (fails && m.choose(2) === 1) return ERR;
  const found = effect.key === undefined ? m.values.sym(`${FOUND_KEY}${m.values.show(item)}`) : null;
  const given = found ?? args[effect.key as number] ?? TOP;
  if (found !== null && effect.idAt !== undefined) m.write(args[effect.idAt] ?? TOP, found, false);
  const key = given === TOP ? m.nameUnknown(step.args[effect.key ?? -1], `key of ${m.values.show(item)}`) : given;
  const members = m.members(container);
  const old = members.find((x) => m.values.equal(x.key, key) === true);
  if (old && fails) return m.values.err('EBUSY');
  const rest = members.filter((x) => x !== old);
  if (object) m.publish(object);
  m.setMembers(container, item === ZERO ? rest : [...rest, { key, item }]);
  m.event('insert', null);
  if (effect.result === 'id') return found ?? TOP;
  return effect.result === 'old' ? (old?.item ?? ZERO) : ZERO;
};

/** The key under which a member is stored; one that is read from the member itself is taken for the one it was stored under. */
function isKeyOf(m: Machine, member: { key: number; item: number }, key: number): boolean {
  if (m.values.equal(member.key, key) === true) return true;
  const [stored, wanted, object] = [m.values.get(member.key), m.values.get(key), m.values.objectOf(member.item)];
  return (
    stored.k === 'sym' && stored.name.startsWith('key of ') && wanted.k === 'sym' && wanted.name.startsWith(`&(${object?.name ?? ''}).`)
  );
}

/** Members a key may stand for: the one stored under it, or any when the key is not known. */
function matching(m: Machine, container: number, key: number): { key: number; item: number }[] {
  const members = m.members(container);
  const exact = members.filter((x) => isKeyOf(m, x, key));
  if (exact.length > 0) return exact;
  return members.filter((x) => m.values.equal(x.key, key) !== false && !areSiblings(m, x.key, key));
}

/** Unknown values of one member in two objects: what objects are filed under tells them apart (xa_insert() refuses a key that is taken). */
function areSiblings(m: Machine, a: number, b: number): boolean {
  const member = (value: number) => {
    const known = m.values.get(value);
    return known.k === 'sym' ? /^&\((.+)#\d+\)\.(.+)$/.exec(known.name) : null;
  };
  const [l, r] = [member(a), member(b)];
  return a !== b && l !== null && r !== null && l[1] === r[1] && l[2] === r[2];
}

export const load: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'load-container') return TOP;
  const container = args[effect.container] ?? TOP;
  if (container === TOP || !m.isContainer(step.args[effect.container])) return TOP;
  m.touch(null);
  const key = args[effect.key] ?? TOP;
  const ways = effect.first ? [m.members(container)[0] ?? null] : [null, ...matching(m, container, key)];
  const found = ways[m.choose(ways.length)] ?? null;
  if (!found) return ZERO;
  m.event('find', null);
  // What it was found by is its key, for a later removal by the same variable.
  if (key === TOP && !effect.first) m.learn(step.args[effect.key], found.key);
  return found.item;
};

export const erase: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'erase') return TOP;
  const container = args[effect.container] ?? TOP;
  if (container === TOP || !m.isContainer(step.args[effect.container])) return TOP;
  m.touch(null);
  if (effect.locks) awaitLock(m, container);
  const key = args[effect.key] ?? TOP;
  const found = matching(m, container, key);
  const exact = found.length === 1 && found[0] !== undefined && isKeyOf(m, found[0], key);
  const wanted = effect.item === undefined ? null : (args[effect.item] ?? TOP);
  const ways = exact ? found : [null, ...found];
  const picked = ways[m.choose(ways.length)] ?? null;
  if (!picked || (wanted !== null && m.values.equal(picked.item, wanted) === false)) return picked?.item ?? ZERO;
  m.setMembers(
    container,
    m.members(container).filter((x) => x.item !== picked.item || x.key !== picked.key),
  );
  m.event('erase', null);
  return picked.item;
};

export const insertLink: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'insert-link') return TOP;
  const link = args[effect.link] ?? TOP;
  const container = args[effect.container] ?? TOP;
  const object = m.tracked(link);
  if (!object || container === TOP) return TOP;
  m.use(link, true);
  m.publish(object);
  // list_move() takes it off the list that it is on.
  const from = m.get(`linked ${link}`);
  if (from !== undefined)
    m.setMembers(
      from,
      m.members(from).filter((x) => x.item !== link),
    );
  m.setMembers(container, [...m.members(container), { key: link, item: link }]);
  m.set(`linked ${link}`, container);
  m.event('insert', null);
  return TOP;
};

/** list_del() of an entry that is on no list corrupts memory; list_del_init() of one does nothing. */
export const eraseLink: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'erase-link') return TOP;
  const link = args[effect.link] ?? TOP;
  const object = m.tracked(link);
  if (!object) return TOP;
  m.use(link, false);
  m.touch(null);
  const container = m.get(`linked ${link}`);
  if (container === undefined) {
    if (!effect.init && m.get(`unlinked ${link}`) !== undefined) {
      m.event('erase', null);
      m.stop('double-teardown', `list_del() runs a second time on ${m.typeName(object)}`);
    }
    return TOP;
  }
  m.setMembers(
    container,
    m.members(container).filter((x) => x.item !== link),
  );
  m.clear(`linked ${link}`);
  if (!effect.init) m.set(`unlinked ${link}`, ONE);
  m.event('erase', null);
  return TOP;
};

export const empty: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op !== 'container-empty') return TOP;
  const container = args[effect.container] ?? TOP;
  m.touch(null);
  if (m.tracked(container)) {
    m.use(container, false);
    return m.get(`linked ${container}`) === undefined ? ONE : ZERO;
  }
  return m.members(container).length > 0 ? ZERO : m.choose(2) === 0 ? ONE : ZERO;
};

export const forEachItem: EffectCode = (m, step, args) => {
  const effect = step.effect;
  const callback = effect?.op === 'for-each-item' ? callbackOf(m, step, args[effect.fn]) : undefined;
  if (effect?.op !== 'for-each-item' || !callback) return TOP;
  const marker = m.values.sym('each item');
  const list = m.values.tuple(callback.argMap.map((i) => (i < 0 ? marker : (args[i] ?? TOP))));
  m.pushNative(
    'for-each-item',
    [args[effect.container] ?? TOP, m.values.fn(callback.fn.id), list, m.values.emptyTuple, ZERO, marker],
    step.dst,
  );
  return TOP;
};

export const forEachItemNative: NativeCode = (m, frame) => {
  const [container = TOP, fn = TOP, args = TOP, visited = TOP, result = ZERO, marker = TOP] = frame.vars;
  const stop = frame.pc === 1 && (m.values.truth(result) ?? m.choose(2) === 0);
  if (stop) return m.pop(result);
  m.touch(null);
  const seen = m.values.items(visited);
  const next = m.members(container).find((x) => !seen.includes(x.item));
  if (!next) return m.pop(ZERO);
  m.event('find', null);
  m.stage(frame, 1, [container, fn, args, m.values.tuple([...seen, next.item]), ZERO, marker]);
  callFn(
    m,
    fn,
    m.values.items(args).map((a) => (a === marker ? next.item : a)),
    4,
  );
};
