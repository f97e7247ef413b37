import { normalize } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { fixAllFrom } from '../engine/fixes';
import { CancelledError, createEngine } from '../engine/index';
import { reproducerFrom } from '../engine/reproducer';
import { fixProviderOf } from '../features/fix-provider';
import { graphAround } from '../features/graph';
import { readTreeFile } from '../host/read';
import { readOf } from '../host/recall';
import { type Answer, type Call, type Calls, CLOSING, type Start, TICKET } from './calls';
import { collector } from './collection';
import { describe } from './guard';

/** The thread that one folder's engine runs in: does one call after the other and answers each. */
const { root, counter } = workerData as Start;
const contexts = new Map<string, string>();
let readDisk = readTreeFile(root);

/** What the engine was given of files that it does not check, by path. */
const read = new Map<string, string | null>();

/** Without a tree there is nothing to include. */
function readFile(path: string): string | null {
  const text = contexts.get(normalize(path)) ?? (root === '' ? null : readDisk(path));
  read.set(path, text);
  return text;
}

const engine = createEngine(root, readFile);
const provider = fixProviderOf(engine);

const calls: Calls = {
  setFile: (path, text) => engine.setFile(path, text),
  removeFile: (path) => engine.removeFile(path),
  setContext(path, text) {
    if (text !== null) contexts.set(path, text);
    else contexts.delete(path);
    readDisk = readTreeFile(root);
  },
  check: (ticket, options) =>
    unlessAbandoned(ticket, (cancelled) => {
      const report = engine.check({ ...options, cancelled });
      const unread = engine.parseErrors().filter(({ error }) => error.inside);
      return { report, lifetimes: engine.lifetimes(), unread: unread.map(({ file, error }) => `${file}:${error.line}`) };
    }),
  structure: () => engine.structure(),
  headers: () => [...read].map(([path, text]) => readOf(path, text)),
  fixes: (ticket, path, at) => unlessAbandoned(ticket, (cancelled) => provider?.fixes(path, at, cancelled) ?? []),
  edits: (ticket, id, fingerprint) =>
    unlessAbandoned(ticket, (cancelled) => provider?.edits(id, fingerprint, cancelled) ?? { refused: 'no fixes are available' }),
  fixAll: (ticket, path) => unlessAbandoned(ticket, () => fixAllFrom(engine, path)),
  reproducer: (ticket, fingerprint) =>
    unlessAbandoned(ticket, (cancelled) => {
      const finding = engine.check({ cancelled }).findings.find((candidate) => candidate.fingerprint === fingerprint);
      return finding ? reproducerFrom(engine, finding) : { refused: 'the finding is gone: the text has changed since' };
    }),
  graph: (centre, hops, room) => graphAround(engine, centre, hops, room),
  replay: (ticket, fingerprint) => unlessAbandoned(ticket, (cancelled) => engine.replay(fingerprint, cancelled)),
};

/** What `run` returns; null once the counter has gone on. */
function unlessAbandoned<T>(ticket: number, run: (cancelled: () => boolean) => T): T | null {
  const cancelled = () => Atomics.load(counter, TICKET) !== ticket;
  if (cancelled()) return null;
  try {
    return run(cancelled);
  } catch (error) {
    if (error instanceof CancelledError) return null;
    throw error;
  }
}

function answer({ id, name, args }: Call): Answer {
  try {
    return { id, value: (calls[name] as (...args: unknown[]) => unknown)(...args) };
  } catch (error) {
    return { id, error: describe(error) };
  }
}

const collect = collector();
parentPort?.on('message', (call: Call) => {
  // A thread that is stopped within the parser takes the process with it.
  if (Atomics.load(counter, CLOSING) !== 0) {
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(answer(call));
  collect();
});
