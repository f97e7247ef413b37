import type { Finding } from '../findings/types';
import type { ExploredFix } from '../fixes/types';

/** The fixes of an engine that has any. */
export interface FixEngine {
  /**
   * Fixes that resolve a finding, the preferred one first. Takes as long as exploring the finding's lifetime a few times, once for all
   * findings of that lifetime. Throws CancelledError where `cancelled` says so meanwhile.
   */
  fixesFor(finding: Finding, cancelled?: () => boolean): ExploredFix[];
  /** One fix or combination, by its id; null where it cannot be applied, resolves nothing of the lifetime or adds to it. */
  fixOf(id: string, finding: Finding): ExploredFix | null;
  /** Why each fix cannot be computed for a finding; null for those that can. */
  refusals(finding: Finding): Map<string, string | null>;
}

export function fixEngineOf(engine: object): FixEngine | null {
  const candidate = engine as Partial<FixEngine>;
  return typeof candidate.fixOf === 'function' && typeof candidate.refusals === 'function' ? (candidate as FixEngine) : null;
}
