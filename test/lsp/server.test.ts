import { expect, test } from 'vitest';
import { CancellationTokenSource, type CodeAction, CodeActionTriggerKind } from 'vscode-languageserver-protocol/node';
import { MODERN } from '../support/lsp-client';
import { connect } from './in-process';

const A = 'file:///tree/drivers/thing/core/a.c';
const B = 'file:///tree/drivers/thing/b.c';
const RACY = 'int a;\n\tRACE(obj);\n';

const tree = (extra: Record<string, string> = {}) => ({
  '/tree/drivers/thing/core/a.c': RACY,
  '/tree/drivers/thing/b.c': 'int b;\n',
  '/tree/drivers/thing/b.h': '#define B\n',
  ...extra,
});

const fullText = (text: string) => [{ text }];

test('a finding is a diagnostic with its rule, three parts and the interleaving', async () => {
  const { client } = connect(tree());
  await client.initialize();
  await client.open(A, RACY);
  const { diagnostics, version } = await client.diagnostics(A);
  expect(version).toBe(1);
  expect(diagnostics).toHaveLength(1);
  const [diagnostic] = diagnostics;
  expect(diagnostic).toMatchObject({
    range: { start: { line: 1, character: 1 }, end: { line: 1, character: 10 } },
    severity: 2,
    code: 'double-release',
    codeDescription: { href: 'file:///rules/double-release.md' },
    source: 'devres-lens',
    data: { fingerprint: 'drivers/thing/core/a.c:obj' },
  });
  const message = String(diagnostic?.message).split('\n');
  expect(message).toHaveLength(3);
  expect(message[0]).toBe('obj is released twice');
  expect(diagnostic?.relatedInformation?.map((step) => step.message)).toEqual([
    'CPU 0: find obj',
    'CPU 1: devres_release_all(dev)',
    'CPU 0: release obj',
  ]);
  expect(diagnostic?.relatedInformation?.[1]?.location).toEqual({
    uri: A,
    range: { start: { line: 0, character: 0 }, end: { line: 0, character: 6 } },
  });
  await client.stop();
});

test('the whole folder is analysed: findings of files that are not open are counted, shown in the lifetimes, and no diagnostics', async () => {
  const { client, engines } = connect(tree());
  await client.initialize();
  await client.open(B, 'int b;\n');
  const { message } = await client.next('devresLens/status', ({ state }) => state === 'idle');
  expect(message).toBe('drivers/thing: 1 finding, 1 in files that are not open');
  expect([...(engines[0]?.files.keys() ?? [])].sort()).toEqual(['drivers/thing/b.c', 'drivers/thing/b.h', 'drivers/thing/core/a.c']);
  expect(client.published(A)).toEqual([]);
  expect(JSON.stringify(await client.request('devresLens/lifetimes', null))).toContain('release');
  await client.stop();
});

test('the findings of a file go when it is closed, at once and for as long as it is; those of others stay', async () => {
  const { client } = connect(tree());
  await client.initialize();
  await client.open(B, 'RACE(own);\n');
  await client.open(A, RACY);
  await client.diagnostics(A, ({ diagnostics }) => diagnostics.length === 1);
  await client.next('devresLens/status', ({ state, findings }) => state === 'idle' && findings === 2);
  await client.close(A);
  expect((await client.diagnostics(A)).diagnostics).toEqual([]);
  const { message } = await client.next('devresLens/status', ({ state }) => state === 'idle');
  expect(message).toBe('drivers/thing: 2 findings, 1 in files that are not open');
  expect(client.published(A).at(-1)?.diagnostics).toEqual([]);
  expect(client.published(B).at(-1)?.diagnostics).toHaveLength(1);
  await client.open(A, RACY);
  expect((await client.diagnostics(A)).diagnostics).toHaveLength(1);
  await client.close(A);
  await client.close(B);
  for (const uri of [A, B]) await client.diagnostics(uri, ({ diagnostics }) => diagnostics.length === 0);
  await client.stop();
});

test('a second file of the folder joins the engine that is there; another folder gets its own', async () => {
  const { client, engines } = connect(tree({ '/tree/drivers/other/o.c': RACY }));
  await client.initialize();
  await client.open(A, RACY);
  await client.diagnostics(A);
  await client.open(B, 'RACE(in_buffer);\n');
  expect((await client.diagnostics(B)).diagnostics).toHaveLength(1);
  expect(engines).toHaveLength(1);
  const other = 'file:///tree/drivers/other/o.c';
  await client.open(other, RACY);
  expect((await client.diagnostics(other)).diagnostics).toHaveLength(1);
  expect(engines).toHaveLength(2);
  await client.stop();
});

test('the buffer counts, edits make findings vanish, and closing without saving brings the disk back', async () => {
  const { client } = connect(tree());
  await client.initialize();
  await client.open(B, 'int b;\n');
  await client.open(A, RACY);
  expect((await client.diagnostics(A, ({ version }) => version === 1)).diagnostics).toHaveLength(1);
  const range = { start: { line: 1, character: 1 }, end: { line: 1, character: 5 } };
  const version = client.change(A, [{ range, text: 'SAFE' }]);
  expect((await client.diagnostics(A, (params) => params.version === version)).diagnostics).toEqual([]);
  await client.close(A);
  await client.diagnostics(A);
  await client.next('devresLens/status', ({ message }) => message.endsWith('1 finding, 1 in files that are not open'));
  await client.stop();
});

test('a check that a change overtakes is abandoned and never published', async () => {
  const { client } = connect(tree());
  await client.initialize();
  await client.open(A, `${RACY}SLOW\n`);
  await client.next('devresLens/status', ({ message }) => message.startsWith('Exploring'));
  client.change(A, fullText(`${RACY}SLOW SLOW\n`));
  const version = client.change(A, fullText(RACY));
  await client.diagnostics(A);
  expect(client.published(A).map((params) => params.version)).toEqual([version]);
  await client.stop();
});

test('files that change on disk are read again, open ones are not', async () => {
  const { client, disk, engines } = connect(tree());
  await client.initialize();
  await client.open(A, RACY);
  await client.next('client/registerCapability', ({ registrations }) => registrations[0].method === 'workspace/didChangeWatchedFiles');
  await client.diagnostics(A);
  const counts = (findings: number) => client.next('devresLens/status', (said) => said.state === 'idle' && said.findings === findings);
  await counts(1);
  disk.set('/tree/drivers/thing/b.c', 'RACE(fresh);\n');
  disk.set('/tree/drivers/thing/core/a.c', 'int other;\n');
  const changes = [A, B].map((uri) => ({ uri, type: 2 }));
  await client.notify('workspace/didChangeWatchedFiles', { changes });
  await counts(2);
  expect(engines[0]?.files.get('drivers/thing/core/a.c')).toBe(RACY);
  disk.delete('/tree/drivers/thing/b.c');
  await client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: B, type: 3 }] });
  await counts(1);
  await client.stop();
});

test('hover finds the word in the text as it is now, and answers from the last results while a check runs', async () => {
  const { client } = connect(tree());
  await client.initialize();
  await client.open(A, RACY);
  await client.diagnostics(A);
  client.change(A, fullText(`SLOW; ${RACY}`));
  await client.next('devresLens/status', ({ message, findings }) => message.startsWith('Exploring') && findings === 1);
  expect(await client.hover(A, { line: 1, character: 7 })).toMatchObject({
    contents: { kind: 'markdown', value: expect.stringContaining('**release()** tears down `struct obj`') },
    range: { start: { line: 1, character: 6 }, end: { line: 1, character: 9 } },
  });
  expect(await client.hover(A, { line: 0, character: 0 })).toBeNull();
  await client.stop();
});

test('while a check runs nothing that rests on the new text is offered', async () => {
  const { client } = connect(tree());
  await client.initialize();
  await client.open(A, RACY);
  const { diagnostics } = await client.diagnostics(A);
  const range = diagnostics[0]?.range ?? expect.fail('no diagnostic');
  client.change(A, fullText(`${RACY}SLOW`));
  expect((await client.codeActions(A, range, diagnostics)).map(({ title }) => title)).toEqual([
    'Show interleaving',
    'Copy as changelog',
    'Show reproducer',
  ]);
  await client.stop();
});

test('a finding is shown and copied by the client, where it can', async () => {
  const { client } = connect(tree());
  await client.initialize();
  await client.open(A, RACY);
  const { diagnostics } = await client.diagnostics(A);
  const range = diagnostics[0]?.range ?? expect.fail('no diagnostic');
  const [show, copy] = (await client.codeActions(A, range, diagnostics)).slice(1);
  const fingerprint = 'drivers/thing/core/a.c:obj';
  expect(show).toMatchObject({ title: 'Show interleaving', kind: 'quickfix', diagnostics });
  expect(show?.command).toMatchObject({ command: 'devresLens.showInterleaving', arguments: [fingerprint] });
  expect(copy?.command).toMatchObject({ command: 'devresLens.copyChangelog', arguments: [fingerprint] });
  const drawing = await client.request<{ text: string }>('devresLens/interleaving', { fingerprint });
  expect(drawing.text).toContain('^ WARN: the action is no longer on');
  const changelog = await client.request<string>('devresLens/changelog', { fingerprint });
  expect(changelog.split('\n').slice(0, 3)).toEqual(['thing/a: Fix double release of release()', '', 'obj is released twice']);
  expect(await client.request('devresLens/changelog', { fingerprint: 'gone' })).toBeNull();
  expect(await client.request('devresLens/reproducer', { fingerprint })).toMatchObject({ script: '#!/bin/sh\n' });
  expect(await client.request('devresLens/reproducer', { fingerprint: 'gone' })).toBeNull();
  await client.stop();
});

test('a header of the tree that is open counts as it is in the editor, until it is closed', async () => {
  const { client, engines } = connect(tree({ '/tree/include/thing.h': '' }));
  await client.initialize();
  await client.open(A, RACY);
  await client.diagnostics(A);
  const header = 'file:///tree/include/thing.h';
  await client.open(header, '#define X\n');
  client.change(header, fullText('#define Y\n'));
  await client.hover(A, { line: 0, character: 0 });
  expect(engines[0]?.contexts.get('include/thing.h')).toBe('#define Y\n');
  await client.close(header);
  await client.hover(A, { line: 0, character: 0 });
  expect(engines[0]?.contexts.get('include/thing.h')).toBeNull();
  await client.stop();
});

test('a fix is offered at its finding and its edit is made when it is chosen', async () => {
  const { client } = connect(tree());
  await client.initialize();
  await client.open(A, RACY);
  const { diagnostics } = await client.diagnostics(A);
  const range = diagnostics[0]?.range ?? expect.fail('no diagnostic');
  const [action] = await client.codeActions(A, range, diagnostics);
  expect(action).toMatchObject({ title: 'Make it safe', kind: 'quickfix', isPreferred: true, diagnostics });
  expect(action?.edit).toBeUndefined();
  const resolved = await client.request('codeAction/resolve', action);
  expect(resolved).toMatchObject({
    edit: {
      documentChanges: [
        {
          textDocument: { uri: A, version: 1 },
          edits: [
            { range: { start: { line: 1, character: 1 }, end: { line: 1, character: 5 } }, newText: 'SAFE', annotationId: 'make-safe' },
          ],
        },
      ],
      changeAnnotations: { 'make-safe': { label: 'Make it safe', description: 'Resolves it.', needsConfirmation: false } },
    },
  });
  const version = client.change(A, fullText('int a;\n'));
  expect(await client.request('codeAction/resolve', action)).not.toHaveProperty('edit');
  expect((await client.next('window/showMessage')).message).toContain('the text has changed');
  await client.diagnostics(A, (params) => params.version === version);
  expect(await client.request('codeAction/resolve', action)).not.toHaveProperty('edit');
  expect((await client.next('window/showMessage')).message).toContain('the finding is gone');
  await client.stop();
});

test('fix-all is offered where it is asked for by its kind, and only where it does something', async () => {
  const { client } = connect(tree());
  await client.initialize();
  await client.open(A, RACY);
  const { diagnostics } = await client.diagnostics(A);
  const range = diagnostics[0]?.range ?? expect.fail('no diagnostic');
  const ask = (only?: string[]) =>
    client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: A },
      range,
      context: { diagnostics, ...(only && { only }) },
    });
  for (const kind of ['source.fixAll.devresLens', 'source.fixAll', 'source']) {
    const [all, ...others] = await ask([kind]);
    expect(others).toEqual([]);
    expect(all).toMatchObject({ kind: 'source.fixAll.devresLens', edit: { documentChanges: [{ textDocument: { uri: A, version: 1 } }] } });
  }
  expect((await ask()).map(({ kind }) => kind)).not.toContain('source.fixAll.devresLens');
  expect(await ask(['source.organizeImports'])).toEqual([]);
  const version = client.change(A, fullText('int a;\n'));
  await client.diagnostics(A, (params) => params.version === version);
  expect(await ask(['source.fixAll'])).toEqual([]);
  await client.stop();
});

test('fixes are explored once, and only who asks for them waits', async () => {
  const { client, engines } = connect(tree());
  await client.initialize();
  await client.open(A, RACY);
  const { diagnostics } = await client.diagnostics(A);
  const range = diagnostics[0]?.range ?? expect.fail('no diagnostic');
  const titles = async (triggerKind: CodeActionTriggerKind) => {
    const params = { textDocument: { uri: A }, range, context: { diagnostics, triggerKind } };
    return (await client.request<CodeAction[]>('textDocument/codeAction', params)).map(({ title }) => title);
  };
  expect(await titles(CodeActionTriggerKind.Automatic)).not.toContain('Make it safe');
  expect(await titles(CodeActionTriggerKind.Invoked)).toContain('Make it safe');
  expect(await titles(CodeActionTriggerKind.Automatic)).toContain('Make it safe');
  expect(engines[0]?.explored).toBe(1);
  await client.stop();
});

test('who gives up asking for fixes ends their exploration', async () => {
  const { client, engines } = connect({ '/tree/drivers/thing/core/a.c': RACY });
  await client.initialize();
  await client.open(A, `${RACY}LONG`);
  const { diagnostics } = await client.diagnostics(A);
  const cancelling = new CancellationTokenSource();
  const context = { diagnostics, triggerKind: CodeActionTriggerKind.Invoked };
  const range = diagnostics[0]?.range;
  const asked = client.request('textDocument/codeAction', { textDocument: { uri: A }, range, context }, cancelling.token);
  await expect.poll(() => engines[0]?.explored).toBe(1);
  const before = engines[0]?.abandoned ?? 0;
  cancelling.cancel();
  await asked.catch(() => {});
  expect(engines[0]?.abandoned).toBe(before + 1);
  expect(await client.hover(A, { line: 99, character: 0 })).toBeNull();
  await client.stop();
});

test('a client that can do little gets plain edits, the trace in the message and no data', async () => {
  const { client } = connect(tree());
  const codeAction = { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } };
  await client.initialize({ textDocument: { codeAction } });
  await client.open(A, RACY);
  const { diagnostics } = await client.diagnostics(A);
  const [diagnostic] = diagnostics;
  expect(diagnostic).not.toHaveProperty('relatedInformation');
  expect(diagnostic).not.toHaveProperty('data');
  expect(diagnostic?.message).toContain('\nCPU 1: devres_release_all(dev)\n');
  const [action] = await client.codeActions(A, diagnostic?.range ?? expect.fail('no diagnostic'), diagnostics);
  expect(action?.edit?.changes?.[A]).toEqual([{ range: expect.anything(), newText: 'SAFE' }]);
  expect(client.history.filter(({ method }) => method.startsWith('client/') || method.includes('workDoneProgress'))).toEqual([]);
  await client.stop();
});

test.each([
  { offered: ['utf-8', 'utf-16'], encoding: 'utf-8', start: 8, end: 17 },
  { offered: ['utf-32'], encoding: 'utf-32', start: 4, end: 13 },
  { offered: ['utf-7'], encoding: 'utf-16', start: 5, end: 14 },
  { offered: undefined, encoding: 'utf-16', start: 5, end: 14 },
])('positions count in $encoding where the client offers $offered', async ({ offered, encoding, start, end }) => {
  const { client } = connect(tree());
  const result = await client.initialize({ ...MODERN, general: offered ? { positionEncodings: offered } : {} });
  expect(result.capabilities.positionEncoding).toBe(encoding);
  await client.open(A, 'é😀x RACE(obj);\r\n');
  const { diagnostics } = await client.diagnostics(A);
  expect(diagnostics[0]?.range).toEqual({ start: { line: 0, character: start }, end: { line: 0, character: end } });
  const range = { start: { line: 0, character: start }, end: { line: 0, character: start + 4 } };
  const version = client.change(A, [{ range, text: 'SAFE' }]);
  expect((await client.diagnostics(A, (params) => params.version === version)).diagnostics).toEqual([]);
  await client.stop();
});

test('the interleaving is drawn for a fingerprint and for a place', async () => {
  const { client } = connect(tree());
  await client.initialize();
  await client.open(A, RACY);
  await client.diagnostics(A);
  const byPlace = await client.request('devresLens/interleaving', { uri: A, position: { line: 1, character: 0 } });
  expect(byPlace).toMatchObject({ fingerprint: 'drivers/thing/core/a.c:obj', text: expect.stringMatching(/CPU 0 +CPU 1\n/) });
  expect(await client.request('devresLens/interleaving', { fingerprint: 'drivers/thing/core/a.c:obj' })).toEqual(byPlace);
  expect(await client.request('devresLens/interleaving', { fingerprint: 'none' })).toBeNull();
  await client.stop();
});

test('what a server for the whole language does is left to it, the call hierarchy too where the client wants that', async () => {
  const { client } = connect({});
  const { capabilities } = await client.initialize();
  expect(capabilities.callHierarchyProvider).toBe(true);
  expect(Object.keys(capabilities).sort()).toEqual([
    'callHierarchyProvider',
    'codeActionProvider',
    'codeLensProvider',
    'documentLinkProvider',
    'hoverProvider',
    'inlayHintProvider',
    'positionEncoding',
    'textDocumentSync',
  ]);
  await client.stop();
  const { client: plain } = connect({});
  expect((await plain.initialize({})).capabilities.callHierarchyProvider).toBe(false);
  await plain.stop();
});
