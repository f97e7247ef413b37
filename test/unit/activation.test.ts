import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from '../support/environment';

const BUNDLE = join(root, 'dist/extension.js');
/** Milliseconds of a processor that activation may take of the editor, which does nothing else meanwhile. */
const ACTIVATION_MS = 40;
const TRIES = 3;

/**
 * Loads and activates the bundle in an editor that answers anything to everything, with documents of the languages that
 * the arguments name open. Prints the processor's milliseconds, and what was loaded until activation returned and after it.
 */
const SCRIPT = `
  const Module = require('node:module');
  const load = Module._load;
  const anything = new Proxy(function () {}, { get: (_, name) => (name === Symbol.toPrimitive ? () => 1 : anything), apply: () => anything, construct: () => anything, set: () => true });
  class EventEmitter { event() { return anything; } fire() {} dispose() {} }
  const textDocuments = process.argv.slice(2).map((languageId) => ({ languageId, fileName: 'a.' + languageId }));
  const workspace = new Proxy({}, { get: (_, name) => (name === 'textDocuments' ? textDocuments : anything) });
  const window = new Proxy({}, { get: (_, name) => (name === 'activeTextEditor' ? undefined : anything) });
  const member = (_, name) => ({ EventEmitter, workspace, window })[name] ?? anything;
  // The bundle makes an object of its own with the module for prototype.
  const vscode = new Proxy({}, { get: member, getPrototypeOf: () => vscode });
  const loaded = [];
  Module._load = function (name, parent, ...rest) {
    if (!Module.isBuiltin(name) && name !== 'vscode') loaded.push(name);
    // The library is not for this editor to run.
    return name === 'vscode' ? vscode : name === './language-client.js' ? { createClient: () => ({ start() {} }) } : load.call(this, name, parent, ...rest);
  };
  const before = process.cpuUsage();
  const { activate } = require(process.argv[1]);
  activate({ subscriptions: [], extensionUri: {}, asAbsolutePath: (path) => path });
  const { user, system } = process.cpuUsage(before);
  const atOnce = loaded.splice(0).filter((name) => name !== process.argv[1]);
  const print = () => process.stdout.write(JSON.stringify({ ms: (user + system) / 1000, atOnce, later: loaded }));
  // What activation leaves for the next turn has had its own.
  setImmediate(() => setImmediate(print));
`;

interface Activation {
  ms: number;
  atOnce: string[];
  later: string[];
}

function activate(...languages: string[]): Activation {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', SCRIPT, BUNDLE, ...languages], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Activation;
}

describe('activating the extension', () => {
  beforeAll(() => {
    if (!existsSync(BUNDLE)) throw new Error('dist/extension.js is missing: run npm run build');
  });

  test('is a matter of milliseconds', () => {
    const times = Array.from({ length: TRIES }, () => activate('c').ms);
    // The fastest: what else the machine does can only make it slower.
    expect(Math.min(...times)).toBeLessThan(ACTIVATION_MS);
  });

  test('loads neither the client library nor the debug adapter; where C is open, the library follows', () => {
    expect(activate('c')).toMatchObject({ atOnce: [], later: ['./language-client.js'] });
  });

  test('starts nothing where no C is open', () => {
    expect(activate('rust')).toMatchObject({ atOnce: [], later: [] });
  });
});
