/** The contract of `check --format json`, version 1. Others' scripts rest on it. */

export type RuleId =
  | 'double-release'
  | 'release-vs-unbind'
  | 'double-teardown'
  | 'use-after-free'
  | 'release-before-add'
  | 'late-add'
  | 'use-after-unregister'
  | 'drain-deadlock'
  | 'lost-teardown'
  | 'non-atomic-guard'
  | 'unchecked-add-action'
  | 'wrong-host'
  | 'release-order'
  | 'self-removal'
  | 'lockless-driver-check'
  | 'nowarn-in-driver'
  | 'unlocked-teardown-read';

export type Severity = 'error' | 'warning' | 'information';

export type EntryKind =
  | 'sysfs-store'
  | 'sysfs-show'
  | 'unbind'
  | 'probe'
  | 'remove'
  | 'work'
  | 'notifier'
  | 'timer'
  | 'irq'
  | 'ioctl'
  | 'debugfs'
  | 'configfs'
  | 'export'
  | 'init'
  | 'exit';

export interface ThreadInfo {
  /** `CPU 0`, `CPU 1` … */
  name: string;
  /** Entry point's function, or `unbind(HOST)`. */
  entry: string;
  kind: EntryKind;
  file: string;
  line: number;
}

export interface TraceStep {
  /** Index into `threads`. */
  thread: number;
  file: string;
  line: number;
  function: string;
  /** Stable word for the kind of step: find, get, put, free, use, device-add, device-del, lock, unlock, add-action, remove-action, release-action, devres-release-all, run-action, … */
  op: string;
  /** What is shown: the source text of the step, or the kernel function behind an implicit one. */
  text: string;
}

export interface FixOffer {
  id: string;
  title: string;
  resolves: RuleId[];
  leaves: RuleId[];
}

export interface Finding {
  rule: RuleId;
  severity: Severity;
  message: string;
  file: string;
  line: number;
  column: number;
  function: string;
  lifetime: { action: string; object: string; host: string | null };
  threads: ThreadInfo[];
  trace: TraceStep[];
  pairs: [string, string][];
  assumptions: string[];
  fixes: FixOffer[];
  fingerprint: string;
}

export type VerdictKind = 'clean' | 'violated' | 'incomplete';

export interface Verdict {
  action: string;
  object: string;
  pair: [string, string];
  verdict: VerdictKind;
  rules: RuleId[];
  reason?: string;
  bounds: string;
  states: number;
}

export interface CheckStats {
  files: number;
  lines: number;
  functions: number;
  parseErrors: number;
  ms: Record<string, number>;
}

export interface CheckReport {
  version: 1;
  root: string;
  findings: Finding[];
  verdicts: Verdict[];
  stats: CheckStats;
}
