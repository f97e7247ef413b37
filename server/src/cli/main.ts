#!/usr/bin/env node
import { join } from 'node:path';
import { buildId } from '../host/build-id';
import { openCache } from '../host/cache';
import { cacheFolder } from '../host/cache-folder';
import { reportFailure } from './failure';
import { EXIT, type Io } from './io';

const io: Io = {
  cwd: process.cwd(),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  colour: process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
  cache: () => {
    const build = buildId(__filename);
    return build === null ? null : openCache(cacheFolder(), build);
  },
  startPool: async (jobs) => (await import('./pool')).startPool(join(__dirname, 'check-worker.js'), jobs),
  ...(process.stderr.isTTY ? { progress: showProgress } : {}),
  createEngine: async () => (await import('../engine/index')).createEngine,
};

/** One line that is written over, and taken away at the end. */
function showProgress(done: number, total: number): void {
  process.stderr.write(done < total ? `\r${done} of ${total} folders` : '\r\u001b[K');
}

// A reader that has seen enough (head, less) closes the pipe: that is no error, and nothing more can be said.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}
process.on('uncaughtException', (error) => {
  reportFailure(error, process.argv.includes('--verbose'), io);
  process.exit(EXIT.error);
});

/** Everything else is loaded here, so that a module that does not load (a native one, say) is reported like any failure. */
async function main(): Promise<number> {
  try {
    const { run } = await import('./program');
    return await run(process.argv.slice(2), io);
  } catch (error) {
    reportFailure(error, process.argv.includes('--verbose'), io);
    return EXIT.error;
  }
}

// The status is set, not exited with: what was written still has to reach a pipe.
main().then((status) => {
  process.exitCode = status;
});
