import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../server/src/engine';
import type { Structure } from '../../server/src/engine/structure';
import type { CheckOptions } from '../../server/src/engine/types';
import type { Analysis } from '../../server/src/lsp/analyst';
import { textsOf } from '../fixes/explore';
import { root } from '../support/environment';
import { MODERN } from '../support/lsp-client';
import { FakeAnalyst } from './fake-analyst';
import { connectTo } from './in-process';

/** The real engine without a thread of its own, for what an editor is shown; what is done about findings is the fake's. */
class RealAnalyst extends FakeAnalyst {
  readonly #engine = createEngine('', () => null);

  override async setFile(path: string, text: string): Promise<void> {
    this.#engine.setFile(path, text);
  }

  override async removeFile(path: string): Promise<void> {
    this.#engine.removeFile(path);
  }

  override async check(options: CheckOptions): Promise<Analysis> {
    return { report: this.#engine.check(options), lifetimes: this.#engine.lifetimes(), unread: [] };
  }

  override async structure(): Promise<Structure> {
    return this.#engine.structure();
  }
}

const FOLDER = 'drivers/minibus';

/** The example that races, as a driver of a kernel tree, with one of its files open and analysed. */
export async function openExample(name: string, settings: unknown = {}, capabilities = MODERN) {
  const folder = join(root, 'examples/minibus-racy');
  const disk = Object.fromEntries(Object.entries(textsOf(folder)).map(([file, text]) => [`/tree/${FOLDER}/${file}`, text]));
  const { client } = connectTo(() => new RealAnalyst(), disk);
  client.settings = settings;
  // The pulled settings may come after the first results; these are there from the start.
  await client.initialize(capabilities, settings);
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
