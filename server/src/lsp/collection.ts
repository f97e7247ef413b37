import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Messages after which their garbage is collected, for one or two tenths of a second, once none has come for a moment. */
const EVERY = 12;
const MOMENT_MS = 300;
/** Messages after which nobody waits for a moment: with twice as many a server that is typed to without a pause grows to twice the size. */
const LATEST = 25;

/**
 * Returns what is to be called after each message of a thread. V8 lets the heap of a thread that always has a little to do grow to a multiple of what is in use, and
 * frees the parser's trees only with their wrappers: every so often everything is collected, when the answer is out and, as far as can be told, nobody is typing.
 */
export function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  let messages = 0;
  let pending: NodeJS.Timeout | undefined;
  const run = () => {
    messages = 0;
    collect();
  };
  return () => {
    messages += 1;
    clearTimeout(pending);
    // Once, however many come before it runs.
    if (messages === LATEST) setImmediate(run);
    else if (messages >= EVERY && messages < LATEST) pending = setTimeout(run, MOMENT_MS).unref();
  };
}
