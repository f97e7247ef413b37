import { ruleInfo } from '../findings/registry';
import { headline, renderInterleaving, renderNote } from '../findings/render';
import type { Finding } from '../findings/types';

const WIDTH = 78;

/** What happens, why that is bad, and what to do about it: three lines of plain text. */
export function messageOf(finding: Finding): string {
  const rule = ruleInfo(finding.rule);
  return [headline(finding), `Why: ${rule.why}`, `What to do: ${rule.action}`].join('\n');
}

/** The steps of the trace in order, one line each: `CPU 0: text`. */
export function traceLines(finding: Finding): string[] {
  return finding.trace.map((step) => `${finding.threads[step.thread]?.name ?? `CPU ${step.thread}`}: ${step.text}`);
}

/** A finding as a document of its own: where it is, how the threads interleave, and what that rests on. */
export function interleavingDocument(finding: Finding): string {
  const { action, object, host } = finding.lifetime;
  const rule = ruleInfo(finding.rule);
  const note = (label: string, text: string) => renderNote(label, text, WIDTH);
  const lines = [
    `${finding.file}:${finding.line}:${finding.column}: [${finding.rule}]`,
    ...note('What', headline(finding)),
    ...note('Why', rule.why),
    ...note('What to do', rule.action),
    ...note('Lifetime', `${object}, torn down by ${action}${host === null ? '' : ` on ${host}`}`),
    '',
    ...renderInterleaving(finding, WIDTH),
    '',
    ...finding.pairs.flatMap(([a, b]) => note('Found in', `${a} x ${b}`)),
    ...finding.assumptions.flatMap((text) => note('Assumes', text)),
  ];
  return `${lines.join('\n')}\n`;
}
