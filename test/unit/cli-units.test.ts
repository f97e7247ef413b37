import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { relevantFiles } from '../../server/src/engine/prefilter';
import { TRIGGERS } from '../../server/src/engine/triggers';
import { findTree } from '../../server/src/host/tree';
import { unitsOf } from '../../server/src/host/units';
import { cli, makeTree } from './cli-fake';

let made: ReturnType<typeof makeTree>;
beforeEach(() => {
  made = makeTree({ 'include/linux/none.h': '' });
});
afterEach(() => made.remove());

const fill = (folder: string, count: number, text = 'int a;\n') => {
  for (let i = 0; i < count; i++) made.write(`${folder}/f${i}.c`, text);
};

describe('units of a large tree', () => {
  const folders = (limit: number) =>
    unitsOf(findTree(join(made.root, 'drivers')), limit).map(({ files }) => `${files[0]?.replace(/\/[^/]*$/, '')} ${files.length}`);

  it('are the widest folders that are small enough, and the files beside them', () => {
    fill('drivers/a', 3);
    fill('drivers/b', 2);
    fill('drivers/b/x', 3);
    fill('drivers/b/y/z', 4);
    expect(folders(5)).toEqual(['drivers/a 3', 'drivers/b 2', 'drivers/b/x 3', 'drivers/b/y/z 4']);
    expect(folders(9)).toEqual(['drivers/a 3', 'drivers/b 9']);
    expect(folders(12)).toEqual(['drivers/a 12']);
  });

  it('keep files together that no folder divides, and a folder around a named file', () => {
    fill('drivers/a', 9);
    expect(folders(5)).toEqual(['drivers/a 9']);
    expect(unitsOf(findTree(join(made.root, 'drivers/a/f1.c')), 5)).toHaveLength(1);
  });
});

describe('the look before parsing', () => {
  const look = (files: Record<string, string>) => relevantFiles(['d/a.c'], (path) => files[path] ?? null).length > 0;

  it.each(TRIGGERS)('keeps what calls %s()', (name) => {
    const members = 'struct foo {\n\tstruct miscdevice misc;\n\tstruct cdev cdev;\n\tstruct kobject kobj;\n};\n';
    expect(look({ 'd/a.c': `${members}void f(struct device_attribute *x) { ${name}(dev, &x->attr); }` })).toBe(true);
  });

  it.each([
    ['a macro pastes the name together', { 'd/a.c': '#define END(x) device_##x(dev)\n' }],
    ['a macro pastes its end to it', { 'd/a.c': '#define END(x) x ## _unregister(dev)\n' }],
    ['a header beside it has the call', { 'd/a.c': '#include "a.h"\n', 'd/a.h': 'device_del(d);' }],
    [
      'a header of a header has it',
      { 'd/a.c': '# include \\\n "a.h"\n', 'd/a.h': '#include <soc/b.h>\n', 'include/soc/b.h': 'device_del(d);' },
    ],
    ['it cannot be read', {}],
    ['a platform device is a member', { 'd/a.c': 'struct foo { struct platform_device pdev; }; platform_device_unregister(pdev);' }],
    ['a kobject is a member', { 'd/a.c': 'struct foo { int level; struct kobject kobj; }; kobject_put(&foo->kobj);' }],
    [
      'a character device has another name',
      { 'd/a.c': 'typedef struct cdev foo_t;\nstruct foo {\n\tfoo_t node;\n};\ncdev_del(&foo->node);' },
    ],
    ['a platform device may be a member', { 'd/a.c': 'platform_device_unregister(&foo->pdev);' }],
  ])('keeps it where %s', (_, files) => {
    expect(look(files as Record<string, string>)).toBe(true);
  });

  it.each([
    ['has no trigger', { 'd/a.c': '#include "a.h"\nmy_device_delete(d); #define X(y) y##_store\n', 'd/a.h': 'int x;' }],
    ['removes an attribute that is none of its parameters', { 'd/a.c': 'device_remove_file(dev, &dev_attr_foo);' }],
    ['puts a kobject that is in no struct', { 'd/a.c': 'struct foo {\n\tstruct kobject *kobj;\n};\nkobject_put(foo->kobj);' }],
    ['has a file of its own', { 'd/a.c': 'static struct miscdevice foo_misc = {\n};\nmisc_deregister(&foo_misc);' }],
    ['unregisters a platform device that is in no struct', { 'd/a.c': 'struct platform_device *p; platform_device_unregister(p);' }],
  ])('leaves out what %s', (_, files) => {
    expect(look(files as Record<string, string>)).toBe(false);
  });

  describe('beside a file with a trigger', () => {
    const kept = (trigger: string, other: string, more: Record<string, string> = {}) => {
      const files: Record<string, string> = { 'd/a.c': `${trigger}\nvoid go(void)\n{\n\tdevice_del(d);\n}\n`, 'd/b.c': other, ...more };
      const paths = Object.keys(files).filter((path) => path.startsWith('d/'));
      return relevantFiles(paths, (path) => files[path] ?? null);
    };

    it.each([
      ['calls its function', '', 'int h(void)\n{\n\treturn go();\n}\n'],
      ['has a function that it calls', 'int h(void) { return far(); }', 'int\nfar(void)\n{\n}\n'],
      ['has an object that it names', 'int h(void) { return far.x; }', 'struct foo far = { 1 };\n'],
      ['declares a lock that it takes', 'void h(void) { mutex_lock(&far); }', 'DEFINE_MUTEX(far);\n'],
      [
        'fills a table that it calls through',
        'void h(struct ops *o) { o->run(1); }',
        'static int b(int x) { }\nstatic struct ops o = {\n\t.run = b,\n};\n',
      ],
      ['sets a member that it calls', 'void h(void) { (*foo.run)(1); }', 'static int b(int x) { }\nvoid i(void) { x->run = b; }'],
    ])('keeps one that %s', (_, trigger, other) => {
      expect(kept(trigger, other)).toEqual(['d/a.c', 'd/b.c']);
    });

    it('keeps one that includes the same header, one way or another', () => {
      const header = { 'include/soc/x.h': '#include "y.h"\n', 'include/soc/y.h': 'int x;' };
      expect(kept('#include <soc/x.h>', '#include <soc/y.h>\n', header)).toEqual(['d/a.c', 'd/b.c']);
      expect(kept('#include <linux/x.h>', '#include <linux/x.h>\n', { 'include/linux/x.h': 'int x;' })).toEqual(['d/a.c']);
    });

    it('keeps one that is joined to it over another', () => {
      const far = { 'd/c.c': 'int c(void)\n{\n\treturn b();\n}\n', 'd/d.c': 'int e;\n' };
      expect(kept('', 'int b(void)\n{\n\treturn go();\n}\n', far)).toEqual(['d/a.c', 'd/b.c', 'd/c.c']);
    });

    it.each([
      ['has functions of its own names', 'static int probe(void)\n{\n}', 'static int probe(void)\n{\n}\nvoid i(void) { probe(); }'],
      ['only speaks of it', '', '/* go() is\n elsewhere */ int x; // go\n'],
      ['has a macro of the same name', '#define FAR 1\n', '#define FAR 2\nint x = FAR;'],
      [
        'fills a table that nobody has a pointer to',
        'void h(void) { o->run(1); }',
        'static int b(int x) { }\nstatic struct ops o = {\n\t.run = b,\n};\n',
      ],
    ])('leaves out one that %s', (_, trigger, other) => {
      expect(kept(trigger, other)).toEqual(['d/a.c']);
    });
  });
});

describe('a check in units', () => {
  const CALL = 'void f(void) { device_unregister(d); }\n';
  it('finds what each of them has, in the order of files, and counts all files', async () => {
    fill('drivers/a', 100, `// found late-add a_store\n${CALL}// pair clean\n`);
    fill('drivers/b', 100, 'nothing\n');
    fill('drivers/c', 100, `// found late-add c_store\n${CALL}// pair incomplete\n`);
    const { status, out, err } = await cli(made.root, 'check', 'drivers', '--format', 'json');
    const report = JSON.parse(out);
    expect(status).toBe(1);
    expect(report.findings.map((finding: { file: string }) => finding.file.split('/')[1])).toEqual([
      ...Array(100).fill('a'),
      ...Array(100).fill('c'),
    ]);
    expect(err).toContain('200 findings; 200 verdicts: 100 clean, 0 violated, 100 incomplete');
  });

  it('says which part failed, and reports the others', async () => {
    fill('drivers/a', 100, `// found late-add a_store\n${CALL}`);
    fill('drivers/b', 100, `// crash in check\n${CALL}`);
    const { status, err } = await cli(made.root, 'check', 'drivers');
    expect(status).toBe(1);
    expect(err).toMatch(/not checked: .*drivers\/b\/f0\.c and 99 more: .*no such state/);
    expect(err).toContain('100 findings');
  });

  it.each([['0'], ['-1'], ['two']])('refuses %s jobs', async (jobs) => {
    expect((await cli(made.root, 'check', 'drivers', '--jobs', jobs)).status).toBe(2);
  });
});
