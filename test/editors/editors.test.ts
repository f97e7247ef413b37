import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ownerRegistry } from '../../server/src/fixes/owner-registry';
import { eglot, program, root } from '../support/environment';

const RELEASE = 'devm_release_action(port->host_dev, slot_unregister, slot)';
const FIX = ownerRegistry.title;
const HERE = join(root, 'test/editors');

/** What one of the scripts beside this file has seen. */
interface Answers {
  diagnostics: { code?: string; source?: string; message: string; line: number; column?: number }[];
  hover: string;
  actions: string[];
  text: string;
  failure?: string;
}

let home: string;
let file: string;

beforeAll(() => {
  if (!existsSync(join(root, 'dist/cli.js'))) throw new Error('dist/cli.js is missing: run npm run build');
});

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'devres-lens-editor-'));
  cpSync(join(root, 'examples/minibus-racy'), join(home, 'driver'), { recursive: true });
  file = join(home, 'driver', 'window.c');
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

/** The configuration that the README tells users of an editor to take, with this checkout as the place. */
function documentedSetup(language: string): string {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const block = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(readme)?.[1] ?? expect.fail(`README.md has no ${language} block`);
  expect(block).toContain('/path/to/devres-lens/');
  return block.replaceAll('/path/to/devres-lens', root);
}

/** Runs an editor on the example driver with nothing of the user's own, and returns what its script wrote. */
function run(command: string, args: string[]): Answers {
  const answers = join(home, 'answers.json');
  const env = {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CACHE_HOME: join(home, 'cache'),
    DEVRES_LENS_FILE: file,
    DEVRES_LENS_ANSWERS: answers,
    DEVRES_LENS_AT: RELEASE,
    DEVRES_LENS_FIX: FIX,
  };
  const editor = spawnSync(command, args, { cwd: join(home, 'driver'), env, encoding: 'utf8', timeout: 150_000 });
  if (!existsSync(answers)) throw new Error(`${command} wrote no answers: ${editor.error ?? ''}${editor.stdout}${editor.stderr}`);
  return JSON.parse(readFileSync(answers, 'utf8')) as Answers;
}

/** Line of the release in the file as it was, counted from 1. */
const releaseLine = () =>
  readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(RELEASE)) + 1;

/** What is the same in every editor. */
function expectAll({ failure, diagnostics, hover, actions, text }: Answers, line: number): void {
  expect(failure).toBeUndefined();
  const here = diagnostics.filter((found) => found.line === line);
  const unbind = here.find(({ message }) => message.includes('released while unbind runs')) ?? expect.fail('no release-vs-unbind');
  expect(unbind.message).toMatch(/\nWhy: .*\nWhat to do: /s);
  expect(hover).toMatch(/slot_unregister\(\).* tears down .*struct mb_slot/);
  expect(actions.some((title) => title.startsWith(FIX))).toBe(true);
  expect(text).not.toContain(RELEASE);
}

describe.skipIf(!program('nvim', 'neovim'))('Neovim, set up as the README says', () => {
  test('shows diagnostics and hover, and a fix leaves no findings', () => {
    const line = releaseLine();
    const init = join(home, 'init.lua');
    writeFileSync(init, documentedSetup('lua'));
    const answers = run('nvim', ['--headless', '-n', '-u', init, file, '-S', join(HERE, 'neovim.lua')]);
    expectAll(answers, line);
    expect(answers.diagnostics.every(({ source, code }) => source === 'devres-lens' && code !== undefined)).toBe(true);
  });
});

describe.skipIf(!eglot())('Emacs with eglot, set up as the README says', () => {
  test('shows diagnostics and hover, and a fix leaves no findings', () => {
    const line = releaseLine();
    const init = join(home, 'init.el');
    writeFileSync(init, `(package-initialize)\n(require 'eglot)\n${documentedSetup('elisp')}`);
    expectAll(run('emacs', ['--batch', '-l', init, '-l', join(HERE, 'emacs.el')]), line);
  });
});
