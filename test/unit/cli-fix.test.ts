import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { run } from '../../server/src/cli/program';
import { createEngine } from '../../server/src/engine';
import { textsOf } from '../fixes/explore';
import { root } from '../support/environment';
import { makeTree } from './cli-fake';

const racy = textsOf(join(root, 'examples/minibus-racy'));
const tree = makeTree({});
afterEach(() => tree.remove());

async function check(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const io = {
    cwd: tree.root,
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    colour: false,
    startPool: async () => null,
    cache: () => null,
    createEngine: async () => createEngine,
  };
  return { status: await run(['check', ...args], io), out, err };
}

test('--fix prints a diff with --dry-run, and writes exactly what that diff says without', async () => {
  for (const [path, text] of Object.entries(racy)) tree.write(path, text);
  const dry = await check('--fix', 'pin-before-publish', '--dry-run', '.');
  expect(dry.status).toBe(0);
  expect(dry.err).toMatch(/struct mb_slot: Take a construction reference .*resolves 1 of/);
  for (const [path, text] of Object.entries(racy)) expect(readFileSync(join(tree.root, path), 'utf8')).toBe(text);
  const apply = spawnSync('git', ['apply', '--check', '-'], { cwd: tree.root, input: dry.out, encoding: 'utf8' });
  expect(`${apply.status} ${apply.stderr}`).toBe('0 ');

  const wet = await check('--fix', 'pin-before-publish', '.');
  expect([wet.status, wet.out]).toEqual([0, '']);
  const changed = Object.keys(racy).filter((path) => readFileSync(join(tree.root, path), 'utf8') !== racy[path]);
  expect(changed.map((path) => `+++ b/${path}`)).toEqual(dry.out.split('\n').filter((line) => line.startsWith('+++ ')));
  const reverse = spawnSync('git', ['apply', '--check', '--reverse', '-'], { cwd: tree.root, input: dry.out, encoding: 'utf8' });
  expect(`${reverse.status} ${reverse.stderr}`).toBe('0 ');

  const again = await check('--fix', 'pin-before-publish', '--dry-run', '.');
  expect([again.status, again.out]).toEqual([1, '']);
  expect(again.err).toMatch(/not for struct mb_slot: devm_mb_add_slot\(\) takes a reference before device_add\(\) already/);
});

test('--fix names the fixes there are, and what rules one out', async () => {
  for (const [path, text] of Object.entries(racy)) tree.write(path, text);
  const unknown = await check('--fix', 'nonsense', '.');
  expect([unknown.status, unknown.out]).toEqual([2, '']);
  expect(unknown.err).toContain('  pin-before-publish+ready-gate\n');
  const missing = await check('--fix', 'owner-remove', '.');
  expect(missing.status).toBe(1);
  expect(missing.err).toContain('this tree does not declare devm_remove_action_nowarn');
});

test('--reproducer writes a patch and a script for each race, and nothing into the tree', async () => {
  for (const [path, text] of Object.entries(racy)) tree.write(path, text);
  const made = await check('--reproducer', 'out', '--rule', 'double-release');
  expect(made.status).toBe(0);
  const names = made.out.trimEnd().split('\n');
  expect(names).toHaveLength(4);
  for (const name of names) expect(readFileSync(join(tree.root, name), 'utf8')).toContain('NOT FOR MERGING');
  const apply = spawnSync('git', ['apply', '--check', names[0] ?? ''], { cwd: tree.root, encoding: 'utf8' });
  expect(`${apply.status} ${apply.stderr}`).toBe('0 ');
  for (const [path, text] of Object.entries(racy)) expect(readFileSync(join(tree.root, path), 'utf8')).toBe(text);
  const single = await check('--reproducer', 'out', '--rule', 'unlocked-teardown-read');
  expect([single.status, single.out]).toEqual([1, '']);
  expect(single.err).toMatch(/^window\.c:\d+: no reproducer for unlocked-teardown-read: the finding needs no second thread$/m);
});

test('what says how a fix is shown asks for the fix', async () => {
  for (const option of ['--dry-run', '--format-patch']) {
    const { status, out, err } = await check(option, '.');
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(new RegExp(`${option} .*--fix ID`));
  }
});
