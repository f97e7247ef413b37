import type { FileFacts } from './types';

const tokens = new WeakMap<FileFacts, object>();

/** Says that facts have the declarations that `token` stands for. */
export function setDeclarations(facts: FileFacts, token: object): void {
  tokens.set(facts, token);
}

/**
 * What stands for all that a file declares outside of its functions' bodies: facts with one token differ in those bodies and in places alone.
 * Undefined for facts that were not read from a file.
 */
export function declarationsOf(facts: FileFacts): object | undefined {
  return tokens.get(facts);
}

const PLACES: ReadonlySet<string> = new Set(['at', 'end', 'nameAt', 'cutAt', 'line', 'lineStarts', 'hash']);

/** What one version of a file declares. */
export interface Declarations {
  /** What was read of it. */
  of: object;
  said: string;
  token: object;
}

/**
 * What a file declares now; where that says the same as the `last` version, of other places in the text, it has the same token.
 * @param declared plain data, the same object as long as nothing has moved
 */
export function declarationsSaid(declared: { facts: object; cut: readonly object[] }, last: Declarations | null): Declarations {
  if (last?.of === declared) return last;
  const said = JSON.stringify([declared.facts, declared.cut], (key, value) => (PLACES.has(key) ? undefined : value));
  return { of: declared, said, token: last?.said === said ? last.token : {} };
}
