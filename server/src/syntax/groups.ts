import type { Token } from './tokens';

/** One branch of a conditional: its `#if`, `#elif` or `#else`, and its tokens [first, end). `end` is the next directive of the group. */
export interface Branch {
  directive: number;
  first: number;
  end: number;
  /** Brackets opened in it are closed in it, inner conditionals taken with their first living branch. */
  balanced: boolean;
}

/** `#if` … `#endif`; `end` is the index of the `#endif`. */
export interface Group {
  branches: Branch[];
  end: number;
}

interface OpenGroup {
  starts: number[];
  /** Sum and minimum of bracket depth in each branch. */
  depths: { sum: number; lowest: number }[];
}

/** A branch that is never compiled into the kernel. */
export function isDead(directive: Token): boolean {
  return /^#\s*(?:el)?if\s+0\b|^#\s*ifdef\s+__(?:cplusplus|CHECKER__|GENKSYMS__)/.test(directive.text);
}

/** The conditionals of a file by the index of their `#if`. One without `#endif` is left out. */
export function readGroups(tokens: readonly Token[]): Map<number, Group> {
  const groups = new Map<number, Group>();
  const open: OpenGroup[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    if (token.kind === 'directive') {
      const word = /^#\s*(\w+)/.exec(token.text)?.[1] ?? '';
      if (word === 'if' || word === 'ifdef' || word === 'ifndef') {
        open.push({ starts: [i], depths: [{ sum: 0, lowest: 0 }] });
      } else if (word.startsWith('el')) {
        const group = open[open.length - 1];
        group?.starts.push(i);
        group?.depths.push({ sum: 0, lowest: 0 });
      } else if (word === 'endif') {
        const group = open.pop();
        if (group) close(tokens, groups, open, group, i);
      }
    } else if (token.kind === 'punct' && open.length > 0) {
      if (token.text === '(' || token.text === '[' || token.text === '{') step(open, 1, 0);
      else if (token.text === ')' || token.text === ']' || token.text === '}') step(open, -1, -1);
    }
  }
  return groups;
}

function step(open: OpenGroup[], sum: number, lowest: number): void {
  const depth = open[open.length - 1]?.depths.at(-1);
  if (!depth) return;
  depth.lowest = Math.min(depth.lowest, depth.sum + lowest);
  depth.sum += sum;
}

function close(tokens: readonly Token[], groups: Map<number, Group>, open: OpenGroup[], group: OpenGroup, end: number): void {
  const branches = group.starts.map((directive, k) => {
    const depth = group.depths[k] as { sum: number; lowest: number };
    return { directive, first: directive + 1, end: group.starts[k + 1] ?? end, balanced: depth.sum === 0 && depth.lowest === 0 };
  });
  groups.set(group.starts[0] as number, { branches, end });
  const living = Math.max(
    0,
    branches.findIndex((branch) => !isDead(tokens[branch.directive] as Token)),
  );
  const depth = group.depths[living] as { sum: number; lowest: number };
  step(open, depth.sum, depth.lowest);
}
