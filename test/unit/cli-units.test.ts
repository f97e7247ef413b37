import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canMatter, TRIGGERS } from '../../server/src/engine/prefilter';
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
  const look = (files: Record<string, string>) => canMatter(['d/a.c'], (path) => files[path] ?? null);

  it.each(TRIGGERS)('keeps what calls %s()', (name) => {
    expect(look({ 'd/a.c': `void f(void) { ${name}(x); }` })).toBe(true);
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
  ])('keeps it where %s', (_, files) => {
    expect(look(files as Record<string, string>)).toBe(true);
  });

  it('leaves out what has none, and no more than a part of a name', () => {
    const files = { 'd/a.c': '#include "a.h"\nmy_device_delete(d); #define X(y) y##_store\n', 'd/a.h': 'int x;' };
    expect(look(files)).toBe(false);
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
