import { ruleInfo } from './registry';
import { headline, paragraph, renderInterleaving } from './render';
import type { Finding, RuleId } from './types';

/** Columns of a commit message, as checkpatch.pl wants them. */
const WIDTH = 75;

const SUBJECTS: Record<RuleId, (finding: Finding) => string> = {
  'double-release': (f) => `Fix double release of ${action(f)}`,
  'release-vs-unbind': (f) => `Fix release of ${action(f)} during unbind`,
  'double-teardown': (f) => `Fix double teardown of ${object(f)}`,
  'use-after-free': (f) => `Fix use-after-free of ${object(f)}`,
  'release-before-add': (f) => `Fix release of ${action(f)} before it is added`,
  'late-add': (f) => `Fix ${action(f)} added during unbind`,
  'use-after-unregister': (f) => `Fix use of ${object(f)} after unregistration`,
  'drain-deadlock': (f) => `Fix deadlock between ${f.function}() and the drain of its waiters`,
  'lost-teardown': (f) => `Fix lost teardown of ${object(f)}`,
  'non-atomic-guard': (f) => `Pick the winner of the ${object(f)} teardown atomically`,
  'unchecked-add-action': (f) => `Check whether ${action(f)} was added`,
  'wrong-host': (f) => `Release ${action(f)} from its own device`,
  'release-order': (f) => `Fix order of release of ${object(f)}`,
  'self-removal': (f) => `Fix ${f.function}() waiting for itself`,
  'lockless-driver-check': (f) => `Take the device lock around the driver test in ${f.function}()`,
  'nowarn-in-driver': (f) => `Track who owns ${object(f)}`,
  'unlocked-teardown-read': (f) => `Fix unlocked read of ${object(f)} in ${f.function}()`,
};

/** What a draft says besides the finding. */
export interface ChangelogParts {
  /** What is done about it, in the imperative. */
  change?: string | undefined;
  /** `Fixes:` and what else ends a commit message, one each. */
  trailers?: readonly string[];
}

/**
 * A draft of the commit message for a fix: subject, what happens, the interleaving, what comes of it. No line of the body is longer than 75
 * columns; the subject and the trailers stay in one line, as git wants them.
 */
export function changelogOf(finding: Finding, { change, trailers = [] }: ChangelogParts = {}): string {
  const lines = [
    changelogSubject(finding),
    '',
    ...paragraph(headline(finding), WIDTH),
    '',
    ...renderInterleaving(finding, WIDTH),
    '',
    ...paragraph(ruleInfo(finding.rule).why, WIDTH),
    '',
    ...(change ? [...paragraph(`${change}.`, WIDTH), ''] : []),
    ...paragraph('Found by devres-lens in the source, not observed at run time.', WIDTH),
    ...(trailers.length > 0 ? ['', ...trailers] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** The first line of the draft. */
export function changelogSubject(finding: Finding): string {
  return `${prefixOf(finding.file)}: ${SUBJECTS[finding.rule](finding)}`;
}

/** `drivers/bus/core/thing.c` is `bus/thing`, `drivers/bus/bus.c` is `bus`, as subjects of the kernel have it. */
function prefixOf(file: string): string {
  const [, ...segments] = /^drivers\//.test(file) ? file.split('/') : ['', ...file.split('/')];
  const base = (segments.pop() ?? file).replace(/\.[ch]$/, '');
  const folder = segments[0];
  if (folder === undefined || folder === base) return base;
  return `${folder}/${base}`;
}

function action(finding: Finding): string {
  return `${finding.lifetime.action}()`;
}

function object(finding: Finding): string {
  return `struct ${finding.lifetime.object}`;
}
