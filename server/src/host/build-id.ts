import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Names the program that computes results: its bundle, the parser and the grammar, by content or version. null where the parser is not installed. */
export function buildId(bundle: string): string | null {
  try {
    const hash = createHash('sha256').update(readFileSync(bundle));
    // Loaded beside the bundle: another version of one parses differently.
    for (const path of [require.resolve('tree-sitter/package.json'), require.resolve('tree-sitter-c/package.json')])
      hash.update(readFileSync(path));
    return hash.digest('hex');
  } catch {
    return null;
  }
}
