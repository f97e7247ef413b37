import type { Body } from './body';
import { typeOf } from './places';
import { type CNode, child } from './tree';

/** Lowers break or continue: releases what the loop does not hold, then jumps. */
export function leaveLoop(body: Body, kind: 'break' | 'continue', at: number): void {
  for (const target of body.targets.toReversed()) {
    const label = target[kind];
    if (label === undefined) continue;
    body.unwind(target.depth, at);
    body.graph.jump(label);
    return;
  }
  body.graph.emit({ k: 'opaque', what: `${kind} outside of a loop`, at });
}

export function gotoStatement(body: Body, node: CNode): void {
  const name = child(node, 'label');
  const target = name && body.gotos.get(body.text(name));
  if (!target) {
    body.graph.emit({ k: 'opaque', what: 'computed goto', at: node.start });
    body.graph.terminate({ k: 'return', at: node.start });
    return;
  }
  jumpTo(body, target, node.start);
}

/** Jumps to a goto label, releasing what its scope does not hold. */
function jumpTo(body: Body, target: { label: number; at: number }, at: number): void {
  let depth = body.scopes.length;
  for (; depth > 1; depth--) {
    const { node } = body.scopes[depth - 1] as { node: CNode };
    if (node.start <= target.at && target.at < node.end) break;
  }
  body.unwind(depth, at);
  // Backwards within the scope: what was declared behind the label is released too.
  for (const cleanup of body.scopes[depth - 1]?.cleanups.toReversed() ?? []) if (cleanup.at > target.at) cleanup.run(at);
  body.graph.jump(target.label);
}

/** Returns: the value is computed before the cleanups of all scopes run. */
export function returnStatement(body: Body, result: CNode | undefined, at: number): void {
  let value = result && body.lower.value(body, result);
  if (value && body.hasCleanups && value.k !== 'var') value = body.saved(value, at, typeOf(body, result as CNode));
  body.unwind(0, at);
  body.graph.terminate(value === undefined ? { k: 'return', at } : { k: 'return', value, at });
}

/** Runs the `fail` statement of a conditional guard: `return X`, `break`, `continue`, `goto X`. */
export function failStatement(body: Body, text: string, value: CNode | undefined, at: number): void {
  const word = /^\w+/.exec(text)?.[0];
  const label = /^goto\s+(\w+)/.exec(text)?.[1];
  const target = label === undefined ? undefined : body.gotos.get(label);
  if (word === 'return') returnStatement(body, value, at);
  else if (word === 'break' || word === 'continue') leaveLoop(body, word, at);
  else if (target) jumpTo(body, target, at);
  else if (text !== '' && text !== '{}') body.graph.emit({ k: 'opaque', what: 'statement as a macro argument', at });
}
