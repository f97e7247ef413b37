import { createColors } from 'picocolors';
import { headline, renderInterleaving, renderNote, severityWord } from '../findings/render';
import type { CheckReport, Finding, VerdictKind } from '../findings/types';
import { displayPath } from './paths';

/** Width of what stands below a finding's first line: quoted once, it still fits a mail. */
const WIDTH = 78;

/** Of the lines of a message behind the first. */
const LABELS = ['why', 'what to do'];

export interface TextOptions {
  cwd: string;
  colour: boolean;
  /** First lines only. */
  terse: boolean;
}

/** Findings as a compiler prints them, each with its interleaving. Empty without findings. */
export function textReport(report: CheckReport, options: TextOptions): string {
  const blocks = report.findings.map((finding) => {
    const head = headLine(finding, report.root, options);
    return options.terse ? `${head}\n` : `${[head, ...body(finding)].join('\n')}\n`;
  });
  return blocks.join(options.terse ? '' : '\n');
}

function headLine(finding: Finding, root: string, options: TextOptions): string {
  const paint = createColors(options.colour);
  const tint = finding.severity === 'error' ? paint.red : finding.severity === 'warning' ? paint.yellow : paint.cyan;
  const place = `${displayPath(root, finding.file, options.cwd)}:${finding.line}:${finding.column}:`;
  return `${paint.bold(place)} ${tint(`${severityWord(finding.severity)}:`)} ${headline(finding)} ${paint.dim(`[${finding.rule}]`)}`;
}

function body(finding: Finding): string[] {
  const drawing = renderInterleaving(finding, WIDTH);
  const pairs = finding.pairs.map(([a, b]) => `${a} x ${b}`);
  return [
    ...(drawing.length > 0 ? ['', ...drawing, ''] : []),
    ...finding.message
      .split('\n')
      .slice(1, 3)
      .flatMap((line, index) => renderNote(LABELS[index] ?? '', line, WIDTH)),
    ...pairs.flatMap((pair) => renderNote('found in', pair, WIDTH)),
    ...finding.assumptions.flatMap((assumption) => renderNote('assumes', assumption, WIDTH)),
  ];
}

/** `2 findings; 9 verdicts: 6 clean, 2 violated, 1 incomplete`. */
export function summary(report: CheckReport): string {
  const count = (kind: VerdictKind) => report.verdicts.filter((verdict) => verdict.verdict === kind).length;
  const kinds = (['clean', 'violated', 'incomplete'] as const).map((kind) => `${count(kind)} ${kind}`).join(', ');
  return `${number(report.findings.length, 'finding')}; ${number(report.verdicts.length, 'verdict')}: ${kinds}`;
}

function number(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
