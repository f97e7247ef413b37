import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../server/src/cli/program';
import { type Cache, openCache } from '../../server/src/host/cache';
import { cacheFolder } from '../../server/src/host/cache-folder';
import { fakeEngine, makeTree } from './cli-fake';

const RACY = 'int a;\n// found late-add del_store\n// pair violated\n';

let made: ReturnType<typeof makeTree>;
let engines = 0;
beforeEach(() => {
  made = makeTree({ 'racy/a.c': RACY, 'racy/b.c': '// pair clean\n' });
  engines = 0;
});
afterEach(() => made.remove());

const folder = () => join(made.root, 'cache');
const open = (version = 'v1', limit?: number) => openCache(folder(), version, limit);

async function check(cache: Cache | null, ...argv: string[]) {
  let out = '';
  let err = '';
  const io = {
    cwd: made.root,
    colour: false,
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    startPool: async () => null,
    cache: () => cache,
    createEngine: async () => {
      engines++;
      return fakeEngine;
    },
  };
  const status = await run(['check', ...argv], io);
  return { status, out, err };
}

/** Files below the cache's folder. */
const stored = () =>
  readdirSync(folder(), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder(), path))
    .filter((path) => statSync(path).isFile());

describe('a second check of the same texts', () => {
  it.each([['text'], ['json'], ['sarif'], ['github']])('says the same without an engine (%s)', async (format) => {
    const forget = (text: string) => text.replace(/"ms": \{[^}]*\}/, '');
    const fresh = await check(null, 'racy', '--format', format);
    const first = await check(open(), 'racy', '--format', format);
    expect(engines).toBe(2);
    const second = await check(open(), 'racy', '--format', format);
    expect(engines).toBe(2);
    expect({ ...first, out: forget(first.out) }).toEqual({ ...fresh, out: forget(fresh.out) });
    expect({ ...second, out: forget(second.out) }).toEqual({ ...fresh, out: forget(fresh.out) });
  });

  it('serves other rules, a baseline, one file of the folder, and the long report', async () => {
    await check(open(), 'racy');
    for (const argv of [
      ['racy', '--rule', 'late-add'],
      ['racy', '--verbose'],
      ['racy/a.c', '--terse'],
    ])
      expect(await check(open(), ...argv)).toEqual(await check(null, ...argv));
    expect(engines).toBe(4);
  });

  it('names the tree as it is found now', async () => {
    await check(open(), 'racy', '--format', 'json');
    const moved = makeTree({ 'racy/a.c': RACY, 'racy/b.c': '// pair clean\n' });
    const { out } = await check(open(), join(moved.root, 'racy'), '--format', 'json');
    moved.remove();
    expect(engines).toBe(1);
    expect(JSON.parse(out).root).toBe(join(moved.root, 'racy'));
  });
});

describe('computed again', () => {
  it('when a checked file changes, comes or goes', async () => {
    await check(open(), 'racy');
    made.write('racy/a.c', RACY.replace('late-add', 'self-removal'));
    expect((await check(open(), 'racy')).out).toContain('[self-removal]');
    made.write('racy/c.c', '// found late-add kill_store\n');
    expect((await check(open(), 'racy')).err).toContain('2 findings');
    rmSync(join(made.root, 'racy/c.c'));
    expect((await check(open(), 'racy')).err).toContain('1 finding;');
    expect(engines).toBe(3);
  });

  it('when a header that was looked up in vain appears, changes or goes', async () => {
    made.write('drivers/none.c', '');
    made.write('include/linux/none.h', '');
    const header = join(made.root, 'missing.h');
    await check(open(), 'racy');
    for (const change of [() => writeFileSync(header, '1'), () => writeFileSync(header, '2'), () => rmSync(header)]) {
      const before = engines;
      change();
      await check(open(), 'racy');
      expect(engines).toBe(before + 1);
      await check(open(), 'racy');
      expect(engines).toBe(before + 1);
    }
  });

  it('with --no-cache, which keeps nothing either', async () => {
    await check(open(), 'racy', '--no-cache');
    expect(() => stored()).toThrow('ENOENT');
    await check(open(), 'racy');
    await check(open(), 'racy', '--no-cache');
    expect(engines).toBe(3);
  });

  it('by another version of the program', async () => {
    await check(open('v1'), 'racy');
    await check(open('v2'), 'racy');
    expect(engines).toBe(2);
  });

  it('when what was kept is damaged, or the folder cannot be used', async () => {
    const fresh = await check(null, 'racy');
    await check(open(), 'racy');
    for (const damage of [(text: string) => text.slice(0, -9), () => '', (text: string) => text.replace(/late-add/g, 'late-adx')]) {
      const files = stored();
      for (const path of files) writeFileSync(path, damage(readFileSync(path, 'utf8')));
      expect(await check(open(), 'racy')).toEqual(fresh);
      rmSync(folder(), { recursive: true });
      await check(open(), 'racy');
    }
    rmSync(folder(), { recursive: true });
    writeFileSync(folder(), 'no folder');
    expect(await check(open(), 'racy')).toEqual(fresh);
  });

  it('while a file cannot be read', async () => {
    writeFileSync(join(made.root, 'racy/bin.c'), Buffer.from([0]));
    const first = await check(open(), 'racy');
    expect(first.err).toContain('not checked');
    expect(await check(open(), 'racy')).toEqual(first);
    expect(engines).toBe(2);
  });
});

it('takes a patch and a revision by the texts that they make', async () => {
  const patch = ['--- a/racy/b.c', '+++ b/racy/b.c', '@@ -1 +1 @@', '-// pair clean', '+// found self-removal x_store', ''].join('\n');
  made.write('drivers/none.c', '');
  made.write('include/linux/none.h', '');
  made.write('p.diff', patch);
  await check(open(), 'racy');
  const patched = await check(open(), 'racy', '--patch', 'p.diff');
  expect(patched.out).toContain('[self-removal]');
  made.write('racy/b.c', '// found self-removal x_store\n');
  expect((await check(open(), 'racy')).out).toBe(patched.out);
  expect(engines).toBe(2);
});

it('stays below its limit, the newest results first', async () => {
  const value = 'x'.repeat(1000);
  const cache = open('v1', 5000);
  for (let i = 0; i < 20; i++) await cache.put(`key ${i}`, `${value}${i}`);
  await cache.trim();
  expect(await cache.get('key 0')).toBeUndefined();
  expect(await cache.get('key 19')).toBe(`${value}19`);
  const bytes = stored().reduce((sum, path) => sum + statSync(path).size, 0);
  expect(bytes).toBeLessThan(10_000);
  for (let i = 0; i < 20; i++) await cache.put('one key', `${value}${i}`);
  expect(stored().filter((path) => path.includes('content')).length).toBeLessThan(6);
});

it('lies where the system keeps such files', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux')).toBe('/x/devres-lens/results');
  expect(cacheFolder({ XDG_CACHE_HOME: 'relative' }, 'linux')).toMatch(/\/\.cache\/devres-lens\/results$/);
  expect(cacheFolder({}, 'darwin')).toMatch(/\/Library\/Caches\/devres-lens\/results$/);
});
