import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { reproducerFrom } from '../../server/src/engine/reproducer';
import { extractFacts } from '../../server/src/facts';
import type { Finding } from '../../server/src/findings/types';
import { engineOn, type Texts, textsOf } from '../fixes/explore';
import { root } from '../support/environment';
import { makeTree } from './cli-fake';

const racy = textsOf(join(root, 'examples/minibus-racy'));
const engine = engineOn(racy);
const { findings } = engine.check();
const tree = makeTree(racy);
afterAll(() => tree.remove());

function reproducer(found: Finding) {
  const made = reproducerFrom(engine, found);
  if ('refused' in made) throw new Error(`${found.rule}: ${made.refused}`);
  return made;
}

function patched(patch: string): Texts {
  const copy = makeTree(racy);
  try {
    const { status, stderr } = spawnSync('git', ['apply', '-'], { cwd: copy.root, input: patch, encoding: 'utf8' });
    expect(`${status} ${stderr}`).toBe('0 ');
    return textsOf(copy.root);
  } finally {
    copy.remove();
  }
}

const races = findings.filter(({ threads }) => threads.length > 1);
const named = (rule: string, fn: string) => races.find((f) => f.rule === rule && f.function === fn) ?? expect.fail(`no ${rule} in ${fn}`);

test('of a finding of one thread there is none', () => {
  const single = findings.find(({ threads }) => threads.length === 1) ?? expect.fail('no such finding');
  expect(reproducerFrom(engine, single)).toEqual({ refused: 'the finding needs no second thread' });
});

describe.each(races.map((found) => [`${found.rule} in ${found.function}`, found] as const))('%s', (_, found) => {
  test('has a patch that only adds delays, marked as not for merging, and leaves C that parses', () => {
    const { patch } = reproducer(found);
    expect(patch).toMatch(/^NOT FOR MERGING: /);
    const changed = patch.split('\n').filter((line) => /^[+-](?![+-]{2} )/.test(line));
    expect(changed.length).toBeGreaterThan(2);
    for (const line of changed)
      expect(line).toMatch(/^\+(?:#include <linux\/delay\.h>|\t+\/\* not for merging: CPU \d runs meanwhile \*\/|\t+mdelay\(\d+\);)$/);
    for (const [path, text] of Object.entries(patched(patch))) expect(extractFacts(path, text).errors).toEqual([]);
  });

  test('has a script that a shell takes', () => {
    const { script } = reproducer(found);
    expect(script).toContain('NOT FOR MERGING');
    const { status, stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
    expect(`${status} ${stderr}`).toBe('0 ');
  });
});

test('a thread waits behind the step after which the other one runs, and at the top of the teardown that it entered', () => {
  const found = named('release-vs-unbind', 'delete_slot_store');
  const text = patched(reproducer(found).patch)['window.c'] ?? '';
  expect(text).toContain(
    '\tslot_dev = device_find_child_by_name(dev, buf);\n\t/* not for merging: CPU 1 runs meanwhile */\n\tmdelay(2000);\n\tif (!slot_dev)\n',
  );
  expect(text).toContain('\tint i;\n\t/* not for merging: CPU 0 runs meanwhile */\n\tmdelay(2000);\n\n\tdevice_del(&slot->dev);\n');
});

describe('the script', () => {
  /** A sysfs with a host that is bound, and two attributes of a device below it. */
  function sysfs(name: string): string {
    const host = `${name}/devices/platform/minibus`;
    for (const file of ['create_slot', 'delete_slot']) tree.write(`${host}/port0/window0/${file}`, '');
    tree.write(`${name}/bus/platform/drivers/minibus/unbind`, '');
    symlinkSync(join(tree.root, name, 'bus/platform/drivers/minibus'), join(tree.root, host, 'driver'));
    return join(tree.root, name);
  }
  /** A kernel whose log has a warning of before, and says one thing more. */
  function run(script: string, env: Record<string, string>, says = 'BUG: KASAN: slab-use-after-free') {
    tree.write('log', 'WARNING: of an hour ago\n');
    tree.write('bin/dmesg', `#!/bin/sh\ncat '${join(tree.root, 'log')}'\necho '${says}'\n`);
    chmodSync(join(tree.root, 'bin/dmesg'), 0o755);
    const PATH = `${join(tree.root, 'bin')}:${process.env.PATH ?? ''}`;
    const KMSG = join(tree.root, 'log');
    // A device is appended to, a file is not.
    const appending = script.replace('> "$KMSG"', '>> "$KMSG"');
    return spawnSync('sh', ['-s'], { input: appending, encoding: 'utf8', env: { PATH, KMSG, LEAD: '0', ...env } });
  }

  test('writes the attribute and unbinds the nearest bound device above it', () => {
    const SYS = sysfs('a');
    const { stdout } = run(reproducer(named('release-vs-unbind', 'delete_slot_store')).script, { SYS, VALUE_0: 'slot0' });
    expect(stdout).toContain('CPU 0: delete_slot_store\nCPU 1: unbind(port->host_dev)\n');
    expect(readFileSync(join(SYS, 'devices/platform/minibus/port0/window0/delete_slot'), 'utf8')).toBe('slot0');
    expect(readFileSync(join(SYS, 'bus/platform/drivers/minibus/unbind'), 'utf8')).toBe('minibus');
  });

  test('has two writers of one attribute write the same', () => {
    const SYS = sysfs('b');
    const { stdout, stderr } = run(reproducer(named('double-release', 'delete_slot_store')).script, { SYS, VALUE_0: 'slot7' });
    expect([stdout.match(/^CPU \d: delete_slot_store$/gm)?.length, stderr]).toEqual([2, '']);
    expect(readFileSync(join(SYS, 'devices/platform/minibus/port0/window0/delete_slot'), 'utf8')).toBe('slot7');
  });

  test('says what the kernel has said since it was started, and fails where that is nothing', () => {
    const { script } = reproducer(named('double-release', 'delete_slot_store'));
    const seen = run(script, { SYS: sysfs('e'), VALUE_0: 'slot0' });
    expect([seen.status, seen.stdout.split('\n').slice(2)]).toEqual([0, ['BUG: KASAN: slab-use-after-free', '']]);
    const silent = run(script, { SYS: sysfs('f'), VALUE_0: 'slot0' }, 'usb 1-1: new device');
    expect([silent.status, silent.stderr]).toEqual([1, expect.stringContaining('nothing seen')]);
  });

  test('binds a driver that it unbound before', () => {
    const SYS = sysfs('c');
    for (const file of ['bind', 'unbind']) tree.write(`c/bus/minibus/drivers/mb_client/${file}`, '');
    mkdirSync(join(SYS, 'bus/minibus/drivers/mb_client/client1/driver'), { recursive: true });
    run(reproducer(named('use-after-free', 'construct_slot')).script, { SYS, VALUE_1: 'slot0' });
    expect(readFileSync(join(SYS, 'bus/minibus/drivers/mb_client/unbind'), 'utf8')).toBe('client1');
    expect(readFileSync(join(SYS, 'bus/minibus/drivers/mb_client/bind'), 'utf8')).toBe('client1');
  });

  test('says what it was not told and cannot find', () => {
    const { script } = reproducer(named('double-release', 'delete_slot_store'));
    expect(run(script, { SYS: sysfs('d') }).stderr).toContain('VALUE_0: is not set: what to write to delete_slot');
    expect(run(script, { SYS: join(tree.root, 'nowhere'), VALUE_0: 'slot0' }).stderr).toContain('no delete_slot to write to: set ATTR_0');
    expect(existsSync(join(tree.root, 'nowhere'))).toBe(false);
  });
});
