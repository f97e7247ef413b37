import { beforeEach, describe, expect, test } from 'vitest';
import type * as editor from 'vscode';
import type { Server } from '../../../client/src/server';
import type { ServerState } from '../../../client/src/server-state';
import { StatusView } from '../../../client/src/status';
import type { StatusParams } from '../../../protocol/status';
import { activeEditorChanged, EventEmitter, item, type MarkdownString, type ThemeColor, Uri, window } from '../../support/fake-vscode';

const FOLDER = 'file:///tree/drivers/thing';

/** The view of a server that a test speaks for. */
function view() {
  const states = new EventEmitter<ServerState>();
  const statuses = new EventEmitter<StatusParams>();
  const server = { state: 'waiting' as ServerState, onDidChangeState: states.event, onStatus: statuses.event };
  new StatusView(server as unknown as Server);
  return {
    become(state: ServerState): void {
      server.state = state;
      states.fire(state);
    },
    say: (status: Partial<StatusParams>) => statuses.fire({ state: 'idle', message: '', findings: 0, folder: FOLDER, ...status }),
  };
}

function open(path: string, languageId = 'c'): void {
  window.activeTextEditor = { document: { languageId, fileName: path, uri: Uri.parse(`file://${path}`) } };
  activeEditorChanged.fire(window.activeTextEditor);
}

/** What stands in the status bar: text, first line of the tooltip, and whether it warns. */
function shown() {
  const { visible, text, backgroundColor } = item;
  const [said, links] = (item.tooltip as MarkdownString).value.split('\n\n');
  expect(links).toContain('[Restart Server](command:devresLens.restart)');
  expect((item as Partial<editor.StatusBarItem>).accessibilityInformation?.label).toContain(said);
  return { visible, text, said, warns: (backgroundColor as ThemeColor | undefined)?.id === 'statusBarItem.warningBackground' };
}

describe('the status bar', () => {
  beforeEach(() => open('/tree/drivers/thing/core/a.c'));

  test('shows the way of the analysis: starting, indexing with progress, exploring, idle', () => {
    const { become, say } = view();
    expect(shown()).toEqual({ visible: true, text: '$(loading~spin) devres-lens', said: 'The server is being started', warns: false });
    become('running');
    say({ state: 'indexing', message: 'Reading drivers/thing: 5 of 20 files', percent: 25 });
    expect(shown()).toMatchObject({ text: '$(sync~spin) devres-lens 25%', said: 'Reading drivers/thing: 5 of 20 files' });
    say({ state: 'indexing', message: 'Exploring drivers/thing' });
    expect(shown()).toMatchObject({ text: '$(sync~spin) devres-lens', said: 'Exploring drivers/thing' });
    say({ message: 'drivers/thing: 3 findings', findings: 3 });
    expect(shown()).toEqual({ visible: true, text: '$(check) devres-lens: 3', said: 'drivers/thing: 3 findings', warns: false });
  });

  test('warns where the analysis is degraded, and says why', () => {
    const { become, say } = view();
    become('running');
    say({ state: 'degraded', message: 'drivers/thing: a.c has more than 30000 lines and is left out', findings: 1 });
    expect(shown()).toMatchObject({ text: '$(warning) devres-lens: 1', said: expect.stringContaining('left out'), warns: true });
  });

  test('says when the server has ended, that it is started again, and that it stays down; what it knew is forgotten', () => {
    const { become, say } = view();
    become('running');
    say({ findings: 3, message: 'drivers/thing: 3 findings' });
    become('restarting');
    expect(shown()).toMatchObject({ text: '$(sync~spin) devres-lens', said: expect.stringContaining('started again'), warns: true });
    become('running');
    expect(shown().text).not.toContain('3');
    become('down');
    expect(shown()).toMatchObject({ text: '$(error) devres-lens', said: 'The server is not running', warns: true });
  });

  test('is about the folder of the file in front, the innermost one, and is there for C and headers only', () => {
    const { become, say } = view();
    become('running');
    say({ findings: 3 });
    say({ findings: 1, folder: `${FOLDER}/core` });
    expect(shown().text).toBe('$(check) devres-lens: 1');
    open('/tree/drivers/thing/b.h', 'cpp');
    expect(shown().text).toBe('$(check) devres-lens: 3');
    open('/tree/drivers/things/c.c');
    expect(shown()).toMatchObject({ said: 'This file is not analysed', warns: false });
    open('/tree/Makefile', 'makefile');
    expect(item.visible).toBe(false);
  });
});
