import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/environment';

const BUNDLE = join(root, 'dist/extension.js');
/** Milliseconds of a processor that loading the extension may take of the editor, which does nothing else meanwhile. */
const LOAD_MS = 100;
const TRIES = 3;

/** Loads the bundle with an editor that has every class and function, and prints the processor's milliseconds for it. */
const SCRIPT = `
  const Module = require('node:module');
  const load = Module._load;
  class Any {}
  const anything = new Proxy(function () {}, { get: (_, name) => (name === Symbol.toPrimitive ? () => 1 : anything), apply: () => anything });
  const vscode = new Proxy({}, { get: (_, name) => (/^[A-Z]/.test(String(name)) ? Any : anything) });
  Module._load = function (name, ...rest) { return name === 'vscode' ? vscode : load.call(this, name, ...rest); };
  const before = process.cpuUsage();
  if (typeof require(process.argv[1]).activate !== 'function') throw new Error('no activate()');
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(String((user + system) / 1000));
`;

test('loading the extension is a matter of milliseconds', () => {
  if (!existsSync(BUNDLE)) throw new Error('dist/extension.js is missing: run npm run build');
  const times = Array.from({ length: TRIES }, () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', SCRIPT, BUNDLE], { encoding: 'utf8' });
    expect(stderr).toBe('');
    return Number(stdout);
  });
  // The fastest: what else the machine does can only make it slower.
  expect(Math.min(...times)).toBeLessThan(LOAD_MS);
});
