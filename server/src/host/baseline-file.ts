import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { BaselineFormatError, formatBaseline, parseBaseline } from '../findings/baseline';
import { fromSystemError, HostError } from './errors';

/** Fingerprints of a baseline file. Throws HostError when it is missing or damaged. */
export function readBaseline(path: string): Set<string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fromSystemError(error, path);
  }
  try {
    return parseBaseline(text);
  } catch (error) {
    if (!(error instanceof BaselineFormatError)) throw error;
    throw new HostError(
      'baseline',
      path,
      `${path}: not a baseline of devres-lens: ${error.message}; write a new one with --write-baseline`,
    );
  }
}

/** Writes a baseline. A file that is there already is only replaced when it is a baseline. Throws HostError. */
export function writeBaseline(path: string, fingerprints: Iterable<string>): void {
  if (existsSync(path)) {
    try {
      readBaseline(path);
    } catch (error) {
      if (!(error instanceof HostError) || error.code !== 'baseline') throw error;
      throw new HostError(
        'baseline',
        path,
        `${path}: exists and is not a baseline of devres-lens; it was not overwritten, name another file`,
      );
    }
  }
  try {
    writeFileSync(path, formatBaseline(fingerprints));
  } catch (error) {
    throw fromSystemError(error, path);
  }
}
