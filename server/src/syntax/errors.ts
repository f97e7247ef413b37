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
  const visit = (node: SyntaxNode, inside: boolean): void => {
    if (!node.hasError && !node.isMissing) return;
    if (node.isError || node.isMissing) {
      errors.push({
        at: node.startIndex,
        line: node.startPosition.row,
        kind: node.isError ? 'ERROR' : 'MISSING',
        text: source.slice(node.startIndex, Math.min(node.endIndex, node.startIndex + LONGEST_TEXT)),
        inside: inside || /[{}]/.test(dialect.text.slice(node.startIndex, node.endIndex)),
      });
      if (node.isMissing) return;
    }
    const within = inside || CONTENT.has(node.type);
    for (const child of node.children) visit(child, within);
  };
  visit(root, false);
  return errors.sort((a, b) => a.at - b.at);
}
