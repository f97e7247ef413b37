import { join } from 'node:path';
import { type FixEngine, fixEngineOf } from '../engine/fix-engine';
import type { Engine } from '../engine/types';
import { worstOf } from '../features/worst';
import type { Finding } from '../findings/types';
import { FIX_IDS } from '../fixes';
import type { ExploredFix } from '../fixes/types';
import { readSource } from '../host/text';
import { writeSource } from '../host/write';
import { applyEdits, type Change, unifiedDiff } from '../text';
import { printPatches } from './format-patch';
import { EXIT, type Io, UsageError } from './io';

/** A fix of one lifetime, and what it does to the texts that those before it leave. */
export interface AppliedFix {
  /** The worst of those that it resolves. */
  finding: Finding;
  /** What the finding's file said when it was found. */
  source: string;
  fix: ExploredFix;
  changes: Change[];
}

export interface FixFlags {
  dryRun?: boolean;
  formatPatch?: boolean;
}

/**
 * `check --fix ID`: applies the fix to every lifetime of the findings that it resolves. With `dryRun` prints a unified diff that `git apply`
 * takes, with `formatPatch` a series that `git am` takes, and writes nothing. Exit status 0 when it was applied to at least one, 1 when no
 * finding could be fixed. Throws UsageError for an unknown id.
 */
export async function applyFix(
  id: string,
  findings: readonly Finding[],
  engine: Engine,
  root: string,
  flags: FixFlags,
  io: Io,
): Promise<number> {
  if (!FIX_IDS.includes(id))
    throw new UsageError(`unknown fix '${id}'; the fixes are:\n${FIX_IDS.map((known) => `  ${known}`).join('\n')}`);
  const applied = applyToAll(id, findings, engine, root, io);
  if (flags.formatPatch) await printPatches(applied, root, io);
  else
    for (const change of merged(applied)) flags.dryRun ? io.out(unifiedDiff(change)) : writeSource(join(root, change.path), change.after);
  return applied.length > 0 ? EXIT.nothing : EXIT.findings;
}

/** Applies the fix to the engine's texts, lifetime after lifetime: later ones are computed on what those before leave. */
function applyToAll(id: string, findings: readonly Finding[], engine: Engine, root: string, io: Io): AppliedFix[] {
  const fixer = fixEngineOf(engine);
  const applied: AppliedFix[] = [];
  const seen = new Set<string>();
  const wanted = new Set(findings.map(keyOf));
  let open: readonly Finding[] = findings;
  for (let finding = open[0]; finding && fixer; finding = open.find((f) => !seen.has(keyOf(f)))) {
    const key = keyOf(finding);
    seen.add(key);
    const fix = fixer.fixOf(id, finding);
    if (!fix) {
      io.err(`${id}: not for struct ${finding.lifetime.object}: ${whyNot(id, finding, fixer)}\n`);
      continue;
    }
    io.err(`${finding.lifetime.action}(), struct ${finding.lifetime.object}: ${fix.title}\n`);
    const answered = worstOf(open.filter((f) => keyOf(f) === key && fix.resolves.includes(f.rule))) ?? finding;
    const read = reader(root, applied);
    applied.push({ finding: answered, source: read(answered.file), fix, changes: take(fix, engine, read) });
    open = engine.check().findings.filter((f) => wanted.has(keyOf(f)));
  }
  return applied;
}

/** Findings of one lifetime are fixed together. */
function keyOf({ lifetime }: Finding): string {
  return `${lifetime.action} ${lifetime.object}`;
}

function whyNot(id: string, finding: Finding, fixer: FixEngine): string {
  const reasons = fixer.refusals(finding);
  const refused = id.split('+').flatMap((part) => reasons.get(part) ?? []);
  return refused[0] ?? 'it resolves nothing there, or adds what was not there before';
}

/** Texts as the fixes so far leave them. */
function reader(root: string, applied: readonly AppliedFix[]): (path: string) => string {
  const known = new Map(merged(applied).map(({ path, after }) => [path, after]));
  return (path) => known.get(path) ?? readSource(join(root, path));
}

function take(fix: ExploredFix, engine: Engine, read: (path: string) => string): Change[] {
  return fix.edits.map(({ path, edits }) => {
    const before = read(path);
    const after = applyEdits(before, edits);
    engine.setFile(path, after);
    return { path, before, after };
  });
}

/** One change for each file, sorted by path. */
function merged(applied: readonly AppliedFix[]): Change[] {
  const files = new Map<string, Change>();
  for (const change of applied.flatMap(({ changes }) => changes))
    files.set(change.path, { ...change, before: files.get(change.path)?.before ?? change.before });
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
