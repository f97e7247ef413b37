import { join } from 'node:path';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { type FixEngine, fixEngineOf } from '../engine/fixes';
import type { Engine } from '../engine/types';
import type { Finding } from '../findings/types';
import { FIX_IDS } from '../fixes';
import type { ExploredFix } from '../fixes/types';
import { readSource } from '../host/text';
import { writeSource } from '../host/write';
import { applyEdits } from '../text';
import { EXIT, type Io, UsageError } from './io';

/**
 * `check --fix ID`: applies the fix to every lifetime of the findings that it resolves, or with `dryRun` prints a unified diff that
 * `git apply` takes. Exit status 0 when it was applied to at least one, 1 when no finding could be fixed. Throws UsageError for an unknown id.
 */
export function applyFix(id: string, findings: readonly Finding[], engine: Engine, root: string, dryRun: boolean, io: Io): number {
  if (!FIX_IDS.includes(id))
    throw new UsageError(`unknown fix '${id}'; the fixes are:\n${FIX_IDS.map((known) => `  ${known}`).join('\n')}`);
  const fixer = fixEngineOf(engine);
  const texts = new Map<string, { before: string; after: string }>();
  const seen = new Set<string>();
  let open: readonly Finding[] = findings;
  for (let finding = open[0]; finding && fixer; finding = open.find((f) => !seen.has(keyOf(f)))) {
    seen.add(keyOf(finding));
    const fix = fixer.fixOf(id, finding);
    if (!fix) {
      io.err(`${id}: not for struct ${finding.lifetime.object}: ${whyNot(id, finding, fixer)}\n`);
      continue;
    }
    io.err(`${finding.lifetime.action}(), struct ${finding.lifetime.object}: ${fix.title}\n`);
    take(fix, engine, root, texts);
    const wanted = new Set(findings.map(keyOf));
    open = engine.check().findings.filter((f) => wanted.has(keyOf(f)));
  }
  for (const [path, { before, after }] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (dryRun)
      io.out(createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, { headerOptions: FILE_HEADERS_ONLY }));
    else writeSource(join(root, path), after);
  }
  return texts.size > 0 ? EXIT.nothing : EXIT.findings;
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

/** Later fixes are computed on what this one leaves. */
function take(fix: ExploredFix, engine: Engine, root: string, texts: Map<string, { before: string; after: string }>): void {
  for (const { path, edits } of fix.edits) {
    const known = texts.get(path);
    const before = known?.before ?? readSource(join(root, path));
    const after = applyEdits(known?.after ?? before, edits);
    texts.set(path, { before, after });
    engine.setFile(path, after);
  }
}
