/** The part of an engine that offers fixes, as the protocol's code actions need it. */
export interface FixOfferAt {
  id: string;
  title: string;
  /** How it works, what it resolves and leaves, and what it assumes. */
  description: string;
  isPreferred: boolean;
  /** Fingerprint of the finding that the fix answers. */
  fingerprint: string;
}

/** Offsets are UTF-16 offsets into the text that the engine was last given. */
export interface FileEdits {
  path: string;
  edits: { at: number; end: number; text: string }[];
}

/** Where `cancelled` returns true meanwhile, CancelledError is thrown. */
export interface FixProvider {
  /** Fixes of the findings that stand at an offset of a file (path relative to the root). Each is explored the first time, which takes as long as checks do. */
  fixes(path: string, at: number, cancelled?: () => boolean): FixOfferAt[];
  /** The edits of one offered fix, or why it no longer applies. */
  edits(id: string, fingerprint: string, cancelled?: () => boolean): FileEdits[] | { refused: string };
}

/** The engine's fixes, where it has any. */
export function fixProviderOf(engine: object): FixProvider | null {
  const candidate = engine as Partial<FixProvider>;
  return typeof candidate.fixes === 'function' && typeof candidate.edits === 'function' ? (candidate as FixProvider) : null;
}
