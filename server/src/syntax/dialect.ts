import { blankAnnotations } from './annotations';
import { chooseBranches } from './conditionals';
import { createRewriter, finish, type Replacement } from './rewriter';
import { rewriteStructure } from './structure';
import { matchBrackets, tokenize } from './tokens';

/** A text that tree-sitter-c can parse, of the same length and with the same line breaks as the source. */
export interface Dialect {
  text: string;
  /** What reads differently in `text`, sorted by `at`, without overlaps. */
  replacements: Replacement[];
}

/**
 * Rewrites the kernel's C dialect so that tree-sitter-c parses it. Every UTF-16
 * offset and every line break stays. Total over arbitrary text, linear in its length.
 */
export function toParsable(text: string): Dialect {
  const rw = createRewriter(text);
  const live = chooseBranches(rw, tokenize(text));
  matchBrackets(live);
  const plain = blankAnnotations(rw, live);
  matchBrackets(plain);
  rewriteStructure(rw, plain);
  return finish(rw);
}
