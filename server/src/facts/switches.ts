import type { Body } from './body';
import { type CNode, child, visitTree } from './tree';
import type { Expr } from './types';

/** Lowers a switch to a chain of comparisons in the order of its cases; `default` is taken when none matches. */
export function lowerSwitch(body: Body, node: CNode): void {
  const { graph, lower } = body;
  const inside = child(node, 'body');
  const done = graph.label();
  const subject = body.saved(lower.value(body, child(node, 'condition') as CNode), node.start);
  const cases = inside ? ownCases(inside) : [];
  let fallback = done;
  for (const item of cases) {
    const label = graph.label();
    body.cases.set(item, label);
    const value = child(item, 'value');
    if (value === undefined) {
      fallback = label;
      continue;
    }
    const next = graph.label();
    graph.branch(matches(body, subject, value), item.start, label, next);
    graph.place(next);
  }
  graph.jump(fallback);
  body.targets.push({ break: done, depth: body.scopes.length });
  if (inside) lower.statement(body, inside);
  body.targets.pop();
  graph.place(done);
}

function matches(body: Body, subject: Expr, value: CNode): Expr {
  const colon = body.file.source.indexOf(':', value.end);
  if (body.file.source.slice(value.start, colon).includes('...')) return { k: 'unknown' };
  return { k: 'bin', op: '==', l: subject, r: body.lower.value(body, value) };
}

/** The case statements that belong to a switch, not to one inside it. */
function ownCases(inside: CNode): CNode[] {
  const out: CNode[] = [];
  visitTree(inside, (node) => {
    if (node.type === 'switch_statement') return false;
    if (node.type === 'case_statement') out.push(node);
    return undefined;
  });
  return out;
}
