import { mkdirSync, writeFileSync } from 'node:fs';
import { HostError } from './errors';

/** Replaces the content of a file. Throws HostError('write') naming it. */
export function writeSource(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new HostError('write', path, `${path}: cannot be written (${(error as Error).message}); check the permissions of the file`);
  }
}

/** Makes a folder, with those above it, unless it is there. Throws HostError('write') naming it. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new HostError('write', path, `${path}: cannot be made (${(error as Error).message}); name a folder, or a path where one can be`);
  }
}
