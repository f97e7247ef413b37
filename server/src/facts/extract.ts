import { classFunctions } from './classes';
import { readFacts } from './read';
import type { FileFacts } from './types';

/**
 * The facts of one C file. Total: what cannot be parsed is listed in `errors`
 * and, inside a function, becomes an opaque node. Both branches of conditional
 * directives are read; functions tell theirs in `config`. Cleanup classes that the file
 * defines become functions; other macros stay invocations, see `expandInvocations`.
 * @param path path relative to the tree's root
 * @param text the file's text; all offsets of the facts point into it
 */
export function extractFacts(path: string, text: string): FileFacts {
  const facts = readFacts(path, text);
  facts.functions.push(...classFunctions(facts));
  return facts;
}
