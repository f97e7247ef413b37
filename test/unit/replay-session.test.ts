import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, expect, test } from 'vitest';
import { ReplaySession } from '../../client/src/replay/session';
import type { Place } from '../../protocol/message';
import type { Replay, ReplayStep, StateItem } from '../../protocol/replay';

const URI = 'file:///tree/slots.c';

const at = (line: number, end = line): Place => ({ uri: URI, range: { start: { line, character: 1 }, end: { line: end, character: 9 } } });

/** One lock and one count, and what was before where it changed. */
function state(holder: string, count: string, before: { lock?: string; count?: string } = {}): StateItem[] {
  return [
    { scope: 'locks', name: 'owner->lock', value: holder, idle: holder === 'free', ...(before.lock && { before: before.lock }) },
    { scope: 'references', name: 'slot', value: count, idle: false, ...(before.count && { before: before.count }) },
  ];
}

function step(thread: number, line: number, text: string, calls: string[], items: StateItem[]): ReplayStep {
  const stack = calls.map((name, i) => ({ function: name, place: name.startsWith('kernel') ? null : at(line + 100 * i) }));
  return { thread, function: calls[0] ?? '', op: 'use', text, place: at(line), stack, state: items, moved: [] };
}

const REPLAY: Replay = {
  fingerprint: 'f',
  rule: 'use-after-free',
  title: 'use-after-free in store()',
  what: 'the slot is used after it was freed',
  why: 'It may belong to somebody else.',
  action: 'Hold a reference.',
  consequence: 'BUG: use after free',
  explored: true,
  lifetime: { action: 'unregister', object: 'slot', host: null },
  threads: [
    { name: 'CPU 0', entry: 'store', kind: 'sysfs-store', place: at(1) },
    { name: 'CPU 1', entry: 'unbind(dev)', kind: 'unbind', place: at(50) },
  ],
  steps: [
    step(0, 10, 'lock(owner)', ['find', 'store'], state('held by CPU 0', '1', { lock: 'free' })),
    step(0, 11, 'get(slot)', ['find', 'store'], state('held by CPU 0', '2', { count: '1' })),
    step(0, 20, 'unlock(owner)', ['store'], state('free', '2', { lock: 'held by CPU 0' })),
    step(1, 51, 'put(slot)', ['unregister', 'kernel_unbind'], state('free', '0', { count: '2' })),
    step(0, 21, 'use(slot)', ['store'], state('free', '0')),
  ],
  pairs: [['store', 'unbind(dev)']],
  assumptions: [],
  related: [],
};

/** A client that speaks the protocol to a session, and waits for its answers. */
class Client {
  readonly moves: number[] = [];
  readonly session: ReplaySession;
  readonly #messages: DebugProtocol.ProtocolMessage[] = [];
  #heard: () => void = () => {};
  #seq = 0;

  constructor(replay: Replay = REPLAY) {
    this.session = new ReplaySession(replay, { pathOf: (uri) => new URL(uri).pathname, moved: (index) => this.moves.push(index) });
    this.session.onDidSendMessage((message) => {
      this.#messages.push(message as DebugProtocol.ProtocolMessage);
      this.#heard();
    });
  }

  async start(): Promise<DebugProtocol.Capabilities> {
    const capabilities = await this.ask('initialize', { adapterID: 'x', pathFormat: 'path', linesStartAt1: true, columnsStartAt1: true });
    await this.event('initialized');
    await this.ask('launch', {});
    await this.ask('configurationDone', {});
    await this.event('stopped');
    return capabilities as DebugProtocol.Capabilities;
  }

  // biome-ignore lint/suspicious/noExplicitAny: bodies of answers are looked at by the tests.
  async ask(command: string, args: object): Promise<any> {
    this.#seq += 1;
    const seq = this.#seq;
    this.session.handleMessage({ seq, type: 'request', command, arguments: args } as DebugProtocol.Request);
    const answer = (await this.#next(
      (m) => m.type === 'response' && (m as DebugProtocol.Response).request_seq === seq,
    )) as DebugProtocol.Response;
    if (!answer.success) throw new Error(answer.message);
    return answer.body;
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above.
  async event(name: string): Promise<any> {
    const event = await this.#next((m) => m.type === 'event' && (m as DebugProtocol.Event).event === name);
    return (event as DebugProtocol.Event).body;
  }

  /** Runs a command that moves, and says where the session stops. */
  async run(command: string): Promise<DebugProtocol.StoppedEvent['body']> {
    await this.ask(command, { threadId: 1 });
    return this.event('stopped');
  }

  async #next(wanted: (message: DebugProtocol.ProtocolMessage) => boolean): Promise<DebugProtocol.ProtocolMessage> {
    for (;;) {
      const index = this.#messages.findIndex(wanted);
      if (index >= 0) return this.#messages.splice(index, 1)[0] as DebugProtocol.ProtocolMessage;
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  async frames(thread: number): Promise<string[]> {
    const { stackFrames } = await this.ask('stackTrace', { threadId: thread });
    return stackFrames.map((f: DebugProtocol.StackFrame) => `${f.name} ${f.source ? `${f.source.path}:${f.line}` : '-'}`);
  }

  async variables(scope: string): Promise<string[]> {
    const { scopes } = await this.ask('scopes', { frameId: 0 });
    const reference = scopes.find((s: DebugProtocol.Scope) => s.name === scope)?.variablesReference;
    const { variables } = await this.ask('variables', { variablesReference: reference });
    return variables.map((v: DebugProtocol.Variable) => `${v.name} = ${v.value}`);
  }
}

describe('a race as a debug session', () => {
  test('starts after the first step, with the CPUs as threads', async () => {
    const client = new Client();
    expect(await client.start()).toMatchObject({ supportsStepBack: true, supportsExceptionInfoRequest: true });
    expect((await client.ask('threads', {})).threads).toEqual([
      { id: 1, name: 'CPU 0: store' },
      { id: 2, name: 'CPU 1: unbind(dev) (not started yet)' },
    ]);
    expect(await client.frames(1)).toEqual(['find /tree/slots.c:11', 'store /tree/slots.c:111']);
    expect(await client.frames(2)).toEqual(['unbind(dev) /tree/slots.c:51']);
    expect(client.moves).toEqual([0]);
  });

  test('goes forward and back through the interleaving, each stop in the thread that made the step', async () => {
    const client = new Client();
    await client.start();
    expect(await client.run('next')).toMatchObject({ reason: 'step', threadId: 1, allThreadsStopped: true });
    await client.run('stepIn');
    expect(await client.run('next')).toMatchObject({ reason: 'step', threadId: 2 });
    // The kernel's own functions stand in the stack without a source.
    expect(await client.frames(2)).toEqual(['unregister /tree/slots.c:52', 'kernel_unbind() [kernel] -']);
    expect(await client.frames(1)).toEqual(['store /tree/slots.c:21']);
    expect(await client.run('stepBack')).toMatchObject({ threadId: 1 });
    expect((await client.ask('threads', {})).threads[1].name).toMatch(/not started/);
    await client.run('stepBack');
    await client.run('stepBack');
    expect(await client.run('stepBack')).toMatchObject({ reason: 'step', threadId: 1 });
    expect(client.moves).toEqual([0, 1, 2, 3, 2, 1, 0, 0]);
  });

  test('a thread that is in the kernel only is shown where it enters', async () => {
    const [first, ...rest] = REPLAY.steps;
    const client = new Client({ ...REPLAY, steps: [step(1, 50, 'takes the list', ['kernel_unbind'], []), first as ReplayStep, ...rest] });
    await client.start();
    expect(await client.frames(2)).toEqual(['kernel_unbind() [kernel] -', 'unbind(dev) /tree/slots.c:51']);
  });

  test('steps out to where the function of the thread has returned', async () => {
    const client = new Client();
    await client.start();
    await client.run('stepOut');
    expect(client.moves.at(-1)).toBe(2);
    await client.run('stepOut');
    expect(client.moves.at(-1)).toBe(4);
  });

  test('shows the state by parts, and what the step changed', async () => {
    const client = new Client();
    await client.start();
    await client.run('next');
    expect(await client.variables('Changed by this step')).toEqual(['step 2 of 5 = get(slot)', 'references of slot = 2  ← 1']);
    expect(await client.variables('Locks')).toEqual(['owner->lock = held by CPU 0']);
    expect(await client.variables('References')).toEqual(['slot = 2  ← 1']);
    const { scopes } = await client.ask('scopes', { frameId: 0 });
    expect(scopes.map((s: DebugProtocol.Scope) => s.name)).toEqual(['Changed by this step', 'Locks', 'References']);
    expect((await client.ask('evaluate', { expression: '&owner->lock', context: 'hover' })).result).toBe('owner->lock: held by CPU 0');
    expect((await client.ask('evaluate', { expression: 'lock', context: 'watch' })).result).toBe('owner->lock: held by CPU 0');
    await expect(client.ask('evaluate', { expression: 'other', context: 'watch' })).rejects.toThrow(/Not part of the state/);
  });

  test('stops at breakpoints on lines of steps in both directions, and says where there are none', async () => {
    const client = new Client();
    await client.start();
    const { breakpoints } = await client.ask('setBreakpoints', {
      source: { path: '/tree/slots.c' },
      breakpoints: [{ line: 21 }, { line: 30 }],
    });
    expect(breakpoints).toEqual([
      { verified: true, line: 21 },
      { verified: false, line: 30, message: 'No step of this race is on this line' },
    ]);
    expect(await client.run('continue')).toMatchObject({ reason: 'breakpoint', threadId: 1 });
    expect(client.moves.at(-1)).toBe(2);
    expect(await client.run('continue')).toMatchObject({ reason: 'exception' });
    await client.run('reverseContinue');
    expect(client.moves.at(-1)).toBe(2);
    expect(await client.run('reverseContinue')).toMatchObject({ reason: 'entry' });
    expect(client.moves.at(-1)).toBe(0);
  });

  test('ends with the violated property as an exception, from which it can go back or be over', async () => {
    const client = new Client();
    await client.start();
    expect(await client.run('continue')).toEqual({
      reason: 'exception',
      description: 'Violates use-after-free',
      text: 'BUG: use after free',
      threadId: 1,
      allThreadsStopped: true,
    });
    const info = await client.ask('exceptionInfo', { threadId: 1 });
    expect(info).toMatchObject({ exceptionId: 'use-after-free', description: 'BUG: use after free', breakMode: 'always' });
    expect(info.details.stackTrace).toMatch(/^the slot is used.*\nWhy: It may.*\nWhat to do: Hold/);
    expect(await client.run('next')).toMatchObject({ reason: 'exception' });
    expect(await client.run('stepBack')).toMatchObject({ reason: 'step', threadId: 2 });
    await client.run('next');
    await client.ask('continue', { threadId: 1 });
    await client.event('terminated');
  });

  test('goes to a step that is chosen elsewhere', async () => {
    const client = new Client();
    await client.start();
    await client.ask('devresLens.goTo', { step: 3 });
    expect(await client.event('stopped')).toMatchObject({ reason: 'goto', threadId: 2 });
    expect(client.moves.at(-1)).toBe(3);
    await expect(client.ask('devresLens.goTo', {})).rejects.toThrow();
  });

  test('starts over', async () => {
    const client = new Client();
    await client.start();
    await client.run('continue');
    expect(await client.run('restart')).toMatchObject({ reason: 'entry' });
    expect(client.moves.at(-1)).toBe(0);
  });
});
