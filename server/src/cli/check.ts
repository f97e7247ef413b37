import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isRuleId, RULES } from '../findings/registry';
import type { CheckReport, RuleId } from '../findings/types';
import { readBaseline, writeBaseline } from '../host/baseline-file';
import { atRevision } from '../host/git';
import type { Overlay } from '../host/load';
import { applyToTarget, type Patched } from '../host/patch';
import { readSource } from '../host/text';
import { findTree, type TreeTarget } from '../host/tree';
import { type Analysis, analyse, analyseTree } from './analyse';
import { changelogReport } from './changelog';
import { githubReport } from './github';
import { EXIT, type Io, UsageError } from './io';
import { sarifReport } from './sarif';
import { summary, textReport } from './text';
import { verboseReport } from './verbose';

export const FORMATS = ['text', 'json', 'sarif', 'github', 'changelog'] as const;

/** Forms that say which fixes each finding has: for programs, which do not wait at a prompt for the exploration of fixed code. */
const WITH_FIXES: ReadonlySet<CheckFlags['format']> = new Set(['json', 'sarif']);

export interface CheckFlags {
  format: (typeof FORMATS)[number];
  terse?: boolean;
  rule?: string[];
  baseline?: string;
  writeBaseline?: string;
  patch?: string;
  since?: string;
  verbose?: boolean;
  cache: boolean;
  jobs?: number;
  fix?: string;
  dryRun?: boolean;
  formatPatch?: boolean;
  reproducer?: string;
}

/** `check`: the exit status. Throws UsageError, HostError, EngineFailure. */
export async function check(paths: string[], flags: CheckFlags, io: Io): Promise<number> {
  if (flags.fix === undefined && (flags.dryRun || flags.formatPatch))
    throw new UsageError(`${flags.dryRun ? '--dry-run' : '--format-patch'} says how a fix is shown; name one with --fix ID`);
  const { rules, extraPaths } = splitRules(flags.rule ?? [], io.cwd);
  const target = findTree([...paths, ...extraPaths].length > 0 ? [...paths, ...extraPaths] : ['.'], io.cwd);
  const known = flags.baseline === undefined ? new Set<string>() : readBaseline(resolve(io.cwd, flags.baseline));
  if (flags.fix !== undefined || flags.reproducer !== undefined) return workOnFindings(target, rules, known, flags, io);
  const cache = flags.cache ? io.cache() : null;
  const analyseWith = (of: TreeTarget, fixes: boolean, overlay?: Overlay) =>
    analyseTree(of, { cache, jobs: flags.jobs, overlay, fixes }, io);
  const patched = flags.patch === undefined ? null : patchedTarget(target, flags.patch, io);
  const analysis = await analyseWith(patched?.target ?? target, WITH_FIXES.has(flags.format), patched?.overlay);
  const selected = analysis.report.findings.filter((finding) => rules.size === 0 || rules.has(finding.rule));
  if (flags.writeBaseline !== undefined) {
    writeBaseline(
      resolve(io.cwd, flags.writeBaseline),
      selected.map((finding) => finding.fingerprint),
    );
  }
  const base = flags.since === undefined ? null : atRevision(target, flags.since);
  const before = base && (await analyseWith({ ...base.target, named: new Set() }, false, base.overlay)).report.findings;
  const old = new Set(before?.map((finding) => finding.fingerprint));
  const findings = selected.filter(({ fingerprint }) => !known.has(fingerprint) && !old.has(fingerprint));
  const report = { ...analysis.report, findings };

  io.out(await format(report, analysis, target, flags, io));
  for (const error of analysis.skipped) io.err(`devres-lens: not checked: ${error.message}\n`);
  const hidden = selected.length - findings.length;
  if (hidden > 0) io.err(`${hidden} known finding${hidden === 1 ? ' is' : 's are'} not shown\n`);
  const incomplete = report.verdicts.some((verdict) => verdict.verdict === 'incomplete');
  io.err(`${summary(report)}${incomplete && !flags.verbose ? ' (--verbose says why)' : ''}\n`);
  if (findings.length > 0) return EXIT.findings;
  const unread = analysis.parseErrors.filter(({ error }) => error.inside);
  for (const { file, error } of unread.slice(0, 3))
    io.err(`devres-lens: ${file}:${error.line}: not understood, what stands there was not checked\n`);
  const cut = incomplete || analysis.skipped.length > 0 || unread.length > 0;
  return cut ? EXIT.incomplete : EXIT.nothing;
}

async function format(report: CheckReport, analysis: Analysis, target: TreeTarget, flags: CheckFlags, io: Io): Promise<string> {
  switch (flags.format) {
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'sarif':
      return `${JSON.stringify(sarifReport(report, analysis), null, 2)}\n`;
    case 'github':
      return githubReport(report, io.cwd);
    case 'changelog':
      return changelogReport(report, analysis.readFile);
    case 'text': {
      const text = textReport(report, { cwd: io.cwd, colour: io.colour, terse: flags.terse === true });
      return flags.verbose ? text + verboseReport(analysis, target, io.cwd) : text;
    }
  }
}

function patchedTarget(target: TreeTarget, patch: string, io: Io): Patched {
  const patched = applyToTarget(target, readSource(resolve(io.cwd, patch)), patch);
  for (const path of patched.absent) io.err(`devres-lens: ${patch}: changes ${path}, which is not in this tree; ignored\n`);
  return patched;
}

/** `--fix` and `--reproducer` are computed on a living engine, whose results have to be its own. */
async function workOnFindings(
  target: TreeTarget,
  rules: ReadonlySet<RuleId>,
  known: ReadonlySet<string>,
  flags: CheckFlags,
  io: Io,
): Promise<number> {
  const { engine, report } = analyse(target, await io.createEngine());
  const findings = report.findings.filter(({ rule, fingerprint }) => (rules.size === 0 || rules.has(rule)) && !known.has(fingerprint));
  // Loaded as late as the engine is, whose parser it needs.
  if (flags.fix !== undefined) return (await import('./fix')).applyFix(flags.fix, findings, engine, target.root, flags, io);
  return (await import('./reproducer')).writeReproducers(findings, engine, resolve(io.cwd, flags.reproducer ?? '.'), io);
}

/** `--rule A B PATH`: commander takes everything up to the next option, so what names a file is one. */
function splitRules(values: string[], cwd: string): { rules: Set<RuleId>; extraPaths: string[] } {
  const rules = new Set<RuleId>();
  const extraPaths: string[] = [];
  for (const value of values) {
    if (isRuleId(value)) rules.add(value);
    else if (rules.size > 0 && existsSync(resolve(cwd, value))) extraPaths.push(value);
    else throw unknownRule(value);
  }
  return { rules, extraPaths };
}

export function unknownRule(value: string): UsageError {
  return new UsageError(`unknown rule '${value}'; the rules are:\n${RULES.map((rule) => `  ${rule.id}`).join('\n')}`);
}
