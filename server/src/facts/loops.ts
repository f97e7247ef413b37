import { nested } from './blocks';
import type { Body } from './body';
import { emitIteration } from './iteration';
import { declaration } from './localdecl';
import { type CNode, child, operands } from './tree';

/** Lowers while, do, for, and the iteration macros that read as while. `left`: where `break` goes, if not behind the loop. */
export function loop(body: Body, node: CNode, left?: number): void {
  const { graph } = body;
  const [head, inside, again, done] = [graph.label(), graph.label(), graph.label(), graph.label()];
  const test = child(node, 'condition');
  const iterator = node.type === 'while_statement' ? body.file.original(node.start) : undefined;
  body.enter(node);
  const initializer = child(node, 'initializer');
  if (initializer?.type === 'declaration') declaration(body, initializer);
  else if (initializer) body.lower.effect(body, initializer);
  const depth = body.scopes.length;
  if (node.type === 'do_statement') graph.place(inside);
  else {
    graph.place(head);
    if (iterator?.kind === 'iterator')
      emitIteration(body, iterator.original.trim(), operands(test), { start: node.start, end: test?.end ?? node.end }, inside, done);
    else if (test) body.lower.condition(body, test, inside, done);
    else graph.jump(inside);
    graph.place(inside);
  }
  body.targets.push({ break: left ?? done, continue: again, depth });
  nested(body, child(node, 'body'));
  body.targets.pop();
  graph.place(again);
  const update = child(node, 'update');
  if (update) body.lower.effect(body, update);
  if (node.type === 'do_statement' && test) body.lower.condition(body, test, inside, done);
  else graph.jump(head);
  graph.place(done);
  body.leave(node.end);
}
