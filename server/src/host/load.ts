import { join, normalize } from 'node:path';
import type { Engine, ReadFile } from '../engine/types';
import { HostError } from './errors';
import { readTreeFile } from './read';
import { readSource } from './text';
import type { TreeTarget } from './tree';

export type CreateEngine = (root: string, readFile: ReadFile) => Engine;

/** The analysis failed on its own account. Not the user's mistake. */
export class EngineFailure extends Error {
  override name = 'EngineFailure';
  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Text that stands in for what is on disk; null: the file does not exist; undefined: as on disk. */
export type Overlay = (path: string) => string | null | undefined;

export interface Loaded {
  engine: Engine;
  readFile: ReadFile;
  /** Files and folders that could not be read. What is not read is not clean. */
  skipped: HostError[];
}

/** Reads the tree's files, each once, with the overlay's texts in their place. */
export function treeReader(root: string, overlay: Overlay = () => undefined): ReadFile {
  const readDisk = readTreeFile(root);
  return (path) => {
    const replaced = overlay(normalize(path));
    return replaced === undefined ? readDisk(path) : replaced;
  };
}

/**
 * An engine with the target's files. A file that was named itself must be readable (HostError); one that a folder
 * brought along is skipped and reported. Throws EngineFailure when the engine fails on a file.
 */
export function loadEngine(
  target: TreeTarget,
  createEngine: CreateEngine,
  overlay: Overlay = () => undefined,
  readFile = treeReader(target.root, overlay),
): Loaded {
  const engine = createEngine(target.root, readFile);
  const skipped = [...target.unlisted];
  for (const file of target.files) {
    if (overlay(file) === null) continue;
    const text = readFile(file) ?? explain(target, file, skipped);
    if (text === null) continue;
    try {
      engine.setFile(file, text);
    } catch (error) {
      throw new EngineFailure(join(target.root, file), error);
    }
  }
  return { engine, readFile, skipped };
}

/** Why a file of the target could not be read: thrown when it was named itself. */
function explain(target: TreeTarget, file: string, skipped: HostError[]): string | null {
  try {
    return readSource(join(target.root, file));
  } catch (error) {
    if (!(error instanceof HostError) || target.named.has(file)) throw error;
    skipped.push(error);
    return null;
  }
}
