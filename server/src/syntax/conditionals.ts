import type { Rewriter } from './rewriter';
import type { Token } from './tokens';

export function chooseBranches(_rw: Rewriter, tokens: readonly Token[]): Token[] {
  return tokens.filter((token) => token.kind !== 'directive');
}
