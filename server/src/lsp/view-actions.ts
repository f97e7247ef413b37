import { type CodeAction, CodeActionKind, type Diagnostic, type Range } from 'vscode-languageserver/node';
import { COPY_CHANGELOG, SHOW_INTERLEAVING, SHOW_REPRODUCER, STEP_THROUGH } from '../../../protocol/commands';
import type { Finding } from '../findings/types';
import type { ActionContext } from './code-actions';
import { isDiagnosticData, rangeOf } from './diagnostics';

/** What can be shown of the findings at a range, for clients that have the commands for it. */
export function viewActions(range: Range, ours: Diagnostic[], context: ActionContext): CodeAction[] {
  const commands = [
    { command: SHOW_INTERLEAVING, title: 'Show interleaving' },
    { command: STEP_THROUGH, title: 'Step through this race', explored: true },
    { command: COPY_CHANGELOG, title: 'Copy as changelog' },
    { command: SHOW_REPRODUCER, title: 'Show reproducer', explored: true },
  ].filter(({ command }) => context.client.commands.has(command));
  const findings = findingsAt(range, ours, context);
  return commands.flatMap(({ command, title: plain, explored }) =>
    // Only what was explored has threads and states.
    findings
      .filter((finding) => !explored || finding.pairs.length > 0)
      .map((finding): CodeAction => {
        const title = findings.length > 1 ? `${plain} (${finding.rule})` : plain;
        const diagnostics = ours.filter(({ data }) => isDiagnosticData(data) && data.fingerprint === finding.fingerprint);
        return { title, kind: CodeActionKind.QuickFix, diagnostics, command: { title, command, arguments: [finding.fingerprint] } };
      }),
  );
}

/** The findings of the diagnostics that the client names, wherever an edit has moved them to; else those where the range begins. */
function findingsAt(range: Range, ours: Diagnostic[], context: ActionContext): Finding[] {
  const findings = context.folder.report?.findings.filter((finding) => finding.file === context.path) ?? [];
  const named = new Set(ours.flatMap(({ data }) => (isDiagnosticData(data) ? [data.fingerprint] : [])));
  if (named.size > 0) return findings.filter((finding) => named.has(finding.fingerprint));
  return findings.filter((finding) => {
    const { start, end } = rangeOf(finding, context);
    return start.line <= range.start.line && range.start.line <= end.line;
  });
}
