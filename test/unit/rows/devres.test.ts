import { describe, expect, it } from 'vitest';
import { endIf, endUnder, PUBLISH, rulesOf, UNBIND } from './shelf';

const LOCKED = endUnder('mutex_lock(&shelf->lock);', 'mutex_unlock(&shelf->lock);');
const enders = (end: string, more = {}) => rulesOf({ publish: PUBLISH, end, ...more }, 'end_store', 'end_store');

describe('an action (drivers/base/devres.c)', () => {
  it('is taken by one remover; what the other gets tells', () => {
    expect(enders(endIf('true'))).toContain('double-release');
    const nowarn = `
	struct device *child = device_find_child_by_name(dev, buf);

	if (!child)
		return -ENODEV;
	jar = container_of(child, struct jar, dev);
	if (!devm_remove_action_nowarn(shelf->host, jar_unregister, jar))
		jar_unregister(jar);
	put_device(child);`;
    expect(enders(nowarn)).toEqual([]);
    expect(enders(nowarn.replace('!devm_remove_action_nowarn(shelf->host, jar_unregister, jar)', 'true'))).not.toEqual([]);
  });
  it('is moved with the whole list before it runs: nobody finds it then', () => {
    expect(rulesOf({ publish: PUBLISH, end: LOCKED }, 'end_store', UNBIND)).toContain('release-vs-unbind');
    // Taken from the array by the action as well, under the same lock, it has one winner.
    const before =
      'struct shelf *shelf = jar->home;\n\tstruct jar *won;\n\n\tmutex_lock(&shelf->lock);\n\twon = xa_erase(&shelf->jars, 0);\n\tmutex_unlock(&shelf->lock);\n\tif (!won)\n\t\treturn;';
    const end =
      'mutex_lock(&shelf->lock);\n\tjar = xa_erase(&shelf->jars, 0);\n\tif (jar && !devm_remove_action_nowarn(shelf->host, jar_unregister, jar))\n\t\tdevice_unregister(&jar->dev);\n\tmutex_unlock(&shelf->lock);';
    expect(rulesOf({ publish: PUBLISH, end, before }, 'end_store', UNBIND)).not.toContain('release-vs-unbind');
  });
  it('is matched by its data and its function', () => {
    const other = { globals: '\nstatic void jar_other(void *data)\n{\n}\n' };
    const also = (action: string) =>
      enders(LOCKED.replace('if (jar) {', `if (jar) {\n\t\tdevm_remove_action(shelf->host, ${action}, jar);`), other);
    expect(also('jar_other')).toEqual(['release-before-add']);
    expect(enders(LOCKED, other)).toEqual([]);
  });
  it('without memory for it: _or_reset() runs it, the plain form leaves the object to the caller', () => {
    const builders = (api: string, failed: string) =>
      rulesOf(
        {
          register: `rc = device_add(&jar->dev);\n\tif (rc) {\n\t\tput_device(&jar->dev);\n\t\treturn rc;\n\t}\n\trc = ${api}(shelf->host, jar_unregister, jar);\n\tif (rc) {\n\t\t${failed}\n\t\treturn rc;\n\t}`,
          end: endIf('!test_and_set_bit(0, &jar->flags)'),
        },
        'add_store',
        'add_store',
      );
    expect(builders('devm_add_action_or_reset', 'rc = -ENOMEM;')).toEqual([]);
    expect(builders('devm_add_action', 'device_unregister(&jar->dev);')).toEqual([]);
    expect(builders('devm_add_action_or_reset', 'device_unregister(&jar->dev);')).not.toEqual([]);
  });
});

it('managed memory goes in turn with the devres of its host, whoever has a reference', () => {
  const reads = (alloc: string) =>
    rulesOf(
      {
        alloc,
        end: 'struct device *child = device_find_child_by_name(dev, buf);\n\n\tif (!child)\n\t\treturn -ENODEV;\n\tjar = container_of(child, struct jar, dev);\n\tpr_debug("%d", jar->level);\n\tput_device(child);',
      },
      'end_store',
      UNBIND,
    );
  expect(reads('kzalloc(sizeof(*jar), GFP_KERNEL)')).toEqual([]);
  expect(reads('devm_kzalloc(shelf->host, sizeof(*jar), GFP_KERNEL)')).toEqual(['use-after-free']);
});

describe('a group', () => {
  const grouped = (before: string, ends: string) =>
    rulesOf(
      {
        locals: 'void *group;',
        // The marks of two groups on one host stand in the order of their making.
        register: `guard(mutex)(&shelf->lock);
	group = devres_open_group(shelf->host, NULL, GFP_KERNEL);
	if (!group) {
		put_device(&jar->dev);
		return -ENOMEM;
	}
	rc = device_add(&jar->dev);
	if (rc) {
		devres_release_group(shelf->host, group);
		put_device(&jar->dev);
		return rc;
	}
	${before}
	rc = devm_add_action_or_reset(shelf->host, jar_unregister, jar);
	if (rc) {
		devres_release_group(shelf->host, group);
		return rc;
	}
	if (len > 3) {
		${ends}
		return -EINVAL;
	}
	devres_close_group(shelf->host, group);`,
        end: endIf('!test_and_set_bit(0, &jar->flags)'),
      },
      'add_store',
      'add_store',
    );
  it('is released with what was added since it was opened', () => {
    expect(grouped('', 'devres_release_group(shelf->host, group);')).toEqual([]);
    // Released a second time by hand.
    expect(grouped('', 'devres_release_group(shelf->host, group);\n\t\tjar_unregister(jar);')).not.toEqual([]);
    // Only forgotten, it leaves the action where it was.
    expect(grouped('', 'devres_remove_group(shelf->host, group);\n\t\tdevm_release_action(shelf->host, jar_unregister, jar);')).toEqual([]);
    expect(
      grouped('', 'devres_release_group(shelf->host, group);\n\t\tdevm_release_action(shelf->host, jar_unregister, jar);'),
    ).not.toEqual([]);
  });
});

describe('what hangs at the object’s own device', () => {
  const own = (register: string) =>
    enders(LOCKED, {
      globals: '\nstatic void jar_flush(void *data)\n{\n\tstruct jar *jar = data;\n\n\tput_device(&jar->dev);\n}\n',
      register: `rc = device_add(&jar->dev);\n\tif (rc) {\n\t\tput_device(&jar->dev);\n\t\treturn rc;\n\t}\n\t${register}\n\trc = devm_add_action_or_reset(shelf->host, jar_unregister, jar);\n\tif (rc)\n\t\treturn rc;`,
    });
  const add =
    'rc = devm_add_action_or_reset(&jar->dev, jar_flush, jar);\n\tif (rc) {\n\t\tdevice_unregister(&jar->dev);\n\t\treturn rc;\n\t}';
  it('is released by its device_del()', () => {
    expect(own(`get_device(&jar->dev);\n\t${add}`)).toEqual([]);
    // The count that the action drops was never taken: the last one drops what is gone.
    expect(own(add)).toContain('use-after-free');
  });
});
