import type { LifetimeView, Place } from '../engine/types';
import type { CheckReport, Verdict } from '../findings/types';
import type { TreeTarget } from '../host/tree';

/** All places at which a lifetime is seen in the source. */
export function placesOf(view: LifetimeView): Place[] {
  const ends = [...view.constructors, ...view.releasers].flatMap((end) => (end.site ? [end.place, end.site] : [end.place]));
  return [view.actionPlace, ...view.registrations, ...ends];
}

/** Does any of the lifetime stand in a file that is shown? */
export function isShown(view: LifetimeView, target: TreeTarget): boolean {
  return target.named.size === 0 || placesOf(view).some((place) => target.shown.has(place.file));
}

/**
 * Findings of the shown files, and the verdicts of the lifetimes that these files have a part in. Context files are
 * read to understand the shown ones; what is wrong in them was not asked.
 */
export function narrowReport(report: CheckReport, target: TreeTarget, views: readonly LifetimeView[]): CheckReport {
  if (target.named.size === 0) return report;
  const key = (verdict: Pick<Verdict, 'action' | 'object'>) => `${verdict.action} ${verdict.object}`;
  const hidden = new Set(views.filter((view) => !isShown(view, target)).map(key));
  for (const view of views) if (isShown(view, target)) hidden.delete(key(view));
  return {
    ...report,
    findings: report.findings.filter((finding) => target.shown.has(finding.file)),
    verdicts: report.verdicts.filter((verdict) => !hidden.has(key(verdict))),
  };
}
