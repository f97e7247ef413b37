import type { Body } from './body';
import { acquire, releaseAtExit } from './cleanup';
import { splitArguments } from './text';
import type { CNode } from './tree';

/** Lowers the statement given as text; `value` is the expression in it. */
type Leave = (body: Body, statement: string, value: CNode | undefined, at: number) => void;

/**
 * `scoped_cond_guard(class, fail, args)` and `cond_guard(class, fail, args)`:
 * `fail` is a statement that runs where the acquisition failed. The dialect
 * blanks its keyword, so it is read from the original text; the operands of the rewritten text give its expression.
 */
export function conditionalGuard(body: Body, node: CNode, className: string, args: CNode[], leave: Leave): void {
  const { graph } = body;
  const { source } = body.file;
  const open = source.indexOf('(', node.start);
  const texts = splitArguments(source, open);
  const fail = texts[1];
  const within = (from: number, to: number) => args.filter((arg) => arg.start >= from && arg.end <= to);
  const objects = texts.slice(2).flatMap((text) => within(text.start, text.end));
  const result = body.temp();
  const values = acquire(body, className, objects, node, result);
  const [failed, held] = [graph.label(), graph.label()];
  graph.branch({ k: 'var', name: result }, node.start, failed, held);
  graph.place(failed);
  if (fail) leave(body, source.slice(fail.start, fail.end).trim(), within(fail.start, fail.end)[0], fail.start);
  if (graph.reachable) graph.jump(held);
  graph.place(held);
  releaseAtExit(body, className, values, node);
}
