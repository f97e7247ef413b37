import { plain } from '../findings/render';
import type { TreeTarget } from '../host/tree';
import type { Analysis } from './analyse';
import { lifetimeText } from './lifetime-text';
import { displayPath } from './paths';

/** Every lifetime with its pairs and verdicts, then what the parser did not understand. */
export function verboseReport({ lifetimes, parseErrors }: Analysis, target: TreeTarget, cwd: string): string {
  const errors = parseErrors.map(({ file, error }) => {
    return `${displayPath(target.root, file, cwd)}:${error.line}: note: not understood: ${plain(error.text).slice(0, 60)}\n`;
  });
  return `\n${lifetimes.map((view) => `${lifetimeText(view, target.root, cwd)}\n`).join('')}${errors.join('')}`;
}
