import Parser from 'tree-sitter';
import C from 'tree-sitter-c';
import type { ParseError } from '../facts/types';
import { type Dialect, toParsable } from './dialect';
import { collectErrors } from './errors';
import type { Replacement } from './rewriter';

export type SyntaxNode = Parser.SyntaxNode;

/** A parsed file, valid only inside the callback of `withParsed`. Node offsets are UTF-16 offsets into `source`. */
export interface ParsedFile {
  root: SyntaxNode;
  dialect: Dialect;
  /** The text as it was handed in. */
  source: string;
  /** The replacement that covers `offset`, if any. */
  originalAt(offset: number): Replacement | undefined;
  /** What tree-sitter could not parse, in order of position. */
  errors(): ParseError[];
}

/** Upper bound of the parser's input buffer in bytes per UTF-16 unit, and its smallest size. */
const BYTES_PER_UNIT = 2;
const SMALLEST_BUFFER = 32 * 1024;

let parser: Parser | undefined;

function sharedParser(): Parser {
  if (!parser) {
    parser = new Parser();
    parser.setLanguage(C as unknown as Parser.Language);
  }
  return parser;
}

/**
 * Parses C text of the kernel's dialect and hands the tree to `use`. The tree is
 * native memory which V8 frees when the wrapper is collected, so neither the
 * file nor a node of it may be kept: the last reference dies when `use` returns.
 */
export function withParsed<T>(text: string, use: (file: ParsedFile) => T): T {
  const dialect = toParsable(text);
  const bufferSize = Math.max(SMALLEST_BUFFER, (text.length + 1) * BYTES_PER_UNIT);
  const tree = sharedParser().parse(dialect.text, null, { bufferSize });
  return use({
    root: tree.rootNode,
    dialect,
    source: text,
    originalAt: (offset) => replacementAt(dialect.replacements, offset),
    errors: () => collectErrors(tree.rootNode, text, dialect),
  });
}

function replacementAt(replacements: readonly Replacement[], offset: number): Replacement | undefined {
  let low = 0;
  let high = replacements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((replacements[middle] as Replacement).end <= offset) low = middle + 1;
    else high = middle;
  }
  const found = replacements[low];
  return found && found.at <= offset ? found : undefined;
}
