import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ownerRegistry } from '../../server/src/fixes/owner-registry';
import { eglot, kernelHeaders, program, root } from '../support/environment';
import { clangFlags } from '../support/kernel-compile';

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

/** What the two servers of one buffer have said, by their names. */
interface BesideClangd {
  diagnostics: Answers['diagnostics'];
  hover: Record<string, string>;
  /** Line of the definition. */
  definition: Record<string, number>;
  /** Abilities that both declare. */
  both: string[];
  /** How many links each has, and how many of them stand on the same text. */
  links: Record<string, number>;
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

/** The configuration that the README tells users of an editor to take, with this checkout as the place, and what it adds for some. */
function documentedSetup(language: string): { setup: string; more: string } {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, block = '']) => block);
  const [setup = expect.fail(`README.md has no ${language} block`), more = ''] = blocks;
  expect(setup).toContain('/path/to/devres-lens/');
  return { setup: setup.replaceAll('/path/to/devres-lens', root), more };
}

/** Runs an editor on the example driver with nothing of the user's own, and returns what its script wrote. */
function run<T = Answers>(command: string, args: string[]): T {
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
  return JSON.parse(readFileSync(answers, 'utf8')) as T;
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
  const unbind = here.find(({ message }) => message.includes('devres_release_all() has moved it')) ?? expect.fail('no release-vs-unbind');
  expect(unbind.message).toMatch(/\nWhy: .*\nWhat to do: /s);
  expect(hover).toMatch(/slot_unregister\(\).* tears down .*struct mb_slot/);
  expect(actions.some((title) => title.startsWith(FIX))).toBe(true);
  expect(text).not.toContain(RELEASE);
}

describe.skipIf(!program('nvim', 'neovim'))('Neovim, set up as the README says', () => {
  test('shows diagnostics and hover, and a fix leaves no findings', () => {
    const line = releaseLine();
    const init = join(home, 'init.lua');
    writeFileSync(init, documentedSetup('lua').setup);
    const answers = run('nvim', ['--headless', '-n', '-u', init, file, '-S', join(HERE, 'neovim.lua')]);
    expectAll(answers, line);
    expect(answers.diagnostics.every(({ source, code }) => source === 'devres-lens' && code !== undefined)).toBe(true);
  });
});

describe.skipIf(!program('nvim', 'neovim') || !program('clangd', 'clangd') || !kernelHeaders())('Neovim, with clangd beside ours', () => {
  test('each has what it knows, and nothing is there twice', () => {
    // clangd knows what the compiler is told, and complains about what does not compile.
    writeFileSync(join(home, 'driver', 'compile_flags.txt'), clangFlags(kernelHeaders() ?? '', 'window').join('\n'));
    appendFileSync(file, '\nstatic int unfinished(void)\n{\n\treturn no_such_name;\n}\n');
    const init = join(home, 'init.lua');
    const { setup, more } = documentedSetup('lua');
    const own = setup.replace("name = 'devres-lens',", (name) => `${name} capabilities = plain,`);
    expect(own).not.toBe(setup);
    writeFileSync(init, `${more}${own}`);
    const seen = run<BesideClangd>('nvim', ['--headless', '-n', '-u', init, file, '-S', join(HERE, 'neovim-clangd.lua')]);
    expect(seen.failure).toBeUndefined();

    const of = (name: string) => seen.diagnostics.filter(({ source }) => source === name);
    expect(of('clang').map(({ message }) => message)).toEqual([expect.stringMatching(/undeclared identifier 'no_such_name'/)]);
    expect(of('devres-lens').some(({ line, message }) => line === releaseLine() && message.includes('has moved it'))).toBe(true);
    expect(of('devres-lens').length + of('clang').length).toBe(seen.diagnostics.length);
    const shown = seen.diagnostics.map(({ line, message }) => `${line} ${message}`);
    expect(new Set(shown).size).toBe(shown.length);

    expect(seen.hover.clangd).toMatch(/function `?slot_unregister/);
    expect(seen.hover.clangd).not.toMatch(/tears down/);
    expect(seen.hover['devres-lens']).toMatch(/slot_unregister\(\).* tears down .*struct mb_slot/);
    expect(seen.hover['devres-lens']).not.toMatch(/function `?slot_unregister|void \*/);
    const definition = readFileSync(file, 'utf8').split('\n').indexOf('static void slot_unregister(void *data)');
    expect(seen.definition).toEqual({ clangd: definition + 1 });
    // What both have is about different things: the fixes of their own diagnostics, links from includes and from attributes.
    expect(seen.both).toEqual(['codeActionProvider', 'documentLinkProvider', 'hoverProvider', 'textDocumentSync']);
    expect(seen.links['devres-lens']).toBeGreaterThan(0);
    expect(seen.links.shared).toBe(0);
  });
});

describe.skipIf(!eglot())('Emacs with eglot, set up as the README says', () => {
  test('shows diagnostics and hover, and a fix leaves no findings', () => {
    const line = releaseLine();
    const init = join(home, 'init.el');
    writeFileSync(init, `(package-initialize)\n(require 'eglot)\n${documentedSetup('elisp').setup}`);
    expectAll(run('emacs', ['--batch', '-l', init, '-l', join(HERE, 'emacs.el')]), line);
  });
});
