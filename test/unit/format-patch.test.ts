import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { patchMail } from '../../server/src/cli/mail';
import { run } from '../../server/src/cli/program';
import { createEngine } from '../../server/src/engine';
import { fixesTag, repositoryOf } from '../../server/src/host/blame';
import { textsOf } from '../fixes/explore';
import { root } from '../support/environment';
import { makeTree } from './cli-fake';

const racy = textsOf(join(root, 'examples/minibus-racy'));
const FIX = ['check', '--fix', 'pin-before-publish', '--format-patch', '.'];
let tree = makeTree({});
beforeEach(() => {
  tree = makeTree({});
});
afterEach(() => tree.remove());

function git(...args: string[]): string {
  const config = ['-c', 'user.name=Ann Ö. Nym', '-c', 'user.email=ann@example.org', '-c', 'commit.gpgSign=false'];
  const { status, stdout, stderr } = spawnSync('git', [...config, ...args], { cwd: tree.root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
  return stdout;
}

/** A repository with the driver below a folder; its handlers were written by the second commit. */
function commitDriver(): void {
  const window = racy['window.c'] ?? '';
  for (const [path, text] of Object.entries(racy)) tree.write(`bus/${path}`, text);
  tree.write('bus/window.c', window.replaceAll('devm_release_action(port->host_dev, slot_unregister, slot);\n', '\n'));
  git('init', '-q', '.');
  git('config', 'user.name', 'Ann Ö. Nym');
  git('config', 'user.email', 'ann@example.org');
  git('add', '.');
  git('commit', '-qm', 'bus: Add the driver');
  tree.write('bus/window.c', window);
  git('commit', '-qam', 'bus: Release slots "by hand"');
}

async function cli(cwd: string, ...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const io = {
    cwd,
    out: (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
    colour: false,
    startPool: async () => null,
    cache: () => null,
    createEngine: async () => createEngine,
  };
  return { status: await run(args, io), ...said };
}

test('the tag names the commit that wrote the line, wherever the text at hand has moved it', async () => {
  commitDriver();
  const text = readFileSync(join(tree.root, 'bus/window.c'), 'utf8');
  const line = text.split('\n').findIndex((l) => l.includes('devm_release_action(')) + 1;
  const second = git('rev-parse', 'HEAD').slice(0, 12);
  const tag = `Fixes: ${second} ("bus: Release slots "by hand"")`;
  expect(await fixesTag(join(tree.root, 'bus'), 'window.c', line, text)).toBe(tag);
  expect(await fixesTag(tree.root, 'bus/window.c', line + 2, `/* not saved */\n\n${text}`)).toBe(tag);
  expect(await fixesTag(tree.root, 'bus/window.c', 1, text)).toMatch(/bus: Add the driver/);
  expect(await fixesTag(tree.root, 'bus/window.c', 1, `/* not saved */\n${text}`)).toBeNull();
  expect(await fixesTag(tree.root, 'bus/other.c', 1, text)).toBeNull();
  git('clone', '-q', '--depth=1', `file://${tree.root}`, 'shallow');
  expect(await fixesTag(join(tree.root, 'shallow'), 'bus/window.c', line, text)).toBeNull();
});

test('where there is no repository there is no tag', async () => {
  tree.write('a.c', 'int a;\n');
  expect(await repositoryOf(tree.root)).toBeNull();
  expect(await fixesTag(tree.root, 'a.c', 1, 'int a;\n')).toBeNull();
});

test('nothing that the repository configures is run', async () => {
  commitDriver();
  tree.write('.gitattributes', '*.c diff=evil filter=evil\n');
  for (const key of ['diff.evil.textconv', 'filter.evil.clean', 'filter.evil.smudge', 'core.fsmonitor'])
    git('config', key, `touch ${join(tree.root, 'ran')}; cat`);
  const text = readFileSync(join(tree.root, 'bus/window.c'), 'utf8');
  expect(await fixesTag(tree.root, 'bus/window.c', 1, text)).toMatch(/^Fixes: /);
  expect(spawnSync('ls', [join(tree.root, 'ran')]).status).not.toBe(0);
});

test('--fix --format-patch prints what git am takes, and writes nothing', async () => {
  commitDriver();
  const { status, out, err } = await cli(join(tree.root, 'bus'), ...FIX);
  expect([status, git('status', '--porcelain')]).toEqual([0, '']);
  expect(err).not.toContain('git knows no author');
  const am = spawnSync('git', ['am', '-'], { cwd: tree.root, input: out, encoding: 'utf8' });
  expect(`${am.status} ${am.stderr}`).toBe('0 ');
  expect(git('log', '-1', '--format=%an <%ae>')).toBe('Ann Ö. Nym <ann@example.org>\n');
  const message = git('log', '-1', '--format=%B');
  expect(message).toMatch(/^[\w/-]*window: Fix use-after-free of struct mb_slot\n\n/);
  expect(message).toContain('\nTake a construction reference before device_add().\n');
  expect(message.trimEnd().split('\n').at(-1)).toMatch(/^Fixes: [0-9a-f]{12} \("bus: Add the driver"\)$/);
  expect(message).not.toContain('Made by devres-lens');
  for (const line of message.split('\n').slice(1)) if (!line.startsWith('Fixes: ')) expect(line.length).toBeLessThanOrEqual(75);

  const stat = git('show', '--stat', '--format=', 'HEAD');
  expect(out.split('\n').filter((line) => / \| +\d+ [+-]+$| changed, /.test(line))).toEqual(stat.trimEnd().split('\n'));
  const again = await cli(join(tree.root, 'bus'), ...FIX);
  expect([again.status, again.out]).toEqual([1, '']);
});

test('outside of a repository the author is left to be filled in, and said so', async () => {
  for (const [path, text] of Object.entries(racy)) tree.write(path, text);
  const { out, err } = await cli(tree.root, ...FIX);
  expect(out).toContain('\nFrom: Author <author@example.invalid>\n');
  expect(out).not.toContain('\nFixes: ');
  expect(err).toContain('git knows no author');
});

test('the message of a fix for several findings tells of the worst, and the notes keep within its columns', async () => {
  for (const [path, text] of Object.entries(racy)) tree.write(path, text);
  const { out } = await cli(tree.root, 'check', '--fix', 'owner-registry', '--format-patch', '.');
  expect(out).toMatch(/^Subject: \[PATCH\] .*use-after-free/m);
  const notes = out.slice(out.indexOf('\n---\n'), out.indexOf(' minibus.h | ')).split('\n');
  expect(notes.join(' ')).toContain('It explores clean.');
  for (const line of notes) expect(line.length).toBeLessThanOrEqual(75);
});

test('a series is numbered, and names are written as mail has them', () => {
  const changes = [{ path: 'a.c', before: 'int a;\n', after: 'int b;\n' }];
  const mail = { subject: 'a: Rename', body: '\nWhy.\n', notes: 'Notes.', changes, number: 2, count: 3 };
  expect(patchMail({ ...mail, author: 'A. U. Thor <a@example.org>' }, 'devres-lens 1')).toBe(
    [
      `From ${'0'.repeat(40)} Mon Sep 17 00:00:00 2001`,
      'From: "A. U. Thor" <a@example.org>',
      'Subject: [PATCH 2/3] a: Rename',
      '',
      'Why.',
      '---',
      'Notes.',
      '',
      ' a.c | 2 +-',
      ' 1 file changed, 1 insertion(+), 1 deletion(-)',
      '',
      'diff --git a/a.c b/a.c',
      '--- a/a.c',
      '+++ b/a.c',
      '@@ -1,1 +1,1 @@',
      '-int a;',
      '+int b;',
      '-- ',
      'devres-lens 1',
      '',
    ].join('\n'),
  );
});

test('check --format changelog prints a draft for each finding', async () => {
  commitDriver();
  const bus = join(tree.root, 'bus');
  const one = await cli(bus, 'check', '--format', 'changelog', '--rule', 'unlocked-teardown-read');
  expect(one.status).toBe(1);
  expect(one.out).toMatch(/^[\w/-]*window: Fix unlocked read of struct mb_slot in slot_unregister\(\)\n\n/);
  expect(one.out).toMatch(/\n\nFixes: [0-9a-f]{12} \("bus: Add the driver"\)\n$/);
  const all = await cli(bus, 'check', '--format', 'changelog');
  expect(all.out.match(/^# window\.c:\d+: [a-z-]+$/gm)?.length).toBeGreaterThan(3);
  expect(all.out).toMatch(/\n\nFixes: [0-9a-f]{12} \("bus: Release slots "by hand""\)\n/);
});
