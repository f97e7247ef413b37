import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ArtifactLocation, CodeFlow, Fix, Invocation, Location, Log, ReportingDescriptor, Result, ThreadFlow } from 'sarif';
import { RULES } from '../findings/registry';
import { plain } from '../findings/render';
import type { CheckReport, Finding, Severity } from '../findings/types';
import { packageVersion } from '../host/install';
import type { Analysis } from './analyse';
import { sarifFixes } from './sarif-fixes';

const BASE = 'ROOT';
const LEVELS: Record<Severity, 'error' | 'warning' | 'note'> = { error: 'error', warning: 'warning', information: 'note' };

/**
 * The report as SARIF 2.1.0: one result for each finding, its interleaving as one code flow with a flow per thread, its fixes with the edits
 * of the texts that were analysed.
 */
export function sarifReport(report: CheckReport, { remedies = [], readFile }: Pick<Analysis, 'remedies' | 'readFile'>): Log {
  const fixesOf = sarifFixes(remedies, readFile, artifact);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'devres-lens', version: packageVersion(), rules: RULES.map(descriptor) } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [BASE]: { uri: pathToFileURL(join(report.root, '/')).href } },
        invocations: [invocation(report)],
        results: report.findings.map((finding) => result(finding, fixesOf(finding))),
      },
    ],
  };
}

function descriptor(rule: (typeof RULES)[number]): ReportingDescriptor {
  return {
    id: rule.id,
    shortDescription: { text: rule.title },
    fullDescription: { text: `${rule.what} ${rule.why}` },
    help: { text: `${rule.action} devres-lens explain ${rule.id} prints the page of this rule.` },
    defaultConfiguration: { level: LEVELS[rule.severity] },
  };
}

function result(finding: Finding, fixes: Fix[]): Result {
  const flow = codeFlow(finding);
  return {
    ruleId: finding.rule,
    ruleIndex: RULES.findIndex((rule) => rule.id === finding.rule),
    level: LEVELS[finding.severity],
    message: { text: finding.message },
    locations: [location(finding.file, finding.line, { column: finding.column, function: finding.function })],
    relatedLocations: finding.threads.map((thread, id) => ({
      id,
      ...location(thread.file, thread.line, { text: `${thread.name}: ${thread.entry} (${thread.kind})` }),
    })),
    ...(flow ? { codeFlows: [flow] } : {}),
    ...(fixes.length > 0 ? { fixes } : {}),
    partialFingerprints: { 'devresLensTrace/v1': finding.fingerprint },
    properties: { lifetime: finding.lifetime, pairs: finding.pairs, assumptions: finding.assumptions },
  };
}

function codeFlow(finding: Finding): CodeFlow | null {
  const steps = finding.trace.map((step, index) => ({ step, order: index + 1 }));
  const threadFlows = finding.threads.flatMap((thread, index): ThreadFlow[] => {
    const own = steps.filter(({ step }) => step.thread === index);
    if (own.length === 0) return [];
    const locations = own.map(({ step, order }) => ({
      location: location(step.file, step.line, { text: plain(step.text), function: step.function }),
      executionOrder: order,
      kinds: [step.op],
    }));
    return [{ id: thread.name, message: { text: thread.entry }, locations }];
  });
  return threadFlows.length > 0 ? { threadFlows } : null;
}

function location(file: string, line: number, more: { column?: number; text?: string; function?: string }): Location {
  const region = { startLine: line, ...(more.column === undefined ? {} : { startColumn: more.column }) };
  const artifactLocation = artifact(file);
  return {
    // What the driver core does has no place in the tree.
    ...(file === '' ? {} : { physicalLocation: { artifactLocation, ...(line > 0 ? { region } : {}) } }),
    ...(more.text === undefined ? {} : { message: { text: more.text } }),
    ...(more.function ? { logicalLocations: [{ name: more.function, kind: 'function' }] } : {}),
  };
}

function artifact(file: string): ArtifactLocation {
  return { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: BASE };
}

/** What was cut short is told to the reader of the log as well. */
function invocation(report: CheckReport): Invocation {
  const cut = report.verdicts.filter((verdict) => verdict.verdict === 'incomplete');
  return {
    executionSuccessful: true,
    toolExecutionNotifications: cut.map((verdict) => ({
      level: 'note',
      message: { text: `${verdict.action}: ${verdict.pair.join(' x ')} is incomplete: ${verdict.reason ?? 'cut short'}` },
    })),
  };
}
