/** Positions, edits and hashes of plain text. Knows nothing of C. */
export { type Change, unifiedDiff } from './diff';
export { applyEdits, type TextEdit } from './edits';
export { hashText } from './hash';
export { type ColumnEncoding, createLineIndex, decodeColumn, encodeColumn, type LineIndex, lineStartsOf, type Position } from './lineIndex';
