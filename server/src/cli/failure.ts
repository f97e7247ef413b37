import { HostError } from '../host/errors';
import { type Io, UsageError } from './io';

/** Says on standard error what went wrong: one line, and the stack of an internal error when it is wanted. */
export function reportFailure(error: unknown, verbose: boolean, io: Pick<Io, 'err'>): void {
  if (error instanceof HostError || error instanceof UsageError) {
    io.err(`devres-lens: ${error.message}\n`);
    return;
  }
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0];
  io.err(`devres-lens: ${message} (this is a bug in devres-lens${verbose ? '' : '; --verbose shows where'})\n`);
  if (verbose) io.err(`${stackOf(error)}\n`);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause instanceof Error ? error.cause : error;
  return inner.stack ?? inner.message;
}
