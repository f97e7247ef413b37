import type { Body } from './body';
import { typeOf } from './places';
import type { CNode } from './tree';
import type { Expr } from './types';

/** Lowers a block in a scope of its own; its cleanups run at the closing brace. */
export function block(body: Body, node: CNode): void {
  body.enter(node);
  for (const kid of node.kids) body.lower.statement(body, kid);
  body.leave(node.end - 1);
}

/** A substatement is a scope even without braces. */
export function nested(body: Body, node: CNode | undefined): void {
  if (node === undefined) return;
  if (node.type === 'compound_statement') {
    block(body, node);
    return;
  }
  body.enter(node);
  body.lower.statement(body, node);
  body.leave(node.end);
}

/** Lowers a statement expression: the last expression statement is its value. */
export function blockValue(body: Body, node: CNode): Expr {
  body.enter(node);
  const last = node.kids.at(-1);
  for (const kid of node.kids) if (kid !== last) body.lower.statement(body, kid);
  let value: Expr = { k: 'unknown' };
  if (last?.type === 'expression_statement' && last.kids[0]) {
    const type = typeOf(body, last.kids[0]);
    value = body.lower.value(body, last.kids[0]);
    if (body.scopes.at(-1)?.cleanups.length) value = body.saved(value, last.start, type);
  } else if (last) body.lower.statement(body, last);
  body.leave(node.end - 1);
  return value;
}
