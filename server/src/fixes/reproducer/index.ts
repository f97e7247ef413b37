import { headline, paragraph, plain } from '../../findings/render';
import { applyEdits, unifiedDiff } from '../../text';
import type { FixContext, Refusal } from '../types';
import { delayEdits } from './delays';
import { scriptOf } from './script';

const WIDTH = 75;

/** What lets somebody see a finding happen on a test machine. */
export interface Reproducer {
  /** A diff for `git apply` that makes the threads wait for each other. */
  patch: string;
  /** Drives the entry points of the threads. */
  script: string;
}

/** Null where the finding is no race of two threads, or no switch between them has a place in the source. */
export function reproducerOf(context: FixContext): Reproducer | Refusal {
  const { finding } = context;
  if (finding.threads.length < 2) return { refused: 'the finding needs no second thread' };
  const edits = delayEdits(context);
  if (edits.length === 0) return { refused: 'its threads change places inside of kernel functions only' };
  const diffs = edits.map(({ path, edits: changes }) => {
    const before = context.text(path);
    return unifiedDiff({ path, before, after: applyEdits(before, changes) });
  });
  const head = [
    'NOT FOR MERGING: delays that give a race time to happen, by devres-lens.',
    '',
    ...paragraph(`${headline(finding)} [${finding.rule}]`, WIDTH),
    '',
    ...finding.threads.map((thread) => `${thread.name}: ${plain(thread.entry)}`),
  ];
  return { patch: `${head.join('\n')}\n\n${diffs.join('')}`, script: scriptOf(context) };
}
