import { expect, test } from 'vitest';
import { connect } from './in-process';

const A = 'file:///tree/drivers/thing/a.c';
const RACY = 'RACE(obj);\n';
const idle = ({ state }: { state: string }) => state === 'idle';
const degraded = ({ state }: { state: string }) => state === 'degraded';

test('the status goes from starting over indexing to idle', async () => {
  const { client } = connect({ '/tree/drivers/thing/a.c': RACY });
  await client.initialize();
  await client.open(A, RACY);
  const status = await client.next('devresLens/status', idle);
  expect(status).toEqual({ state: 'idle', message: 'drivers/thing: 1 finding', findings: 1, folder: 'file:///tree/drivers/thing' });
  const states = client.history.filter(({ method }) => method === 'devresLens/status').map(({ params }) => params.state);
  expect(states).toEqual(['starting', 'indexing', 'indexing', 'idle']);
  await client.stop();
});

test('reading in is shown as progress that ends', async () => {
  const { client } = connect({ '/tree/drivers/thing/a.c': RACY });
  await client.initialize();
  await client.open(A, RACY);
  const { token } = await client.next('window/workDoneProgress/create');
  await client.next('$/progress', (params) => params.token === token && params.value.kind === 'begin');
  await client.next('$/progress', (params) => params.token === token && params.value.message === 'exploring');
  await client.next('$/progress', (params) => params.token === token && params.value.kind === 'end');
  await client.stop();
});

test('the status says how far reading is', async () => {
  const texts = Array.from({ length: 25 }, (_, i) => [`/tree/drivers/thing/f${i}.c`, 'int x;\n']);
  const { client } = connect(Object.fromEntries(texts));
  await client.initialize();
  await client.open('file:///tree/drivers/thing/f0.c', 'int x;\n');
  await client.next('devresLens/status', idle);
  const sent = client.history.filter(({ method }) => method === 'devresLens/status').map(({ params }) => params);
  expect(sent).toContainEqual(
    expect.objectContaining({ state: 'indexing', message: 'Reading drivers/thing: 20 of 25 files', percent: 80 }),
  );
  expect(sent.at(-1)).not.toHaveProperty('percent');
  await client.stop();
});

test('pairs that were not decided degrade the status and are no squiggles', async () => {
  const { client } = connect({});
  await client.initialize();
  await client.open(A, 'UNDECIDED\n');
  expect((await client.next('devresLens/status', degraded)).message).toBe(
    'drivers/thing: 0 findings; 1 pair of paths not decided (too many states)',
  );
  expect((await client.diagnostics(A)).diagnostics).toEqual([]);
  await client.stop();
});

test('what was not understood degrades the status', async () => {
  const { client } = connect({ '/tree/drivers/thing/b.c': 'GARBLED' });
  await client.initialize();
  await client.open(A, 'GARBLED\n');
  const { message } = await client.next('devresLens/status', degraded);
  expect(message).toMatch(/^drivers\/thing: 0 findings; drivers\/thing\/\w\.c:1 and 1 more not understood/);
  await client.stop();
});

test.each([
  ['a file with 50,000 lines', 'int x;\n'.repeat(50_000), 'lines and is left out'],
  ['a binary file', 'ELF\0\0', 'is no text file'],
  ['a file of one endless line', 'x'.repeat(4_000_001), 'is too large and is left out'],
  ['a file that the engine cannot read', 'UNREADABLE', 'could not be read in'],
])('%s is left out and said so, the others are analysed', async (_, text, reason) => {
  const { client } = connect({ '/tree/drivers/thing/b.c': RACY });
  await client.initialize();
  await client.open(A, text);
  expect((await client.next('devresLens/status', degraded)).message).toContain(
    `a.c ${reason}`.replace('a.c lines', 'a.c has more than 30000 lines'),
  );
  expect((await client.diagnostics(A)).diagnostics).toEqual([]);
  const other = 'file:///tree/drivers/thing/b.c';
  await client.open(other, RACY);
  expect((await client.diagnostics(other)).diagnostics).toHaveLength(1);
  await client.stop();
});

test('an engine that fails is logged, and the next edit is analysed again', async () => {
  const { client } = connect({});
  await client.initialize();
  await client.open(A, 'CRASH\n');
  expect((await client.next('devresLens/status', degraded)).message).toContain('the analysis failed, see the log');
  expect((await client.next('window/logMessage')).message).toContain('engine failure');
  client.change(A, [{ text: RACY }]);
  expect((await client.diagnostics(A)).diagnostics).toHaveLength(1);
  await client.next('devresLens/status', idle);
  await client.stop();
});

test('an engine that dies over a check is started again, and the status says so until the next check', async () => {
  const { client } = connect({});
  await client.initialize();
  await client.open(A, `${RACY}DIES\n`);
  await client.next('devresLens/status', ({ state, message }) => state === 'indexing' && message.includes('was started again'));
  expect((await client.diagnostics(A)).diagnostics).toHaveLength(1);
  expect((await client.next('window/logMessage')).message).toContain('out of memory');
  expect((await client.next('devresLens/status', degraded)).message).toContain('ended unexpectedly and was started again');
  client.change(A, [{ text: RACY }]);
  await client.next('devresLens/status', idle);
  await client.stop();
});

test('an engine that keeps dying waits for the next change', async () => {
  const { client } = connect({});
  await client.initialize();
  await client.open(A, 'DIES DIES\n');
  expect((await client.next('devresLens/status', degraded)).message).toContain('keeps ending unexpectedly');
  client.change(A, [{ text: RACY }]);
  expect((await client.diagnostics(A)).diagnostics).toHaveLength(1);
  await client.stop();
});

test('a handler that fails is logged and answers nothing', async () => {
  const { client } = connect({});
  await client.initialize();
  await client.open(A, `${RACY}BADFIX`);
  const { diagnostics } = await client.diagnostics(A);
  expect(await client.codeActions(A, { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, diagnostics)).toEqual([]);
  expect((await client.next('window/logMessage')).message).toContain('fix failure');
  expect(await client.hover(A, { line: 99, character: 99 })).toBeNull();
  await client.stop();
});

test('documents that are no files are analysed alone', async () => {
  const { client, engines } = connect({});
  await client.initialize();
  await client.open('untitled:Untitled-1', RACY);
  expect((await client.diagnostics('untitled:Untitled-1')).diagnostics).toHaveLength(1);
  expect([...(engines[0]?.files.keys() ?? [])]).toEqual(['Untitled-1.c']);
  await client.close('untitled:Untitled-1');
  await client.diagnostics('untitled:Untitled-1', ({ diagnostics }) => diagnostics.length === 0);
  await client.stop();
});

test('unknown documents, other languages and headers without a driver are ignored', async () => {
  const { client, engines } = connect({ '/tree/include/linux/x.h': '' });
  await client.initialize();
  for (const uri of ['file:///tree/Makefile', 'file:///tree/include/linux/x.h', 'file://%zz', 'not a uri']) {
    if (uri !== 'not a uri') await client.open(uri, RACY, 'plaintext');
    expect(await client.hover(uri, { line: 0, character: 1 })).toBeNull();
    client.change(uri, [{ text: 'x' }]);
    await client.close(uri);
  }
  expect(engines.length).toBeLessThanOrEqual(1);
  await client.stop();
});

test('a folder of many drivers is too wide: the file is analysed alone and the status says so', async () => {
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`/tree/drivers/thing/d${index}.c`, '']));
  const { client, engines } = connect({ ...many, '/tree/drivers/thing/a.c': RACY });
  await client.initialize();
  await client.open(A, RACY);
  expect((await client.next('devresLens/status', degraded)).message).toContain('a.c is analysed alone');
  expect([...(engines[0]?.files.keys() ?? [])]).toEqual(['drivers/thing/a.c']);
  expect((await client.diagnostics(A)).diagnostics).toHaveLength(1);
  await client.stop();
});

test('settings switch rules and the whole analysis off and on, choose levels, folders and budget', async () => {
  const { client, engines } = connect({ '/tree/drivers/thing/a.c': RACY, '/tree/drivers/thing/sub/s.c': RACY });
  client.settings = { severity: { 'double-release': 'hint' }, maxStates: 77, folders: ['drivers/*'] };
  await client.initialize();
  await client.next('workspace/configuration');
  await client.open(A, RACY);
  await client.diagnostics(A, ({ diagnostics }) => diagnostics[0]?.severity === 4);
  expect(engines.at(-1)?.options?.maxStates).toBe(77);
  const configure = (settings: unknown) => {
    client.settings = settings;
    return client.notify('workspace/didChangeConfiguration', { settings: null });
  };
  await configure({ severity: { 'double-release': 'off' }, maxStates: 77, folders: ['drivers/*'] });
  await client.diagnostics(A, ({ diagnostics }) => diagnostics.length === 0);
  await configure({ severity: { 'double-release': 'error', 'no-such-rule': 3 } });
  expect((await client.diagnostics(A, ({ diagnostics }) => diagnostics.length > 0)).diagnostics[0]?.severity).toBe(1);
  await configure({ enable: false });
  await client.diagnostics(A, ({ diagnostics }) => diagnostics.length === 0);
  await configure({});
  await client.diagnostics(A, ({ diagnostics }) => diagnostics.length > 0);
  await client.stop();
});

test('a client that has no settings of ours keeps those of the start', async () => {
  const { client } = connect({});
  client.settings = null;
  await client.initialize(undefined, { severity: { 'double-release': 'hint' } });
  await client.next('workspace/configuration');
  await client.notify('workspace/didChangeConfiguration', { settings: {} });
  await client.open(A, RACY);
  expect((await client.diagnostics(A)).diagnostics[0]?.severity).toBe(4);
  await client.stop();
});
