import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { kernelTree, root } from '../support/environment';
import { LspClient, MODERN } from '../support/lsp-client';

const SERVER = join(root, 'dist/server.js');
const CLI = join(root, 'dist/cli.js');
const tree = kernelTree('6.12.113');

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

describe.skipIf(!tree)('a kernel tree', () => {
  const path = join(tree ?? '', 'drivers/cxl/core/region.c');
  const uri = pathToFileURL(path).href;

  test('shows its races, explains them, and clears them', async () => {
    const text = readFileSync(path, 'utf8');
    const lines = text.split('\n');
    const client = LspClient.spawn(SERVER);
    await client.initialize();
    await client.open(uri, text);
    const { diagnostics } = await client.diagnostics(uri);
    const atRelease = diagnostics.filter(({ range }) => lines[range.start.line]?.includes('devm_release_action('));
    expect(atRelease.map(({ code }) => code)).toEqual(expect.arrayContaining(['double-release', 'release-vs-unbind']));
    for (const { relatedInformation } of atRelease) {
      expect(relatedInformation?.map(({ message }) => message.slice(0, 6))).toEqual(expect.arrayContaining(['CPU 0:', 'CPU 1:']));
    }
    const [first] = atRelease;
    const range = first?.range ?? expect.fail('no diagnostic');
    expect(await client.hover(uri, range.start)).not.toBeNull();
    expect(await client.codeActions(uri, range, diagnostics)).toBeInstanceOf(Array);
    const drawing = await client.request<{ text: string }>('devresLens/interleaving', { fingerprint: first?.data.fingerprint });
    expect(drawing.text).toContain('CPU 1');

    const version = client.change(uri, [{ text: 'static int half(struct ' }]);
    expect((await client.diagnostics(uri, (params) => params.version === version)).diagnostics).toEqual([]);
    const again = client.change(uri, [{ text }]);
    expect((await client.diagnostics(uri, (params) => params.version === again)).diagnostics.length).toBe(diagnostics.length);
    await client.close(uri);
    await client.diagnostics(uri, (params) => params.diagnostics.length === 0);
    expect(await client.stop()).toBe(0);
  });
});
