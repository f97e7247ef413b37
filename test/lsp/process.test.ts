import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CodeAction, type Diagnostic, type Position, TextDocumentEdit, TextEdit } from 'vscode-languageserver-protocol/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { kernelTree, root } from '../support/environment';
import { LspClient, MODERN } from '../support/lsp-client';

const SERVER = join(root, 'dist/server.js');
const CLI = join(root, 'dist/cli.js');
const tree = kernelTree('6.12.113');
const fixed = kernelTree('6.12.117');

beforeAll(() => {
  if (!existsSync(SERVER)) throw new Error('dist/server.js is missing: run npm run build');
});

async function exitCode(client: LspClient): Promise<number | null> {
  const [code] = (await once(client.process ?? expect.fail('no process'), 'exit')) as [number | null];
  return code;
}

describe('the process', () => {
  test.each([
    ['the server', SERVER, ['--stdio']],
    ['the server without arguments', SERVER, []],
    ['the command line', CLI, ['lsp', '--stdio']],
  ])('%s serves and ends with 0 after shutdown', async (_, script, args) => {
    const client = LspClient.spawn(script, args);
    const { serverInfo } = await client.initialize();
    expect(serverInfo?.name).toBe('devres-lens');
    expect(await client.stop()).toBe(0);
  });

  test('ends with 1 when told to exit without shutdown', async () => {
    const client = LspClient.spawn(SERVER);
    await client.initialize();
    const code = exitCode(client);
    await client.notify('exit');
    expect(await code).toBe(1);
  });

  test('ends when its input does', async () => {
    const client = LspClient.spawn(SERVER);
    await client.initialize();
    const code = exitCode(client);
    client.process?.stdin?.end();
    expect(await code).toBe(1);
  });

  test('ends when its editor is gone', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const client = LspClient.spawn(SERVER);
    const code = exitCode(client);
    await client.request('initialize', { processId: pid, rootUri: null, capabilities: MODERN });
    expect(await code).toBe(1);
  });

  test('survives requests that it does not know', async () => {
    const client = LspClient.spawn(SERVER);
    await client.initialize();
    await expect(client.request('textDocument/noSuchThing', {})).rejects.toThrow(/Unhandled method/);
    expect(await client.stop()).toBe(0);
  });
});

/** The example driver with the races, and its twin without. */
const example = (name: string, file: string) => {
  const path = join(root, 'examples', name, file);
  return { uri: pathToFileURL(path).href, text: readFileSync(path, 'utf8') };
};

/** Findings at the lines of a document that a pattern fits, by rule. */
function rulesAt(diagnostics: Diagnostic[], text: string, pattern: RegExp): string[] {
  const lines = text.split('\n');
  return diagnostics.filter(({ range }) => pattern.test(lines[range.start.line] ?? '')).map(({ code }) => String(code));
}

describe('the example driver', () => {
  const racy = example('minibus-racy', 'window.c');

  test('shows its races step by step, explains them, and says how to go on', async () => {
    const client = LspClient.spawn(SERVER);
    await client.initialize();
    await client.open(racy.uri, racy.text);
    const { diagnostics } = await client.diagnostics(racy.uri);
    expect(rulesAt(diagnostics, racy.text, /devm_release_action\(port->host_dev, slot_unregister, slot\)/)).toEqual(
      expect.arrayContaining(['double-release', 'release-vs-unbind']),
    );
    const unbind = diagnostics.find(({ code }) => code === 'release-vs-unbind') ?? expect.fail('no release-vs-unbind');
    const message = String(unbind.message).split('\n');
    expect(message[0]).toMatch(/devres_release_all/);
    expect(message.slice(1).map((line) => line.split(':')[0])).toEqual(['Why', 'What to do']);

    const steps = unbind.relatedInformation?.map((step) => step.message) ?? [];
    const [find, take, release] = ['device_find_child_by_name', 'devres_release_all', 'devm_release_action'].map((name) =>
      steps.findIndex((step) => step.includes(name)),
    );
    expect([find, take, release]).toEqual([find, take, release].sort());
    expect(steps[find ?? -1]).toMatch(/^CPU 0: /);
    expect(steps[take ?? -1]).toMatch(/^CPU 1: /);

    const teardown = positionOf(racy.text, 'slot_unregister');
    const hover = await client.hover(racy.uri, teardown);
    expect(JSON.stringify(hover?.contents)).toContain('**slot_unregister()** tears down `struct mb_slot`');

    const actions = await client.codeActions(racy.uri, unbind.range, [unbind]);
    expect(actions.map(({ title }) => title)).toEqual(expect.arrayContaining(['Show interleaving', 'Copy as changelog']));
    const drawing = await client.request<{ text: string }>('devresLens/interleaving', { fingerprint: unbind.data.fingerprint });
    expect(drawing.text).toMatch(/CPU 0 +CPU 1/);
    const changelog = await client.request<string>('devresLens/changelog', { fingerprint: unbind.data.fingerprint });
    expect(changelog).toMatch(/^minibus-racy\/window: |^window: /);
    // Here the tree is a repository: a tag stays in one line, however long.
    const lines = changelog.split('\n').filter((line) => !line.startsWith('Fixes: '));
    for (const line of lines.slice(1)) expect(line.length).toBeLessThanOrEqual(75);
    expect(await client.stop()).toBe(0);
  });

  test('is left alone at once when its editor ends while it is read in', async () => {
    for (let attempt = 0; attempt < 3; attempt++) {
      const client = LspClient.spawn(SERVER);
      await client.initialize();
      await client.open(racy.uri, `${racy.text}/* ${attempt} */\n`);
      await client.hover(racy.uri, { line: 0, character: 0 });
      expect(await client.stop()).toBe(0);
    }
  });

  test('is clean once its buffers say what the fixed one does, and racy again when they are closed unsaved', async () => {
    const client = LspClient.spawn(SERVER);
    await client.initialize();
    const header = example('minibus-racy', 'minibus.h');
    await client.open(racy.uri, racy.text);
    expect((await client.diagnostics(racy.uri)).diagnostics).not.toEqual([]);
    await client.open(header.uri, header.text);
    client.change(header.uri, [{ text: example('minibus-fixed', 'minibus.h').text }]);
    const version = client.change(racy.uri, [{ text: example('minibus-fixed', 'window.c').text }]);
    expect((await client.diagnostics(racy.uri, (params) => params.version === version)).diagnostics).toEqual([]);
    await client.close(racy.uri);
    await client.close(header.uri);
    await client.open(racy.uri, racy.text);
    expect((await client.diagnostics(racy.uri, ({ diagnostics }) => diagnostics.length > 0)).diagnostics).not.toEqual([]);
    expect(await client.stop()).toBe(0);
  });

  test('is clean once the preferred fix is applied to its buffers', async () => {
    const client = LspClient.spawn(SERVER);
    await client.initialize();
    await client.open(racy.uri, racy.text);
    const { diagnostics } = await client.diagnostics(racy.uri);
    const unbind = diagnostics.find(({ code }) => code === 'release-vs-unbind') ?? expect.fail('no release-vs-unbind');
    const fixes = await client.codeActions(racy.uri, unbind.range, [unbind]);
    const fix = fixes.find(({ isPreferred }) => isPreferred) ?? expect.fail('no preferred fix');
    const { edit } = await client.request<CodeAction>('codeAction/resolve', fix);
    const changes = (edit?.documentChanges ?? []).filter((change) => TextDocumentEdit.is(change));
    const versions = new Map<string, number>();
    for (const { textDocument, edits } of changes) {
      const text = readFileSync(fileURLToPath(textDocument.uri), 'utf8');
      if (textDocument.uri !== racy.uri) await client.open(textDocument.uri, text);
      const after = TextDocument.applyEdits(TextDocument.create(textDocument.uri, 'c', 1, text), edits.filter(TextEdit.is));
      versions.set(textDocument.uri, client.change(textDocument.uri, [{ text: after }]));
    }
    expect(versions.has(racy.uri)).toBe(true);
    const { diagnostics: left } = await client.diagnostics(racy.uri, ({ version }) => version === versions.get(racy.uri));
    expect(left).toEqual([]);
    expect(await client.stop()).toBe(0);
  });

  test('half a file is no error', async () => {
    const client = LspClient.spawn(SERVER);
    await client.initialize();
    await client.open(racy.uri, racy.text);
    const before = await client.diagnostics(racy.uri);
    const version = client.change(racy.uri, [{ text: 'static int half(struct ' }]);
    expect((await client.diagnostics(racy.uri, (params) => params.version === version)).diagnostics).toEqual([]);
    const again = client.change(racy.uri, [{ text: racy.text }]);
    const after = await client.diagnostics(racy.uri, (params) => params.version === again);
    expect(after.diagnostics).toEqual(before.diagnostics);
    expect(await client.stop()).toBe(0);
  });
});

/** Where a name that is called or defined stands first. */
function positionOf(text: string, name: string): Position {
  const before = text.slice(0, text.search(new RegExp(`\\b${name}\\(`))).split('\n');
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

describe.skipIf(!tree || !fixed)('a kernel tree', () => {
  const file = 'drivers/cxl/core/region.c';
  const uri = pathToFileURL(join(tree ?? '', file)).href;
  const read = (root: string | undefined, path: string) => readFileSync(join(root ?? '', path), 'utf8');

  test('shows the races of its regions, and none of them with the text that upstream merged', { timeout: 240_000 }, async () => {
    const text = read(tree, file);
    const client = LspClient.spawn(SERVER);
    await client.initialize();
    await client.open(uri, text);
    const { diagnostics } = await client.diagnostics(uri);
    const atRelease = /devm_release_action\(port->uport_dev, unregister_region, cxlr\)/;
    expect(rulesAt(diagnostics, text, atRelease)).toEqual(
      expect.arrayContaining(['double-release', 'release-vs-unbind', 'release-before-add']),
    );
    for (const { relatedInformation } of diagnostics.filter(({ code }) => code === 'release-vs-unbind')) {
      expect(relatedInformation?.map(({ message }) => message.slice(0, 6))).toEqual(expect.arrayContaining(['CPU 0:', 'CPU 1:']));
    }
    const hover = await client.hover(uri, positionOf(text, 'unregister_region'));
    expect(JSON.stringify(hover?.contents)).toContain('**unregister_region()** tears down `struct cxl_region`');

    const others = ['drivers/cxl/core/core.h', 'drivers/cxl/core/port.c', 'drivers/cxl/cxl.h'];
    for (const path of others) {
      const other = pathToFileURL(join(tree ?? '', path)).href;
      await client.open(other, read(tree, path));
      client.change(other, [{ text: read(fixed, path) }]);
    }
    const after = read(fixed, file);
    const version = client.change(uri, [{ text: after }]);
    const { diagnostics: left } = await client.diagnostics(uri, (params) => params.version === version);
    const codes = new Set(left.map(({ code }) => code));
    expect(['double-release', 'release-vs-unbind', 'release-before-add'].filter((rule) => codes.has(rule))).toEqual([]);
    expect(await client.stop()).toBe(0);
  });
});
