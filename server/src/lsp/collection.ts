import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Messages after which their garbage is collected, for some tens of milliseconds. */
const EVERY = 25;

/**
 * Returns what is to be called after each message of a thread. V8 lets the heap of a thread that always has a little to do grow to a multiple of what is in use, and
 * frees the parser's trees only with their wrappers: every so often everything is collected, when the answer is out.
 */
export function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  let messages = 0;
  return () => {
    messages += 1;
    if (messages % EVERY === 0) setImmediate(collect);
  };
}
