import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withParsed } from '../../server/src/syntax';
import { kernelTree } from '../support/environment';

const FOLDERS = ['cxl', 'dax', 'nvdimm', 'base'];

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[ch]$/.test(name))
    .map((name) => join(folder, name));
}

describe.each(['6.12.113', '6.12.117', '6.1.192'])('kernel %s', (version) => {
  const tree = kernelTree(version);
  it.skipIf(!tree).each(FOLDERS)('drivers/%s parses without an error', (folder) => {
    const files = sourcesIn(join(tree as string, 'drivers', folder));
    expect(files.length).toBeGreaterThan(5);
    const errors = files.flatMap((path) =>
      withParsed(readFileSync(path, 'utf8'), (file) =>
        file.errors().map((error) => `${path}:${error.line + 1} ${error.kind} ${error.text}`),
      ),
    );
    expect(errors).toEqual([]);
  });
});
