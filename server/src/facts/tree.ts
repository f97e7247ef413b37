import type { SyntaxNode, TreeCursor } from 'tree-sitter';

/**
 * A named node of a syntax tree as plain data. Walking a tree-sitter tree
 * through its node objects costs several native calls per property, so the
 * tree is copied once with a cursor and then walked many times for nothing.
 */
export interface CNode {
  type: string;
  /** UTF-16 offsets. */
  start: number;
  end: number;
  /** Field of the parent in which this node stands, '' for none. */
  field: string;
  /** The operator token of a unary, binary, update, assignment, pointer or field expression, '' for none. */
  op: string;
  /** Named children without comments. */
  kids: CNode[];
  missing?: true;
}

/** Tokens that stand in no field: asking for it costs a native call. */
const PUNCTUATION: ReadonlySet<string> = new Set(['(', ')', '[', ']', '{', '}', ',', ';', ':']);

interface NodeKind {
  type: string;
  named: boolean;
  mayBeOperator: boolean;
}

const types = new Map<number, NodeKind>();
const fields = new Map<number, string>();

function typeAt(cursor: TreeCursor): NodeKind {
  const id = cursor.nodeTypeId;
  let known = types.get(id);
  if (known === undefined) {
    const type = cursor.nodeType;
    known = { type, named: cursor.nodeIsNamed, mayBeOperator: !PUNCTUATION.has(type) };
    types.set(id, known);
  }
  return known;
}

function fieldAt(cursor: TreeCursor): string {
  const id = cursor.currentFieldId;
  let known = fields.get(id);
  if (known === undefined) {
    known = cursor.currentFieldName ?? '';
    fields.set(id, known);
  }
  return known;
}

/** Code nests far less deeply; what does is cut off as a syntax error, so that walking the copy cannot exhaust the stack. */
const DEEPEST = 800;

/** Copies the tree below `root`: named nodes without comments, operators as text. */
export function copyTree(root: SyntaxNode): CNode {
  const cursor = root.walk();
  const broken = root.hasError;
  const copy = (type: string, depth: number): CNode => {
    const node: CNode = { type, start: cursor.startIndex, end: cursor.endIndex, field: fieldAt(cursor), op: '', kids: [] };
    if (broken && cursor.nodeIsMissing) node.missing = true;
    if (depth > DEEPEST) node.type = 'ERROR';
    else if (cursor.gotoFirstChild()) {
      do {
        const kind = typeAt(cursor);
        if (kind.named) {
          if (kind.type !== 'comment') node.kids.push(copy(kind.type, depth + 1));
        } else if (kind.mayBeOperator && fieldAt(cursor) === 'operator') node.op = kind.type;
        else if (broken && cursor.nodeIsMissing) {
          node.kids.push({ type: kind.type, start: cursor.startIndex, end: cursor.endIndex, field: '', op: '', kids: [], missing: true });
        }
      } while (cursor.gotoNextSibling());
      cursor.gotoParent();
    }
    return node;
  };
  return copy(typeAt(cursor).type, 0);
}

/** The child in a field, or undefined. */
export function child(node: CNode, field: string): CNode | undefined {
  for (const kid of node.kids) if (kid.field === field) return kid;
  return undefined;
}

/** All children in a field. */
export function children(node: CNode, field: string): CNode[] {
  return node.kids.filter((kid) => kid.field === field);
}

/** Calls `visit` for a node and everything below it, parents first; `visit` returns false to skip what is below. */
export function visitTree(node: CNode, visit: (node: CNode) => boolean | undefined): void {
  if (visit(node) === false) return;
  for (const kid of node.kids) visitTree(kid, visit);
}

/** Strips parentheses around an expression. */
export function bare(node: CNode): CNode {
  let inner = node;
  while (inner.type === 'parenthesized_expression' && inner.kids.length === 1 && inner.kids[0]?.type !== 'compound_statement')
    inner = inner.kids[0] as CNode;
  return inner;
}

/** The operands of `(a, b, c)`. */
export function operands(node: CNode | undefined): CNode[] {
  if (node === undefined) return [];
  if (node.type === 'parenthesized_expression') return node.kids.flatMap(commaOperands);
  return commaOperands(node);
}

function commaOperands(node: CNode): CNode[] {
  return node.type === 'comma_expression' ? node.kids.flatMap(commaOperands) : [node];
}
