import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { disk } from '../../server/src/lsp/disk';
import { Documents } from '../../server/src/lsp/documents';
import { scopeOf } from '../../server/src/lsp/scopes';
import { uriOfPath } from '../../server/src/lsp/uris';
import { kernelTree } from '../support/environment';

let folder: string;

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'devres-lens-disk-'));
  for (const path of ['a.c', 'sub/b.h', '.hidden/c.c', 'node_modules/d.c', 'e.txt', 'f.mod.c']) write(path, '');
  write('latin1.c', Uint8Array.of(0x2f, 0x2f, 0xe9));
  write('binary.c', Uint8Array.of(1, 0, 2));
  symlinkSync(folder, join(folder, 'loop'));
});

afterAll(() => rmSync(folder, { recursive: true }));

test('a folder lists its C sources, without hidden folders, generated files and links', () => {
  expect(disk.list(folder, 10)).toEqual(['a.c', 'binary.c', 'latin1.c', 'sub/b.h']);
});

test('a folder with too many says so, one that is not there is empty', () => {
  expect(disk.list(folder, 3)).toBeNull();
  expect(disk.list(join(folder, 'none'), 3)).toEqual([]);
});

test('what cannot be read is null, old encodings can be', () => {
  expect(disk.read(join(folder, 'none.c'))).toBeNull();
  expect(disk.read(folder)).toBeNull();
  expect(disk.read(join(folder, 'binary.c'))).toBeNull();
  expect(disk.read(join(folder, 'latin1.c'))).toBe('//é');
});

test('a file without a kernel around is analysed with its folder', () => {
  const uri = uriOfPath(join(folder, 'sub/new.c'));
  const document = new Documents().open({ uri, languageId: 'c', version: 1, text: '' });
  expect(scopeOf(document, disk, [])).toMatchObject({ root: join(folder, 'sub'), folder: '', files: ['b.h', 'new.c'] });
});

const tree = kernelTree('6.12.113');

describe.skipIf(!tree)('a kernel tree', () => {
  test.each([
    ['drivers/cxl/core/region.c', 'drivers/cxl', null],
    ['drivers/cxl/cxl.h', 'drivers/cxl', null],
    ['drivers/base/power/main.c', 'drivers/base', null],
    ['drivers/hwmon/lm75.c', 'drivers/hwmon', 'drivers/hwmon/lm75.c'],
    ['drivers/hwmon/pmbus/pmbus_core.c', 'drivers/hwmon/pmbus', null],
  ])('%s is analysed in %s', (path, expected, only) => {
    const uri = uriOfPath(join(tree ?? '', path));
    const document = new Documents().open({ uri, languageId: 'c', version: 1, text: '' });
    expect(scopeOf(document, disk, [])).toMatchObject({ root: tree, folder: expected, only });
  });

  test('a header of the whole kernel belongs to no driver', () => {
    const uri = uriOfPath(join(tree ?? '', 'include/linux/device.h'));
    expect(scopeOf(new Documents().open({ uri, languageId: 'c', version: 1, text: '' }), disk, [])).toBeNull();
  });
});
