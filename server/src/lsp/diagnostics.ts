import { type Diagnostic, type DiagnosticRelatedInformation, DiagnosticSeverity, type Range } from 'vscode-languageserver/node';
import { expressionAt, statementOf } from '../features/excerpt';
import { messageOf, traceLines } from '../features/message';
import type { Finding } from '../findings/types';
import type { Client } from './capabilities';
import type { FolderAnalysis } from './folder';
import type { Settings } from './settings';

export const SOURCE = 'devres-lens';

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** What a diagnostic of ours carries in `data`. */
interface DiagnosticData {
  fingerprint: string;
}

export function isDiagnosticData(data: unknown): data is DiagnosticData {
  return typeof data === 'object' && data !== null && typeof (data as DiagnosticData).fingerprint === 'string';
}

export interface DiagnosticContext {
  folder: FolderAnalysis;
  client: Client;
  settings: Settings;
  ruleUri(rule: string): string | null;
}

/** Where a finding stands, in the text as it is now. */
export function rangeOf(finding: Finding, { folder, client }: Pick<DiagnosticContext, 'folder' | 'client'>): Range {
  const source = folder.source(finding.file);
  const span = source && expressionAt(source.text, finding.line, finding.column);
  return source && span ? source.range(span.at, span.end, client.encoding) : lineRange(finding.line);
}

function lineRange(line: number): Range {
  const position = { line: Math.max(0, line - 1), character: 0 };
  return { start: position, end: position };
}

/** The diagnostic of a finding; null where the settings switch its rule off. */
export function diagnosticOf(finding: Finding, context: DiagnosticContext): Diagnostic | null {
  const { client, settings } = context;
  const level = settings.severity[finding.rule] ?? finding.severity;
  if (level === 'off') return null;
  const href = context.ruleUri(finding.rule);
  const data: DiagnosticData = { fingerprint: finding.fingerprint };
  const message = client.relatedInformation ? messageOf(finding) : [messageOf(finding), ...traceLines(finding)].join('\n');
  return {
    range: rangeOf(finding, context),
    severity: SEVERITIES[level],
    code: finding.rule,
    source: SOURCE,
    message,
    ...(client.codeDescription && href !== null && { codeDescription: { href } }),
    ...(client.relatedInformation && { relatedInformation: related(finding, context) }),
    ...(client.diagnosticData && { data }),
  };
}

/** A step that no source line shows (the kernel runs it) is placed where its thread enters. */
function related(finding: Finding, { folder, client }: DiagnosticContext): DiagnosticRelatedInformation[] {
  const texts = traceLines(finding);
  return finding.trace.map((step, index) => {
    const place = step.file === '' ? (finding.threads[step.thread] ?? finding) : step;
    const source = folder.source(place.file);
    const span = source && statementOf(source.text, place.line);
    const range = source && span ? source.range(span.at, span.end, client.encoding) : lineRange(place.line);
    return { location: { uri: folder.uriOf(place.file), range }, message: texts[index] ?? step.text };
  });
}
