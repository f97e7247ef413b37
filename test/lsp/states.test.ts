import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Diagnostic } from 'vscode-languageserver-protocol/node';
import { root } from '../support/environment';
import { LspClient, MODERN } from '../support/lsp-client';

const SERVER = join(root, 'dist/server.js');
const racy = join(root, 'examples/minibus-racy');
const fixed = join(root, 'examples/minibus-fixed');

let home: string;
let client: LspClient;

beforeAll(() => {
  if (!existsSync(SERVER)) throw new Error('dist/server.js is missing: run npm run build');
});

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'devres-lens-states-'));
  client = LspClient.spawn(SERVER);
});

afterEach(async () => {
  expect(await client.stop()).toBe(0);
  rmSync(home, { recursive: true, force: true });
});

const uriOf = (path: string) => pathToFileURL(path).href;
const rulesOf = (diagnostics: Diagnostic[]) => diagnostics.map(({ code }) => String(code)).sort();

async function open(path: string): Promise<string[]> {
  await client.open(uriOf(path), readFileSync(path, 'utf8'));
  return rulesOf((await client.diagnostics(uriOf(path))).diagnostics);
}

/** Opens folders as the editor's own. */
async function initialize(...folders: string[]): Promise<void> {
  const workspaceFolders = folders.map((folder) => ({ uri: uriOf(folder), name: folder }));
  await client.request('initialize', {
    processId: process.pid,
    rootUri: workspaceFolders[0]?.uri ?? null,
    workspaceFolders,
    capabilities: MODERN,
  });
  await client.notify('initialized', {});
}

test('folders of several roots are analysed each on its own', async () => {
  await initialize(racy, fixed);
  expect(await open(join(racy, 'window.c'))).toContain('release-vs-unbind');
  expect(await open(join(fixed, 'window.c'))).toEqual([]);
  const status = await client.next('devresLens/status', ({ folder, state }) => folder === uriOf(fixed) && state === 'idle');
  expect(status.findings).toBe(0);
});

test('a folder of a kernel that is opened alone has the headers of the tree above it', async () => {
  const kernel = join(home, 'linux');
  const driver = join(kernel, 'drivers/minibus');
  cpSync(racy, driver, { recursive: true });
  for (const folder of ['linux', 'minibus']) mkdirSync(join(kernel, 'include', folder), { recursive: true });
  cpSync(join(driver, 'minibus.h'), join(kernel, 'include/minibus/minibus.h'));
  rmSync(join(driver, 'minibus.h'));
  for (const name of readdirSync(driver)) {
    const text = readFileSync(join(driver, name), 'utf8');
    writeFileSync(join(driver, name), text.replace('"minibus.h"', '<minibus/minibus.h>'));
  }
  await initialize(driver, racy);
  const expected = await open(join(racy, 'window.c'));
  expect(expected).toContain('release-vs-unbind');
  expect(await open(join(driver, 'window.c'))).toEqual(expected);
});

test('an untitled document is analysed as it is typed', async () => {
  await initialize();
  const uri = 'untitled:Untitled-1';
  const code = (add: string) =>
    `static void end(void *data) { }\nstatic int thing_probe(struct device *dev)\n{\n\t${add}\n\treturn 0;\n}\n`;
  await client.open(uri, code('devm_add_action(dev, end, dev);'));
  expect(rulesOf((await client.diagnostics(uri)).diagnostics)).toEqual(['unchecked-add-action']);
  const version = client.change(uri, [{ text: code('return devm_add_action_or_reset(dev, end, dev);') }]);
  expect(rulesOf((await client.diagnostics(uri, (params) => params.version === version)).diagnostics)).toEqual([]);
});

test("another version of a file, as git's side of a difference, leaves the file alone", async () => {
  await initialize(racy);
  const file = join(racy, 'window.c');
  const rules = await open(file);
  const old = `git:${file}?${encodeURIComponent(JSON.stringify({ path: file, ref: 'HEAD' }))}`;
  await client.open(old, 'static int nothing;\n');
  await client.diagnostics(old);
  expect(await client.hover(old, { line: 0, character: 14 })).toBeNull();
  await client.close(old);
  expect(rulesOf(client.published(uriOf(file)).at(-1)?.diagnostics ?? [])).toEqual(rules);
  expect(await client.hover(uriOf(file), { line: 53, character: 14 })).not.toBeNull();
});

test('nothing is written beside what is analysed, so it may be read-only', async () => {
  const driver = join(home, 'driver');
  cpSync(racy, driver, { recursive: true });
  const state = () => [driver, ...readdirSync(driver).map((name) => join(driver, name))].map((path) => `${path} ${statSync(path).mtimeMs}`);
  const before = state();
  await initialize(driver);
  await open(join(driver, 'window.c'));
  const uri = uriOf(join(driver, 'window.c'));
  const diagnostic =
    client
      .published(uri)
      .at(-1)
      ?.diagnostics.find(({ code }) => code === 'release-vs-unbind') ?? expect.fail('no release-vs-unbind');
  const actions = await client.codeActions(uri, diagnostic.range, [diagnostic]);
  await client.request(
    'codeAction/resolve',
    actions.find(({ isPreferred }) => isPreferred),
  );
  expect(state()).toEqual(before);
});
