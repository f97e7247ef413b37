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
