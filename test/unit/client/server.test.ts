import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ExtensionContext, LogOutputChannel } from 'vscode';
import type { ClientParts } from '../../../client/src/language-client';
import { RestartPolicy } from '../../../client/src/restarts';
import { Server } from '../../../client/src/server';
import { messages } from '../../support/fake-vscode';

/** The library, as far as it is asked for anything. */
const library = { parts: undefined as ClientParts | undefined, starts: 0, answer: async (): Promise<unknown> => 'answer' };

vi.mock('../../../client/src/language-client', () => ({
  createClient(parts: ClientParts) {
    library.parts = parts;
    const start = async () => {
      library.starts += 1;
      if (library.starts === 1 && failing) throw new Error('no such file');
      parts.changed('running');
    };
    return { start, restart: start, needsStop: () => library.starts > 0, stop: async () => {}, sendRequest: () => library.answer() };
  },
}));

let failing = false;
const log: string[] = [];
const keep = (message: unknown) => void log.push(String(message));
const request = { method: 'devresLens/test' };

function server() {
  const context = { asAbsolutePath: (path: string) => path } as ExtensionContext;
  return new Server(context, { error: keep, warn: keep } as unknown as LogOutputChannel);
}

describe('the server as the extension sees it', () => {
  beforeEach(() => {
    Object.assign(library, { parts: undefined, starts: 0, answer: async () => 'answer' });
    failing = false;
    messages.length = 0;
    log.length = 0;
  });

  test('is started by the first who needs it, once', async () => {
    const made = server();
    expect(made.state).toBe('waiting');
    expect(library.parts).toBeUndefined();
    expect(await made.request(request, null)).toBe('answer');
    await made.start();
    expect(await made.request(request, null)).toBe('answer');
    expect(library.starts).toBe(1);
    expect(made.state).toBe('running');
  });

  test('answers nothing while it is down or about to be started again, and says so', async () => {
    const made = server();
    const states: string[] = [];
    made.onDidChangeState((state) => states.push(state));
    await made.start();
    library.parts?.changed('restarting');
    expect(await made.request(request, null)).toBeUndefined();
    library.parts?.changed('running');
    expect(await made.request(request, null)).toBe('answer');
    library.parts?.changed('down');
    expect(await made.request(request, null)).toBeUndefined();
    expect(states).toEqual(['starting', 'running', 'restarting', 'running', 'down']);
  });

  test('that ends over a request answers nothing, and the log says which', async () => {
    const made = server();
    library.answer = async () => Promise.reject(new Error('connection got disposed'));
    expect(await made.request(request, null)).toBeUndefined();
    expect(log).toEqual(['devresLens/test: connection got disposed']);
  });

  test('that cannot be started is told of with what can be done, and can be started again', async () => {
    const made = server();
    failing = true;
    await made.start();
    expect(made.state).toBe('down');
    expect(messages).toEqual([{ text: 'The devres-lens server cannot be started.', buttons: ['Restart', 'Show Log'] }]);
    await made.restart();
    expect(made.state).toBe('running');
  });
});

test('a server that ends is started again after longer and longer pauses, five times within three minutes', () => {
  const policy = new RestartPolicy();
  expect([0, 1, 2, 3, 4, 5].map((second) => policy.crashed(1000 * second))).toEqual([500, 1000, 2000, 4000, 8000, null]);
  policy.reset();
  expect(policy.crashed(6000)).toBe(500);
  expect(policy.crashed(6000 + 180_000)).toBe(500);
});
