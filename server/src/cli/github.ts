import type { CheckReport, Severity } from '../findings/types';
import { displayPath } from './paths';

const COMMANDS: Record<Severity, string> = { error: 'error', warning: 'warning', information: 'notice' };

/** Workflow commands of GitHub Actions: one annotation for each finding. Run it from the top of the repository. */
export function githubReport(report: CheckReport, cwd: string): string {
  const lines = report.findings.map((finding) => {
    const properties = {
      file: displayPath(report.root, finding.file, cwd),
      line: finding.line,
      col: finding.column,
      title: finding.rule,
    };
    const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
    return `::${COMMANDS[finding.severity]} ${list.join(',')}::${escapeData(finding.message)}\n`;
  });
  return lines.join('');
}

function escapeData(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
