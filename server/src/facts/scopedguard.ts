import { nested } from './blocks';
import type { Body } from './body';
import { acquire, isConditional, releaseAtExit } from './cleanup';
import { conditionalGuard } from './condguard';
import { failStatement } from './jumps';
import { type CNode, child } from './tree';

/** Lowers `scoped_guard(class, args) body` and `scoped_cond_guard(class, fail, args) body`; `args` are all arguments of the macro. */
export function scopedGuard(body: Body, node: CNode, macro: string, args: CNode[]): void {
  const { graph } = body;
  const className = args[0] ? body.text(args[0]) : '';
  const inner = child(node, 'consequence');
  body.enter(node);
  if (/^scoped_cond_guard/.test(macro)) conditionalGuard(body, node, className, args, failStatement);
  else if (isConditional(className)) {
    const result = body.temp();
    const held = graph.label();
    const skipped = graph.label();
    const values = acquire(body, className, args.slice(1), node, result);
    graph.branch({ k: 'var', name: result }, node.start, skipped, held);
    graph.place(held);
    releaseAtExit(body, className, values, node);
    nested(body, inner);
    body.leave(node.end - 1);
    graph.place(skipped);
    return;
  } else releaseAtExit(body, className, acquire(body, className, args.slice(1), node), node);
  nested(body, inner);
  body.leave(node.end - 1);
}
