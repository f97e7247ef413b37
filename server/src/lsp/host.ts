import type { Analyst } from './analyst';
import type { AnalysisMemory } from './memory';

/** The files outside the editor, as the server sees them. Paths are absolute; nothing here throws for what cannot be read. */
export interface Host {
  /** Root of the kernel tree around a file; null where there is none. */
  rootOf(path: string): string | null;
  /** Text of a file; null where it cannot be read. */
  read(path: string): string | null;
  /** C files below a folder, relative to it with `/`; null where there are more than `limit`. */
  list(folder: string, limit: number): string[] | null;
}

/** What the server is made of, handed in so that tests can replace it. */
export interface Parts {
  /** `root` is the absolute path of the tree, empty where there is none. */
  createAnalyst(root: string): Analyst;
  host: Host;
  /** Null where nothing is kept. */
  memory: AnalysisMemory | null;
  /** URI of a rule's page, null where it is not shipped. */
  ruleUri(rule: string): string | null;
  version: string;
}
