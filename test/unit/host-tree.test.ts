import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HostError, type HostErrorCode } from '../../server/src/host/errors';
import { loadEngine } from '../../server/src/host/load';
import { readTreeFile } from '../../server/src/host/read';
import { findTree } from '../../server/src/host/tree';
import { fakeEngine, makeTree } from './cli-fake';

const KERNEL = {
  'include/linux/device.h': '',
  'drivers/cxl/mem.c': '',
  'drivers/cxl/cxl.h': '',
  'drivers/cxl/core/region.c': '',
  'drivers/cxl/core/port.c': '',
  'drivers/cxl/cxl.mod.c': '',
  'drivers/cxl/.tmp/old.c': '',
  'drivers/cxl/Kconfig': '',
  'drivers/dax/bus.c': '',
};

let remove: (() => void) | undefined;
afterEach(() => remove?.());

function tree(files: Record<string, string>) {
  const made = makeTree(files);
  remove = made.remove;
  return made.root;
}

function codeOf(run: () => unknown): { code: HostErrorCode; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof HostError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('nothing was thrown');
}

const CXL = ['drivers/cxl/core/port.c', 'drivers/cxl/core/region.c', 'drivers/cxl/cxl.h', 'drivers/cxl/mem.c'];

/** root reads everything: for the time of a call it is the user nobody, who does not. */
function withoutPrivileges<T>(run: () => T): T {
  const NOBODY = 65_534;
  if (process.geteuid?.() !== 0) return run();
  process.seteuid?.(NOBODY);
  try {
    return run();
  } finally {
    process.seteuid?.(0);
  }
}

describe('findTree', () => {
  it('checks drivers/cxl of a kernel tree', () => {
    const root = tree(KERNEL);
    const target = findTree(root);
    expect(target.root).toBe(root);
    expect(target.files).toEqual(CXL);
    expect([...target.shown].sort()).toEqual(CXL);
  });

  it('finds the kernel above a folder, also by a relative path', () => {
    const root = tree(KERNEL);
    expect(findTree('.', join(root, 'drivers/cxl/core'))).toMatchObject({ root, files: CXL.slice(0, 2) });
    expect(findTree('../dax', join(root, 'drivers/cxl'))).toMatchObject({ root, files: ['drivers/dax/bus.c'] });
  });

  it('reads the neighbours of a file but shows the file alone', () => {
    const root = tree(KERNEL);
    const target = findTree(join(root, 'drivers/cxl/core/region.c'));
    expect(target.files).toEqual(CXL.slice(0, 2));
    expect([...target.shown]).toEqual(['drivers/cxl/core/region.c']);
  });

  it('takes a folder with no kernel around as the root', () => {
    const root = tree({ 'a.c': '', 'sub/b.c': '', 'sub/notes.txt': '' });
    expect(findTree(root)).toMatchObject({ root, files: ['a.c', 'sub/b.c'] });
    expect(findTree('a.c', root)).toMatchObject({ root, files: ['a.c'] });
  });

  it('merges several paths', () => {
    const root = tree(KERNEL);
    const target = findTree(['drivers/dax', 'drivers/cxl/mem.c', 'drivers/cxl/cxl.h'], root);
    expect(target.files).toEqual(['drivers/cxl/cxl.h', 'drivers/cxl/mem.c', 'drivers/dax/bus.c']);
    expect(target.shown.size).toBe(3);
  });

  it('gives folders without a kernel their common ancestor as root', () => {
    const root = tree({ 'x/one/a.c': '', 'x/two/b.c': '' });
    expect(findTree(['x/one', 'x/two'], root)).toMatchObject({ root: join(root, 'x'), files: ['one/a.c', 'two/b.c'] });
  });

  it('does not follow a link that leads back up', () => {
    const root = tree({ 'a.c': '', 'sub/b.c': '' });
    symlinkSync(root, join(root, 'sub/again'));
    expect(findTree(root).files).toEqual(['a.c', 'sub/b.c']);
  });

  it('keeps which folders could not be listed', () => {
    const root = tree({ 'a.c': '', 'sub/b.c': '' });
    chmodSync(root, 0o755);
    chmodSync(join(root, 'sub'), 0);
    const skipped = withoutPrivileges(() => {
      const target = findTree(root);
      expect(codeOf(() => findTree(join(root, 'sub'))).code).toBe('unreadable');
      expect(target.files).toEqual(['a.c']);
      expect(target.unlisted.map((error) => error.code)).toEqual(['unreadable']);
      return loadEngine(target, fakeEngine).skipped;
    });
    chmodSync(join(root, 'sub'), 0o755);
    expect(skipped).toHaveLength(1);
  });

  it.each<[HostErrorCode, string]>([
    ['missing', 'no/such'],
    ['missing', 'a.c/b.c'],
    ['not-c', 'README'],
    ['no-c-files', 'empty'],
    ['symlink-loop', 'loop'],
    ['no-cxl', 'kernel'],
    ['several-trees', 'a.c kernel/drivers/dax'],
  ])('says %s for %s and names the path', (code, paths) => {
    const root = tree({ 'a.c': '', README: '', 'kernel/include/linux/x.h': '', 'kernel/drivers/dax/bus.c': '' });
    mkdirSync(join(root, 'empty'));
    symlinkSync(join(root, 'loop'), join(root, 'loop'));
    const error = codeOf(() => findTree(paths.split(' '), root));
    expect(error.code).toBe(code);
    if (code !== 'several-trees') expect(error.message).toContain(paths);
    expect(error.message).toMatch(/;/);
  });
});

describe('readTreeFile', () => {
  it('reads below the root only, and null is what is not there', () => {
    const root = tree({ 'kernel/include/linux/a.h': 'int a;', 'outside.h': 'no' });
    const read = readTreeFile(join(root, 'kernel'));
    expect(read('include/linux/a.h')).toBe('int a;');
    expect(read('include/linux/../linux/a.h')).toBe('int a;');
    expect(read('include/linux')).toBeNull();
    expect(read('include/linux/b.h')).toBeNull();
    expect(read('../outside.h')).toBeNull();
    expect(read(join(root, 'outside.h'))).toBeNull();
  });

  it('reads each file once', () => {
    const root = tree({ 'a.h': 'one' });
    const read = readTreeFile(root);
    expect(read('a.h')).toBe('one');
    writeFileSync(join(root, 'a.h'), 'two');
    expect(read('a.h')).toBe('one');
  });

  it('falls back to Latin-1 and drops a byte order mark', () => {
    const root = tree({});
    writeFileSync(join(root, 'latin.h'), Buffer.from([0x2f, 0x2f, 0xe9]));
    writeFileSync(join(root, 'bom.h'), Buffer.from([0xef, 0xbb, 0xbf, 0x78]));
    writeFileSync(join(root, 'binary.h'), Buffer.from([0x78, 0]));
    const read = readTreeFile(root);
    expect(read('latin.h')).toBe('//é');
    expect(read('bom.h')).toBe('x');
    expect(read('binary.h')).toBeNull();
  });
});

describe('loadEngine', () => {
  it('refuses a binary file that was named, skips one that its folder brought', () => {
    const root = tree({ 'a.c': '' });
    writeFileSync(join(root, 'bin.c'), Buffer.from([0x7f, 0x45, 0]));
    expect(codeOf(() => loadEngine(findTree('bin.c', root), fakeEngine)).code).toBe('not-text');
    const { skipped } = loadEngine(findTree('.', root), fakeEngine);
    expect(skipped.map((error) => error.path)).toEqual([join(root, 'bin.c')]);
  });

  it('names the file on which the engine fails', () => {
    const root = tree({ 'a.c': '', 'b.c': '// crash in setFile' });
    expect(() => loadEngine(findTree('.', root), fakeEngine)).toThrow(join(root, 'b.c'));
  });
});
