import type { Replacement } from '../syntax';
import { splitArguments } from './text';
import { type CNode, visitTree } from './tree';
import type { Invocation } from './types';

/** Reads `NAME(args)` at `at`; null where no such text stands there. */
export function readInvocation(source: string, at: number): Invocation | null {
  const head = /^\s*([A-Za-z_]\w*)\s*\(/.exec(source.slice(at, at + 200));
  if (!head) return null;
  const open = at + head[0].length - 1;
  const args = splitArguments(source, open);
  return {
    macro: head[1] as string,
    args: args.map((arg) => source.slice(arg.start, arg.end)),
    at: at + head[0].indexOf(head[1] as string),
    end: (args.close ?? source.length - 1) + 1,
  };
}

/** The macro calls at top level that a declaration or expression stands for. */
export function invocationsOf(node: CNode, source: string): Invocation[] {
  let start = node.start;
  visitTree(node, (inner) => {
    if (inner.type === 'call_expression' || inner.type === 'macro_type_specifier') {
      start = inner.start;
      return false;
    }
    return undefined;
  });
  const invocation = readInvocation(source, start);
  return invocation ? [invocation] : [];
}

/** The top-level macro calls that the dialect blanked. */
export function blankedInvocations(
  replacements: readonly Replacement[],
  source: string,
  isTopLevel: (offset: number) => boolean,
): Invocation[] {
  return replacements
    .filter((replacement) => replacement.kind === 'macro' && isTopLevel(replacement.at))
    .flatMap((replacement) => readInvocation(source, replacement.at) ?? []);
}

/** Invocations in order of position, without those in the arguments of another. */
export function outermost(invocations: readonly Invocation[]): Invocation[] {
  const sorted = invocations.toSorted((a, b) => a.at - b.at || b.end - a.end);
  let end = -1;
  return sorted.filter((invocation) => {
    if (invocation.at < end) return false;
    end = invocation.end;
    return true;
  });
}
