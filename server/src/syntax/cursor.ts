import type { Rewriter } from './rewriter';
import type { Token } from './tokens';

/** The living tokens of a text and the changes made so far: what every rule of the rewrite works on. */
export interface Source {
  rw: Rewriter;
  tokens: readonly Token[];
}

/** What the innermost open bracket holds. */
export type Context = 'top' | 'block' | 'struct' | 'enum' | 'init' | 'call' | 'paren' | 'index';

export function isName(token: Token | undefined): token is Token & { kind: 'name' } {
  return token?.kind === 'name';
}

export function isPunct<Text extends string>(token: Token | undefined, text: Text): token is Token & { kind: 'punct'; text: Text } {
  return token?.kind === 'punct' && token.text === text;
}

/** Index of the parenthesis closing the group that opens at `i`, or -1 if none opens there or it never closes. */
export function closeOf(tokens: readonly Token[], i: number): number {
  const token = tokens[i];
  return token?.kind === 'punct' && token.match > i ? token.match : -1;
}

/** Splits tokens (open, close) at commas outside inner brackets; each argument as [first, last] token index, last < first if empty. */
export function splitArguments(tokens: readonly Token[], open: number, close: number): [number, number][] {
  const args: [number, number][] = [];
  let first = open + 1;
  for (let i = open + 1; i < close; i++) {
    const token = tokens[i] as Token;
    if (token.match > i) i = Math.min(token.match, close - 1);
    else if (isPunct(token, ',')) {
      args.push([first, i - 1]);
      first = i + 1;
    }
  }
  args.push([first, close - 1]);
  return args;
}
