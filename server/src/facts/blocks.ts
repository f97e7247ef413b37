import type { Body } from './body';
import { typeOf } from './places';
import { bare, type CNode, child } from './tree';
import type { Expr } from './types';

/** Lowers a block in a scope of its own; its cleanups run at the closing brace. */
export function block(body: Body, node: CNode): void {
  body.enter(node);
  statements(body, node.kids);
  body.leave(node.end - 1);
}

/** Lowers the statements of a block, one after the other. */
export function statements(body: Body, nodes: readonly CNode[]): void {
  for (let i = 0; i < nodes.length; i++) {
    const [node, next] = [nodes[i] as CNode, nodes[i + 1]];
    if (next && asksWhetherLeft(body, node, next)) {
      body.lower.search(body, node, next);
      i++;
    } else body.lower.statement(body, node);
  }
}

/**
 * The second statement asks whether the first, a loop that counts up to a limit, came to its end: `for (i = 0; i < n; i++) …` and then `if (i == n)`.
 * Who leaves the loop by `break` has not come to the limit.
 */
function asksWhetherLeft(body: Body, first: CNode, second: CNode): boolean {
  const test = first.type === 'for_statement' && second.type === 'if_statement' ? child(first, 'condition') : undefined;
  const asked = child(second, 'condition');
  const limit = test && bare(test);
  const question = asked && bare(asked);
  if (limit?.type !== 'binary_expression' || limit.op !== '<' || question?.type !== 'binary_expression') return false;
  if (question.op !== '==' && question.op !== '>=') return false;
  const [counter, end] = [child(limit, 'left'), child(limit, 'right')];
  const same = (a: CNode | undefined, b: CNode | undefined) => a !== undefined && b !== undefined && body.text(a) === body.text(b);
  if (counter?.type !== 'identifier' || !same(counter, child(question, 'left')) || !same(end, child(question, 'right'))) return false;
  const update = child(first, 'update');
  const inside = child(first, 'body');
  const counts = update?.type === 'update_expression' && same(child(update, 'argument'), counter);
  return counts && inside !== undefined && !changes(body, inside, body.text(counter));
}

/** Something in the tree assigns the variable, or takes its address. */
function changes(body: Body, node: CNode, name: string): boolean {
  const target =
    node.type === 'assignment_expression'
      ? child(node, 'left')
      : node.type === 'update_expression' || (node.type === 'pointer_expression' && node.op === '&')
        ? child(node, 'argument')
        : undefined;
  return (target !== undefined && body.text(target) === name) || node.kids.some((kid) => changes(body, kid, name));
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
