import type { Finding, Severity } from '../findings/types';

const RANK: Record<Severity, number> = { error: 0, warning: 1, information: 2 };

/** The finding to look at first: the most severe, of those the one with the shortest trace. Null where there is none with a trace. */
export function worstOf(findings: readonly Finding[]): Finding | null {
  const drawn = findings.filter(({ trace }) => trace.length > 0);
  return drawn.sort((a, b) => RANK[a.severity] - RANK[b.severity] || a.trace.length - b.trace.length)[0] ?? null;
}
