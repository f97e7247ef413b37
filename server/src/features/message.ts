import { ruleInfo } from '../findings/registry';
import { renderInterleaving } from '../findings/render';
import type { Finding } from '../findings/types';

/** Width of kernel changelogs, which the drawing is meant to be pasted into. */
const WIDTH = 78;

/** What happens, why that is bad, and what to do about it: three lines of plain text. */
export function messageOf(finding: Finding): string {
  const rule = ruleInfo(finding.rule);
  return [finding.message, `Why: ${rule.why}`, `What to do: ${rule.action}`].join('\n');
}

/** The steps of the trace in order, one line each: `CPU 0: text`. */
export function traceLines(finding: Finding): string[] {
  return finding.trace.map((step) => `${finding.threads[step.thread]?.name ?? `CPU ${step.thread}`}: ${step.text}`);
}

/** A finding as a document of its own: where it is, how the threads interleave, and what that rests on. */
export function interleavingDocument(finding: Finding): string {
  const { action, object, host } = finding.lifetime;
  const lines = [
    `${finding.file}:${finding.line}:${finding.column}: ${finding.message} [${finding.rule}]`,
    '',
    `Lifetime: ${object}, torn down by ${action}${host === null ? '' : ` on ${host}`}`,
    '',
    ...renderInterleaving(finding, WIDTH),
  ];
  const rule = ruleInfo(finding.rule);
  lines.push('', `Why: ${rule.why}`, `What to do: ${rule.action}`);
  if (finding.pairs.length > 0) lines.push('', 'Found in:', ...finding.pairs.map(([a, b]) => `- ${a} x ${b}`));
  if (finding.assumptions.length > 0) lines.push('', 'Assumes:', ...finding.assumptions.map((text) => `- ${text}`));
  return `${lines.join('\n')}\n`;
}
