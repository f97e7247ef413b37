import type Parser from 'tree-sitter';
import type { ParseError } from '../facts/types';
import type { Dialect } from './dialect';

type SyntaxNode = Parser.SyntaxNode;

/** Nodes whose content the facts are read from. */
const CONTENT = new Set(['compound_statement', 'field_declaration_list', 'enumerator_list', 'initializer_list', 'argument_list']);
const LONGEST_TEXT = 80;

/**
 * All ERROR and MISSING nodes below `root`, outermost first. `inside` is true if
 * the place lies in a body, struct, initializer or argument list, or if braces
 * stand in the unparsed text itself (then a whole definition may be lost).
 */
export function collectErrors(root: SyntaxNode, source: string, dialect: Dialect): ParseError[] {
  const errors: ParseError[] = [];
  const open: { node: SyntaxNode; inside: boolean }[] = [{ node: root, inside: false }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, inside } = next;
    if (!node.hasError && !node.isMissing) continue;
    if (node.isError || node.isMissing) errors.push(errorAt(node, inside, source, dialect));
    const within = inside || CONTENT.has(node.type);
    for (const child of node.children) open.push({ node: child, inside: within });
  }
  return errors.sort((a, b) => a.at - b.at);
}

function errorAt(node: SyntaxNode, inside: boolean, source: string, dialect: Dialect): ParseError {
  return {
    at: node.startIndex,
    line: node.startPosition.row,
    kind: node.isError ? 'ERROR' : 'MISSING',
    text: source.slice(node.startIndex, Math.min(node.endIndex, node.startIndex + LONGEST_TEXT)),
    inside: inside || /[{}]/.test(dialect.text.slice(node.startIndex, node.endIndex)),
  };
}
