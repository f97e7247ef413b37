import { describe, expect, test } from 'vitest';
import type {
  CallHierarchyIncomingCall,
  CallHierarchyItem,
  CallHierarchyOutgoingCall,
  DocumentLink,
  InlayHint,
} from 'vscode-languageserver-protocol/node';
import { MODERN } from '../support/lsp-client';
import { openExample } from './real-analyst';

const ALL = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };

describe('inlay hints', () => {
  test('say at the call whose unbind runs the action, and when', async () => {
    const { client, uri, positionOf } = await openExample('window.c', { inlayHints: { enable: true } });
    const hints = await client.request<InlayHint[]>('textDocument/inlayHint', { textDocument: { uri }, range: ALL });
    const call = positionOf('slot_unregister, slot');
    expect(hints.find(({ position }) => position.line === call.line)).toMatchObject({
      position: { line: call.line, character: call.character + 'slot_unregister'.length },
      label: 'unbind of port->host_dev: 2 of 3',
      tooltip: 'devres of port->host_dev (struct mb_port) run newest first: slot_unregister() is 2 of 3',
    });
    expect(hints).toHaveLength(2);
    await client.stop();
  });

  test('are off unless asked for, and are for the lines asked for', async () => {
    const { client, uri } = await openExample('window.c');
    const ask = (range = ALL) => client.request<InlayHint[]>('textDocument/inlayHint', { textDocument: { uri }, range });
    expect(await ask()).toEqual([]);
    client.settings = { inlayHints: { enable: true } };
    await client.notify('workspace/didChangeConfiguration', { settings: null });
    await client.next('workspace/inlayHint/refresh');
    expect(await ask({ start: { line: 0, character: 0 }, end: { line: 20, character: 0 } })).toEqual([]);
    await client.stop();
  });
});

test('a client without Markdown gets hovers in plain text', async () => {
  const { client, uri, positionOf } = await openExample(
    'window.c',
    {},
    { ...MODERN, textDocument: { hover: { contentFormat: ['plaintext'] } } },
  );
  const hover = await client.hover(uri, positionOf('slot_unregister'));
  expect(hover?.contents).toMatchObject({
    kind: 'plaintext',
    value: expect.stringMatching(/^slot_unregister\(\) tears down struct mb_slot/),
  });
  expect(JSON.stringify(hover?.contents)).not.toMatch(/[*`]|\]\(/);
  await client.stop();
});

test('hovers can be switched off', async () => {
  const { client, uri, positionOf } = await openExample('window.c', { hover: { enable: false } });
  expect(await client.hover(uri, positionOf('slot_unregister'))).toBeNull();
  await client.stop();
});

test('the name of an attribute is a link to its handler, and back', async () => {
  const { client, uri, positionOf } = await openExample('window.c');
  const links = await client.request<DocumentLink[]>('textDocument/documentLink', { textDocument: { uri } });
  const name = positionOf('DEVICE_ATTR_WO(delete_slot)');
  const start = { line: name.line, character: name.character + 'DEVICE_ATTR_WO('.length };
  expect(links.find(({ range }) => range.start.line === name.line)).toEqual({
    range: { start, end: { line: name.line, character: start.character + 'delete_slot'.length } },
    target: `${uri}#L${positionOf('delete_slot_store').line + 1}`,
    tooltip: 'delete_slot_store()',
  });
  const handler = positionOf('delete_slot_store');
  expect(links.filter(({ range }) => range.start.line === handler.line)).toEqual([
    {
      range: { start: handler, end: { line: handler.line, character: handler.character + 'delete_slot_store'.length } },
      target: `${uri}#L${name.line + 1}`,
      tooltip: 'attribute delete_slot',
    },
  ]);
  await client.stop();
});

describe('call hierarchy', () => {
  async function itemAt(word: string) {
    const example = await openExample('window.c');
    // The graph is known soon after the first results, as links are.
    await example.client.request('textDocument/documentLink', { textDocument: { uri: example.uri } });
    const params = { textDocument: { uri: example.uri }, position: example.positionOf(word) };
    const [item] = await example.client.request<CallHierarchyItem[]>('textDocument/prepareCallHierarchy', params);
    if (!item) throw new Error(`no item at ${word}`);
    return { ...example, item };
  }

  test('has who releases and who runs an action among its callers', async () => {
    const { client, item, positionOf } = await itemAt('slot_unregister');
    expect(item).toMatchObject({ name: 'slot_unregister', detail: 'devm action' });
    const calls = await client.request<CallHierarchyIncomingCall[]>('callHierarchy/incomingCalls', { item });
    const callers = Object.fromEntries(
      calls.map(({ from, fromRanges }) => [from.name, { detail: from.detail, line: fromRanges[0]?.start.line }]),
    );
    expect(callers.devres_release_all?.detail).toMatch(/^driver core, runs it on unbind/);
    expect(callers.delete_slot_store).toEqual({
      detail: 'attribute handler, releases it from devres',
      line: positionOf('devm_release_action').line,
    });
    expect(callers.devm_mb_add_slot?.detail).toMatch(/registers it with devres/);
    await client.stop();
  });

  test('has the handlers that a teardown waits for among its callees', async () => {
    const { client, item } = await itemAt('unregister_window');
    const calls = await client.request<CallHierarchyOutgoingCall[]>('callHierarchy/outgoingCalls', { item });
    const drained = calls.filter(({ to }) => to.detail?.includes('waits for it to return')).map(({ to }) => to.name);
    expect(drained).toEqual(expect.arrayContaining(['create_slot_store', 'delete_slot_store']));
    await client.stop();
  });

  test('has nothing to say of other words', async () => {
    const { client, uri, positionOf } = await itemAt('slot_unregister');
    const params = { textDocument: { uri }, position: positionOf('SPDX') };
    expect(await client.request('textDocument/prepareCallHierarchy', params)).toBeNull();
    await client.stop();
  });
});
