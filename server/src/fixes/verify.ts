import type { RuleId, Verdict } from '../findings/types';
import type { Verification, Violation } from './types';

/**
 * Compares the verdicts on the pairs of one object before and after an edit. The unbind of a host is the same thread
 * whatever the expression that names the host.
 */
export function compareVerdicts(object: string, before: readonly Verdict[], after: readonly Verdict[]): Verification {
  const rulesBefore = rulesOf(before.filter((v) => v.object === object));
  const rulesAfter = new Set(rulesOf(after.filter((v) => v.object === object)));
  const known = new Set(violations(before).map(keyOf));
  const judged = new Map(after.map((verdict) => [`${verdict.object}|${pairKey(verdict.pair)}`, verdict]));
  const unjudged = before.filter((verdict) => {
    const now = judged.get(`${verdict.object}|${pairKey(verdict.pair)}`);
    return verdict.verdict !== 'incomplete' && (!now || now.verdict === 'incomplete' || now.states === 0);
  });
  return {
    resolves: rulesBefore.filter((rule) => !rulesAfter.has(rule)),
    leaves: rulesBefore.filter((rule) => rulesAfter.has(rule)),
    added: violations(after).filter((violation) => !known.has(keyOf(violation))),
    unjudged: unjudged.map((verdict) => verdict.pair),
  };
}

/** ` (resolves 2 of 4; leaves use-after-free)`. */
export function verdictText({ resolves, leaves }: Pick<Verification, 'resolves' | 'leaves'>): string {
  const count = `resolves ${resolves.length} of ${resolves.length + leaves.length}`;
  return leaves.length === 0 ? ` (${count}; explores clean)` : ` (${count}; leaves ${leaves.join(', ')})`;
}

function violations(verdicts: readonly Verdict[]): (Violation & { object: string })[] {
  return verdicts.flatMap(({ action, object, pair, rules }) => rules.map((rule) => ({ action, object, pair, rule })));
}

function rulesOf(verdicts: readonly Verdict[]): RuleId[] {
  return [...new Set(verdicts.flatMap((verdict) => verdict.rules))].sort();
}

function keyOf({ object, pair, rule }: Violation & { object: string }): string {
  return `${object}|${rule}|${pairKey(pair)}`;
}

function pairKey(pair: readonly string[]): string {
  return pair
    .map((entry) => (entry.startsWith('unbind(') ? 'unbind' : entry))
    .sort()
    .join('|');
}
