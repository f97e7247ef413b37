import { describe, expect, it } from 'vitest';
import { endIf, handler, type Parts, PUBLISH, rulesOf } from './shelf';

const MEMBERS = {
  jar: 'bool dead; unsigned int gone:1; atomic_t ends; atomic64_t ends64; refcount_t users; unsigned int state; struct mutex lock;',
  globals: 'enum jar_state { JAR_LIVE, JAR_DYING };\n',
};

const enders = (end: string, more: Parts = {}) =>
  rulesOf({ globals: MEMBERS.globals, end, ...more, jar: `${MEMBERS.jar} ${more.jar ?? ''}` }, 'end_store', 'end_store');

describe('one operation picks one winner (include/linux/atomic, bitops.h, lib/xarray.c, list.h)', () => {
  it.each([
    ['test_and_set_bit', '!test_and_set_bit(0, &jar->flags)'],
    ['xchg', '!xchg(&jar->dead, true)'],
    ['cmpxchg', 'cmpxchg(&jar->state, JAR_LIVE, JAR_DYING) == JAR_LIVE'],
    ['atomic_xchg', '!atomic_xchg(&jar->ends, 1)'],
    ['atomic_cmpxchg', 'atomic_cmpxchg(&jar->ends, 0, 1) == 0'],
    ['atomic_cmpxchg_acquire', 'atomic_cmpxchg_acquire(&jar->ends, 0, 1) == 0'],
    ['atomic_inc_return', 'atomic_inc_return(&jar->ends) == 1'],
    ['atomic_fetch_inc', 'atomic_fetch_inc(&jar->ends) == 0'],
    ['atomic64_inc_return', 'atomic64_inc_return(&jar->ends64) == 1'],
  ])('%s', (_, won) => expect(enders(endIf(won))).toEqual([]));

  it('a count that is set before, and dropped', () => {
    const prepare = 'atomic_set(&jar->ends, 1);';
    expect(enders(endIf('atomic_dec_and_test(&jar->ends)'), { prepare })).toEqual([]);
    expect(enders(endIf('atomic_read(&jar->ends) == 1'), { prepare })).toContain('double-release');
  });
  it('xa_erase()', () => {
    const end = (pick: string) => `${pick}\n\tif (jar)\n\t\tdevm_release_action(shelf->host, jar_unregister, jar);`;
    expect(enders(end('jar = xa_erase(&shelf->jars, 0);'), { publish: PUBLISH })).toEqual([]);
    expect(enders(end('jar = xa_load(&shelf->jars, 0);'), { publish: PUBLISH })).toContain('double-release');
  });
  it('xa_cmpxchg()', () => {
    const end = (won: string) =>
      `jar = xa_load(&shelf->jars, 0);\n\tif (jar && ${won})\n\t\tdevm_release_action(shelf->host, jar_unregister, jar);`;
    expect(enders(end('xa_cmpxchg(&shelf->jars, 0, jar, NULL, GFP_KERNEL) == jar'), { publish: PUBLISH })).toEqual([]);
    expect(enders(end('!xa_is_err(xa_store(&shelf->jars, 0, NULL, GFP_KERNEL))'), { publish: PUBLISH })).toContain('double-release');
  });
  it('list_del_init() of who still finds it listed, under one lock', () => {
    const end = (enter: string, leave: string) => `
	struct device *child = device_find_child_by_name(dev, buf);
	bool won;

	if (!child)
		return -ENODEV;
	jar = container_of(child, struct jar, dev);
	${enter}
	won = !list_empty(&jar->link);
	list_del_init(&jar->link);
	${leave}
	if (won)
		devm_release_action(shelf->host, jar_unregister, jar);
	put_device(child);`;
    const prepare = 'mutex_lock(&shelf->lock);\n\tlist_add_tail(&jar->link, &shelf->list);\n\tmutex_unlock(&shelf->lock);';
    expect(enders(end('mutex_lock(&shelf->lock);', 'mutex_unlock(&shelf->lock);'), { prepare })).toEqual([]);
    expect(enders(end('', ''), { prepare })).toContain('double-release');
  });
});

describe('a test and a change are two steps', () => {
  const flag = (test: string, set: string, enter = '', leave = '') => `
	struct device *child = device_find_child_by_name(dev, buf);
	bool won;

	if (!child)
		return -ENODEV;
	jar = container_of(child, struct jar, dev);
	${enter}
	won = !(${test});
	${set}
	${leave}
	if (won)
		devm_release_action(shelf->host, jar_unregister, jar);
	put_device(child);`;
  const flags: [string, string, string][] = [
    ['a bit', 'test_bit(0, &jar->flags)', 'set_bit(0, &jar->flags);'],
    ['a bool', 'jar->dead', 'jar->dead = true;'],
    ['a bitfield', 'jar->gone', 'jar->gone = 1;'],
    ['a bit in a mask', 'jar->state & BIT(1)', 'jar->state |= BIT(1);'],
    ['an enum', 'jar->state == JAR_DYING', 'jar->state = JAR_DYING;'],
    ['an atomic', 'atomic_read(&jar->ends)', 'atomic_set(&jar->ends, 1);'],
    ['READ_ONCE()', 'READ_ONCE(jar->dead)', 'WRITE_ONCE(jar->dead, true);'],
  ];
  it.each(flags)('%s', (_, test, set) => expect(enders(flag(test, set))).toContain('double-release'));
  it.each(flags)('%s, under one lock', (_, test, set) => {
    expect(enders(flag(test, set, 'mutex_lock(&shelf->lock);', 'mutex_unlock(&shelf->lock);'))).toEqual([]);
    expect(enders(flag(test, set, 'guard(mutex)(&shelf->lock);', ''))).toEqual([]);
  });
});

describe('the lock of an array', () => {
  const look = (enter: string, leave: string) =>
    handler(
      'look',
      `${enter}\n\tjar = xa_load(&shelf->jars, 0);\n\tif (jar)\n\t\tget_device(&jar->dev);\n\t${leave}\n\tif (jar)\n\t\tput_device(&jar->dev);`,
    );
  const rules = (enter: string, leave: string) =>
    rulesOf(
      {
        publish: PUBLISH,
        end: 'jar = xa_erase(&shelf->jars, 0);\n\tif (jar)\n\t\tdevm_release_action(shelf->host, jar_unregister, jar);',
        attributes: ['look'],
        more: look(enter, leave),
      },
      'end_store',
      'look_store',
    );
  it('keeps xa_erase() out', () => expect(rules('xa_lock(&shelf->jars);', 'xa_unlock(&shelf->jars);')).toEqual([]));
  it('without it what was found may go', () => expect(rules('', '')).toContain('use-after-free'));
});

describe('membership decides who is found (lib/xarray.c, lib/idr.c, include/linux/list.h)', () => {
  const members = { shelf: 'struct idr ids; struct hlist_head heads;', jar: 'struct hlist_node node; int id;' };
  const locked = (body: string) => `mutex_lock(&shelf->lock);\n\t${body}\n\tmutex_unlock(&shelf->lock);`;
  const store = 'xa_store(&shelf->jars, 0, jar, GFP_KERNEL);';
  it.each([
    ['xarray', store, 'jar = xa_load(&shelf->jars, 0);', 'xa_erase(&shelf->jars, 0);'],
    ['xa_for_each', store, 'xa_for_each(&shelf->jars, i, at) jar = at;', 'xa_erase(&shelf->jars, 0);'],
    [
      'idr',
      'rc = idr_alloc(&shelf->ids, jar, 0, 0, GFP_KERNEL);\n\tif (rc >= 0)\n\t\tjar->id = rc;',
      'idr_for_each_entry(&shelf->ids, at, i) jar = at;',
      'idr_remove(&shelf->ids, jar->id);',
    ],
    [
      'xa_alloc',
      'if (xa_alloc(&shelf->jars, &jar->id, jar, xa_limit_32b, GFP_KERNEL)) jar->flags = 1;',
      'xa_for_each(&shelf->jars, i, at) jar = at;',
      'xa_erase(&shelf->jars, jar->id);',
    ],
    [
      'list',
      'list_add(&jar->link, &shelf->list);',
      'jar = list_first_entry_or_null(&shelf->list, struct jar, link);',
      'list_del(&jar->link);',
    ],
    [
      'list_empty',
      'list_add(&jar->link, &shelf->list);',
      'if (!list_empty(&shelf->list)) jar = list_first_entry(&shelf->list, struct jar, link);',
      'list_del(&jar->link);',
    ],
    [
      'hlist',
      'hlist_add_head(&jar->node, &shelf->heads);',
      'hlist_for_each_entry(at, &shelf->heads, node) jar = at;',
      'hlist_del(&jar->node);',
    ],
  ])('%s', (_, add, find, take) => {
    const end = (taken: string) =>
      `struct jar *at;\n\tunsigned long i;\n\t${locked(`${find}\n\tif (jar) {\n\t\t${taken}\n\t}`)}\n\tif (jar)\n\t\tdevm_release_action(shelf->host, jar_unregister, jar);`;
    expect(enders(end(take), { ...members, publish: locked(add) })).toEqual([]);
    expect(enders(end('jar->flags = 0;'), { ...members, publish: locked(add) })).toContain('double-release');
  });
});
