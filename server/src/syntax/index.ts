/** Parsing of kernel C: a length-preserving rewrite of its dialect, then tree-sitter-c. */
export { type BodyRange, functionBodies } from './bodies';
export { type Dialect, toParsable } from './dialect';
export { type ParsedFile, type SyntaxNode, withParsed } from './parse';
export type { Replacement, ReplacementKind } from './rewriter';
