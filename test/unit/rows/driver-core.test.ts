import { describe, expect, it } from 'vitest';
import { endIf, handler, type Parts, rulesOf, UNBIND } from './shelf';

/** A handler of the jar's own. */
const own = (name: string, body: string) => `
static ssize_t ${name}_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct jar *jar = container_of(dev, struct jar, dev);

	${body}
	return len;
}
static DEVICE_ATTR_WO(${name});`;
const withOwn = (name: string, body: string, more: Parts = {}): Parts => ({ jarAttributes: [name], more: own(name, body), ...more });

describe('device_del() (drivers/base/core.c, fs/kernfs/dir.c)', () => {
  it('waits for the running handlers of its device', () => {
    expect(rulesOf(withOwn('level', 'jar->level++;'), 'level_store', UNBIND)).toEqual([]);
    // One that gave up its protection it does not wait for.
    expect(
      rulesOf(withOwn('level', 'sysfs_break_active_protection(&dev->kobj, &attr->attr);\n\tjar->level++;'), 'level_store', UNBIND),
    ).toContain('use-after-free');
  });
  it('waits again for one that took its protection back, in time', () => {
    const back =
      'void *kn = sysfs_break_active_protection(&dev->kobj, &attr->attr);\n\tsysfs_unbreak_active_protection(kn);\n\tjar->level++;';
    const rules = rulesOf(withOwn('level', back), 'level_store', UNBIND);
    // Between the two the device may go.
    expect(rules).toContain('use-after-free');
  });
  it('waits for a handler that waits for a lock of the remover', () => {
    const takes = (lock: string) =>
      rulesOf(
        withOwn('level', `mutex_lock(&jar->home->lock);\n\tjar->level++;\n\tmutex_unlock(&jar->home->lock);`, {
          teardown: `struct shelf *shelf = jar->home;\n\n\tmutex_lock(&shelf->${lock});\n\tdevice_unregister(&jar->dev);\n\tmutex_unlock(&shelf->${lock});`,
          shelf: 'struct mutex other;',
        }),
        'level_store',
        UNBIND,
      );
    expect(takes('lock')).toContain('drain-deadlock');
    expect(takes('other')).toEqual([]);
  });
  it('is called by the handler that it waits for', () => {
    const removes = (self: string) =>
      rulesOf(withOwn('remove', `${self}devm_release_action(jar->home->host, jar_unregister, jar);`), 'remove_store', 'remove_store');
    expect(removes('')).toContain('self-removal');
    expect(removes('if (device_remove_file_self(dev, attr)) ')).toEqual([]);
  });
  it('of device_remove_file_self() has one winner, whom the losers wait for', () => {
    const removes = (after: string) =>
      rulesOf(
        withOwn(
          'remove',
          `if (device_remove_file_self(dev, attr))\n\t\tdevm_release_action(jar->home->host, jar_unregister, jar);${after}`,
        ),
        'remove_store',
        'remove_store',
      );
    expect(removes('')).toEqual([]);
    // The loser goes on when the winner's handler has ended, and the jar with it.
    expect(removes('\n\telse\n\t\tjar->level = 0;')).toContain('use-after-free');
  });
  it('runs twice where nobody picks a winner; kill_device() picks one', () => {
    const end = (won: string) => `
	struct device *child = device_find_child_by_name(dev, buf);
	bool won;

	if (!child)
		return -ENODEV;
	jar = container_of(child, struct jar, dev);
	${won}
	if (won && !devm_remove_action_nowarn(shelf->host, jar_unregister, jar))
		device_unregister(&jar->dev);
	else if (won)
		pr_debug("%d", jar->level);
	put_device(child);`;
    const twice = end('won = true;').replace('won && !devm_remove_action_nowarn(shelf->host, jar_unregister, jar)', 'won');
    const kills = 'device_lock(child);\n\twon = kill_device(child);\n\tdevice_unlock(child);';
    expect(rulesOf({ end: twice }, 'end_store', 'end_store')).toContain('double-teardown');
    expect(rulesOf({ end: end(kills) }, 'end_store', 'end_store')).toEqual([]);
  });
});

describe('who finds a device', () => {
  const find = (how: string) =>
    `struct device *child = ${how};\n\n\tif (!child)\n\t\treturn -ENODEV;\n\tjar = container_of(child, struct jar, dev);\n\tjar->level = 1;\n\tput_device(child);`;
  const rules = (how: string) =>
    rulesOf({ end: endIf('!test_and_set_bit(0, &jar->flags)'), attributes: ['set'], more: handler('set', find(how)) }, 'set_store', UNBIND);
  it('has a reference to its memory, not to its registration', () => {
    expect(rules('device_find_child_by_name(dev, buf)')).toEqual(['use-after-unregister']);
    expect(
      rulesOf(
        { end: find('device_find_child_by_name(dev, buf)').replace('jar->level = 1;', 'pr_debug("%d", jar->level);') },
        'end_store',
        UNBIND,
      ),
    ).toEqual([]);
  });
  it('finds it on its bus until its attributes are gone, and after its children no more', () => {
    // The handler of the jar's own attribute sees what a lookup that began in its removal did.
    const seen = (how: string) => {
      const more = handler('set', find(how)).replace(
        'jar->level = 1;',
        'if (device_is_registered(child) && test_bit(1, &jar->flags)) devm_release_action(shelf->host, jar_unregister, jar);',
      );
      return rulesOf({ attributes: ['set'], more, before: 'set_bit(1, &jar->flags);' }, 'set_store', UNBIND);
    };
    expect(seen('bus_find_device_by_name(&jar_bus, NULL, buf)')).toContain('release-vs-unbind');
  });
});

describe('a device of no known struct', () => {
  /** Handlers that end what is below the shelf; `enter` and `leave` stand around the search and the end. */
  const ends = (body: string, [enter, leave]: [string, string]) => `
static int jar_end_child(struct device *child, void *unused)
{
	device_unregister(child);
	return 0;
}

static ssize_t clear_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct shelf *shelf = container_of(dev, struct shelf, dev);

	${enter}
	${body}
	${leave}
	return len;
}
static DEVICE_ATTR_WO(clear);`;
  const register = 'rc = device_add(&jar->dev);\n\tif (rc) {\n\t\tput_device(&jar->dev);\n\t\treturn rc;\n\t}';
  const rules = (body: string, around: [string, string]) =>
    rulesOf({ register, attributes: ['clear'], more: ends(body, around) }, 'clear_store', 'clear_store');
  const locked: [string, string] = ['mutex_lock(&shelf->lock);', 'mutex_unlock(&shelf->lock);'];
  const found =
    '{\n\t\tstruct device *child = device_find_any_child(dev);\n\n\t\tif (child) {\n\t\t\tdevice_unregister(child);\n\t\t\tput_device(child);\n\t\t}\n\t}';
  const each = 'device_for_each_child(dev, NULL, jar_end_child);';
  it.each([
    ['that a lookup finds below its parent', found],
    ['that an iterator comes to below its parent', each],
  ])('%s is a child of that parent: two callers end it twice, unless a lock keeps them apart', (_, body) => {
    expect(rules(body, ['', ''])).toContain('double-teardown');
    expect(rules(body, locked)).toEqual([]);
  });
});
