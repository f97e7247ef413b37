import { writeFileSync } from 'node:fs';
import { HostError } from './errors';

/** Replaces the content of a file. Throws HostError('write') naming it. */
export function writeSource(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new HostError('write', path, `${path}: cannot be written (${(error as Error).message}); check the permissions of the file`);
  }
}
