import { expect, test } from 'vitest';
import type { CodeLens } from 'vscode-languageserver-protocol/node';
import { type LspClient, MODERN } from '../support/lsp-client';
import { connect } from './in-process';

const A = 'file:///tree/drivers/thing/a.c';
const TEXT = 'int a;\nvoid release(void *p);\n\tRACE(obj);\n';
const TITLE = '2 paths can end this; 2 race';

const lenses = (client: LspClient) => client.request<CodeLens[]>('textDocument/codeLens', { textDocument: { uri: A } });

test('a lens says how many paths race, and shows the worst finding', async () => {
  const { client } = connect({ '/tree/drivers/thing/a.c': TEXT });
  const { capabilities } = await client.initialize();
  expect(capabilities.codeLensProvider).toBeDefined();
  await client.open(A, TEXT);
  await client.next('workspace/codeLens/refresh');
  expect(await lenses(client)).toEqual([
    {
      range: { start: { line: 1, character: 5 }, end: { line: 1, character: 12 } },
      command: { title: TITLE, command: 'devresLens.showInterleaving', arguments: ['drivers/thing/a.c:obj'] },
    },
  ]);
  await client.stop();
});

test('a client that cannot show interleavings gets the text, and one that cannot refresh is not asked to', async () => {
  const { client } = connect({ '/tree/drivers/thing/a.c': TEXT });
  await client.initialize({ ...MODERN, workspace: {}, experimental: {} });
  await client.open(A, TEXT);
  await client.diagnostics(A);
  expect((await lenses(client)).map(({ command }) => command)).toEqual([{ title: TITLE, command: '' }]);
  expect(client.history.some(({ method }) => method === 'workspace/codeLens/refresh')).toBe(false);
  await client.stop();
});

test('lenses can be switched off while the server runs', async () => {
  const { client } = connect({ '/tree/drivers/thing/a.c': TEXT });
  await client.initialize();
  await client.open(A, TEXT);
  await client.next('workspace/codeLens/refresh');
  expect(await lenses(client)).toHaveLength(1);
  client.settings = { codeLens: { enable: false } };
  await client.notify('workspace/didChangeConfiguration', { settings: null });
  await client.next('workspace/codeLens/refresh');
  expect(await lenses(client)).toEqual([]);
  await client.stop();
});
