import type { Body } from './body';
import { bare, type CNode, child } from './tree';
import type { Expr } from './types';

/** Macros whose value is the truth of one argument: name to the argument's index. What follows it runs only when it is true. */
const WARNINGS: ReadonlyMap<string, number> = new Map([
  ['WARN_ON', 0],
  ['WARN_ON_ONCE', 0],
  ['WARN', 0],
  ['WARN_ONCE', 0],
  ['WARN_RATELIMIT', 0],
  ['BUG_ON', 0],
  ['dev_WARN_ONCE', 1],
]);

const HINTS = new Set(['likely', 'unlikely']);

function callArguments(node: CNode): CNode[] {
  return child(node, 'arguments')?.kids ?? [];
}

/** Whether a call is a macro that only passes on the truth of an argument (likely, WARN_ON): then `condition` lowers it. */
export function isTruthMacro(body: Body, node: CNode): boolean {
  const callee = child(node, 'function');
  if (callee?.type !== 'identifier') return false;
  const name = body.text(callee);
  return HINTS.has(name) || WARNINGS.has(name);
}

/** Lowers a condition to jumps to `onTrue` and `onFalse`; calls in it are made in evaluation order. */
export function condition(body: Body, node: CNode, onTrue: number, onFalse: number): void {
  const { graph } = body;
  const inner = bare(node);
  if (inner.type === 'unary_expression' && inner.op === '!') {
    condition(body, child(inner, 'argument') as CNode, onFalse, onTrue);
    return;
  }
  if (inner.type === 'binary_expression' && (inner.op === '&&' || inner.op === '||')) {
    const second = graph.label();
    const and = inner.op === '&&';
    condition(body, child(inner, 'left') as CNode, and ? second : onTrue, and ? onFalse : second);
    graph.place(second);
    condition(body, child(inner, 'right') as CNode, onTrue, onFalse);
    return;
  }
  if (inner.type === 'comma_expression') {
    body.lower.effect(body, child(inner, 'left') as CNode);
    condition(body, child(inner, 'right') as CNode, onTrue, onFalse);
    return;
  }
  if (inner.type === 'call_expression' && isTruthMacro(body, inner)) {
    truthMacro(body, inner, onTrue, onFalse);
    return;
  }
  test(body, body.lower.value(body, inner), inner.start, onTrue, onFalse);
}

function test(body: Body, e: Expr, at: number, onTrue: number, onFalse: number): void {
  if (e.k === 'num') body.graph.jump(e.v !== 0 ? onTrue : onFalse);
  else if (e.k === 'str') body.graph.jump(onTrue);
  else body.graph.branch(e, at, onTrue, onFalse);
}

function truthMacro(body: Body, node: CNode, onTrue: number, onFalse: number): void {
  const args = callArguments(node);
  const tested = WARNINGS.get(body.text(child(node, 'function') as CNode)) ?? 0;
  const subject = args[tested];
  for (const arg of args.slice(0, tested)) body.lower.effect(body, arg);
  if (subject === undefined) {
    body.graph.jump(onFalse);
    return;
  }
  const warned = body.graph.label();
  condition(body, subject, warned, onFalse);
  body.graph.place(warned);
  for (const arg of args.slice(tested + 1)) body.lower.effect(body, arg);
  body.graph.jump(onTrue);
}
