import { expect, test } from 'vitest';
import type { FolderLifetimes } from '../../protocol/lifetimes';
import { connect } from './in-process';

const A = 'file:///tree/drivers/thing/a.c';
const TEXT = 'int a;\nvoid release(void *p);\n\tRACE(obj);\n';

test('the lifetimes of every analysed folder, with places of the protocol', async () => {
  const { client } = connect({ '/tree/drivers/thing/a.c': TEXT });
  await client.initialize();
  expect(await client.request('devresLens/lifetimes')).toEqual([]);
  await client.open(A, TEXT);
  await client.diagnostics(A);
  const [folder] = await client.request<FolderLifetimes[]>('devresLens/lifetimes');
  expect(folder).toMatchObject({ name: 'drivers/thing', uri: 'file:///tree/drivers/thing' });
  expect(folder?.hosts).toMatchObject([
    {
      text: null,
      actions: [
        {
          name: 'release',
          object: 'obj',
          state: 'violated',
          fingerprint: 'drivers/thing/a.c:obj',
          location: { uri: A, range: { start: { line: 1, character: 5 }, end: { line: 1, character: 12 } } },
          releasers: [{ entry: 'store', verdicts: [{ other: 'unbind(dev)', rules: ['double-release'] }] }, { entry: 'unbind(dev)' }],
        },
      ],
    },
  ]);
  await client.close(A);
  await client.next('devresLens/status', ({ message }) => message === 'No driver is open');
  expect(await client.request('devresLens/lifetimes')).toEqual([]);
  await client.stop();
});
