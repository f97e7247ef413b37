/**
 * How long findings take from a keystroke, resident memory of the language server's process over edits, as an editor makes them through the protocol,
 * and how long it takes to answer while it analyses them: prints one line of JSON.
 * usage: node server.cjs SERVER FILE COUNT
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LspClient, MODERN } from '../support/lsp-client';
import { edits } from './edits';

const SEED = 6;
/** Edits between two waits for diagnostics: what was typed meanwhile is superseded, as when somebody types fast. */
const BURST = 25;
const OPENED = 200;
/** Keystrokes that are timed, each when the findings of the one before are there. */
const KEYSTROKES = 500;
/** Where nothing is shown: an answer there says that the changes before it were taken in. */
const TOP = { line: 0, character: 0 };

/** Milliseconds that answers took while changes were being analysed. */
const answers: { hover: number[]; codeActions: number[] } = { hover: [], codeActions: [] };

async function timed(times: number[], request: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await request();
  times.push(performance.now() - start);
}

async function main([server = '', file = '', count = '0']: string[]): Promise<unknown> {
  const uri = pathToFileURL(file).href;
  const original = readFileSync(file, 'utf8');
  const start = async () => {
    const client = LspClient.spawn(server);
    const begun = performance.now();
    await client.initialize(MODERN);
    await client.open(uri, original);
    const { diagnostics } = await client.diagnostics(uri);
    return { client, diagnostics, time: performance.now() - begun };
  };
  const { client, diagnostics, time: first } = await start();
  const finding = diagnostics[0];
  const settle = async (text: string) => {
    const version = client.change(uri, [{ text }]);
    await client.diagnostics(uri, (params) => (params.version ?? 0) >= version);
  };
  const type = async (number: number, seed: number) => {
    let made = 0;
    for (const text of edits(original, number, seed)) {
      if (++made % BURST === 0) await settle(text);
      else {
        client.change(uri, [{ text }]);
        await client.hover(uri, TOP);
        // The change was taken in, and its analysis goes on.
        if (finding && made % BURST === 1) {
          await timed(answers.hover, () => client.hover(uri, finding.range.start));
          await timed(answers.codeActions, () => client.codeActions(uri, finding.range, [finding]));
        }
      }
    }
    await settle(`${original}\n`);
    await settle(original);
  };
  const keystrokes: number[] = [];
  for (const text of edits(original, KEYSTROKES, SEED)) await timed(keystrokes, () => settle(text));
  await type(1000, SEED + 1);
  const before = resident(client);
  await type(Number(count), SEED);
  const edited = resident(client);
  for (let i = 0; i < OPENED; i++) {
    const other = pathToFileURL(join(dirname(file), `${i}-${basename(file)}`)).href;
    await client.open(other, original.slice(0, original.length / 4));
    await client.hover(other, TOP);
    await client.close(other);
  }
  await settle(`${original}\n`);
  await settle(original);
  const opened = resident(client);
  await client.stop();
  // What the first server has found in the same texts is remembered.
  const next = await start();
  await next.client.stop();
  return { first, again: next.time, keystrokes, ...answers, before, edited, opened };
}

/** Megabytes. */
function resident({ process: child }: LspClient): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child?.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1000;
}

main(process.argv.slice(2)).then((result) => console.log(JSON.stringify(result)));
