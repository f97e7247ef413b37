import { type FixEngine, fixEngineOf } from '../engine/fix-engine';
import type { Engine } from '../engine/types';
import type { CheckReport, Finding } from '../findings/types';
import type { FileEdits } from '../fixes/types';

/** What a fix that findings of one lifetime name does to the files: kept once for all of them. */
export interface Remedy {
  action: string;
  object: string;
  id: string;
  edits: FileEdits[];
}

/** The report with the explored fixes of each finding, and their edits. Each fix is explored once for a lifetime. */
export function withFixes(report: CheckReport, engine: Engine): { report: CheckReport; remedies: Remedy[] } {
  const fixer = fixEngineOf(engine);
  if (!fixer) return { report, remedies: [] };
  const remedies = new Map<string, Remedy>();
  const findings = report.findings.map((finding) => offered(finding, fixer, remedies));
  return { report: { ...report, findings }, remedies: [...remedies.values()] };
}

/** The remedies of a report by finding and id of a fix. */
export function remedyOf(remedies: readonly Remedy[]): (finding: Finding, id: string) => Remedy | undefined {
  const known = new Map(remedies.map((remedy) => [keyOf(remedy), remedy]));
  return ({ lifetime: { action, object } }, id) => known.get(keyOf({ action, object, id }));
}

function offered(finding: Finding, fixer: FixEngine, remedies: Map<string, Remedy>): Finding {
  const { action, object } = finding.lifetime;
  const fixes = fixer.fixesFor(finding).map(({ id, title, resolves, leaves, edits }) => {
    const remedy = { action, object, id, edits };
    remedies.set(keyOf(remedy), remedy);
    return { id, title, resolves, leaves };
  });
  return { ...finding, fixes };
}

function keyOf({ action, object, id }: Omit<Remedy, 'edits'>): string {
  return `${action} ${object} ${id}`;
}
