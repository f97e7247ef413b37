import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../server/src/engine';
import type { Analyst } from '../../server/src/lsp/analyst';
import { textsOf } from '../fixes/explore';
import { root } from '../support/environment';
import { MODERN } from '../support/lsp-client';
import { connectTo } from './in-process';

/** The real engine without a thread of its own: what an editor is shown, without fixes and replay. */
function realAnalyst(): Analyst {
  const engine = createEngine('', () => null);
  const none = async () => null;
  return {
    setFile: async (path, text) => engine.setFile(path, text),
    removeFile: async (path) => engine.removeFile(path),
    setContext: async () => {},
    check: async (options) => ({ report: engine.check(options), lifetimes: engine.lifetimes(), unread: [] }),
    structure: async () => engine.structure(),
    fixes: none,
    edits: none,
    graph: none,
    replay: none,
    reproducer: none,
    abandon: () => {},
    dispose: () => {},
  };
}

const FOLDER = 'drivers/minibus';

/** The example that races, as a driver of a kernel tree, with one of its files open and analysed. */
export async function openExample(name: string, settings: unknown = {}, capabilities = MODERN) {
  const folder = join(root, 'examples/minibus-racy');
  const disk = Object.fromEntries(Object.entries(textsOf(folder)).map(([file, text]) => [`/tree/${FOLDER}/${file}`, text]));
  const { client } = connectTo(realAnalyst, disk);
  client.settings = settings;
  await client.initialize(capabilities);
  const uri = `file:///tree/${FOLDER}/${name}`;
  const text = readFileSync(join(folder, name), 'utf8');
  await client.open(uri, text);
  await client.diagnostics(uri, ({ diagnostics }) => diagnostics.length > 0);
  /** The position of the n-th occurrence of a word of the file. */
  const positionOf = (word: string, nth = 1) => {
    let at = -1;
    for (let i = 0; i < nth; i++) at = text.indexOf(word, at + 1);
    const before = text.slice(0, at).split('\n');
    return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  };
  return { client, uri, positionOf };
}
