import { readFileSync } from 'node:fs';
import { fromSystemError, HostError } from './errors';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Text of a source file. Old kernel files are Latin-1 where they are not
 * UTF-8, so that is what undecodable bytes are taken for. null for binary content.
 */
export function decodeSource(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return utf8.decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

/** Reads a source file; throws HostError when it is missing, unreadable or binary. */
export function readSource(path: string): string {
  const text = decodeSource(readBytes(path));
  if (text === null) throw new HostError('not-text', path, `${path}: contains NUL bytes, so it is no C source; leave it out`);
  return text;
}

/** Reads a file's bytes; throws HostError when that is not possible. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fromSystemError(error, path);
  }
}
