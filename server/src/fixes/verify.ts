import { ruleInfo } from '../findings/registry';
import type { Finding, RuleId, Verdict } from '../findings/types';
import type { Verification, Violation } from './types';

/** What a check finds on some objects. */
export interface Explored {
  verdicts: readonly Verdict[];
  findings: readonly Finding[];
}

/**
 * Compares what is found on one object before and after an edit, by pairs of threads and by findings that need no pair. The unbind of a host
 * is the same thread whatever the expression that names the host. Findings that only inform do not count.
 */
export function compare(object: string, before: Explored, after: Explored): Verification {
  const rulesBefore = rulesOf(object, before);
  const rulesAfter = new Set(rulesOf(object, after));
  const known = new Set(violations(before).map(keyOf));
  const judged = new Map(after.verdicts.map((verdict) => [`${verdict.object}|${pairKey(verdict.pair)}`, verdict]));
  const unjudged = before.verdicts.filter((verdict) => {
    const now = judged.get(`${verdict.object}|${pairKey(verdict.pair)}`);
    return verdict.verdict !== 'incomplete' && verdict.states > 0 && (!now || now.verdict === 'incomplete' || now.states === 0);
  });
  return {
    resolves: rulesBefore.filter((rule) => !rulesAfter.has(rule)),
    leaves: rulesBefore.filter((rule) => rulesAfter.has(rule)),
    added: violations(after).filter((violation) => !known.has(keyOf(violation))),
    unjudged: unjudged.map((verdict) => verdict.pair),
  };
}

/** ` (resolves 2 of 4; leaves use-after-free and 1 more)`: the worst of what is left is named. */
export function verdictText({ resolves, leaves }: Pick<Verification, 'resolves' | 'leaves'>): string {
  const count = `resolves ${resolves.length} of ${resolves.length + leaves.length}`;
  if (leaves.length === 0) return ` (${count}; explores clean)`;
  const worst = leaves.find((rule) => ruleInfo(rule).severity === 'error') ?? leaves[0];
  return ` (${count}; leaves ${leaves.length < 3 ? leaves.join(', ') : `${worst} and ${leaves.length - 1} more`})`;
}

function violations({ verdicts, findings }: Explored): (Violation & { object: string })[] {
  const explored = new Set(verdicts.flatMap((verdict) => verdict.rules));
  return [
    ...verdicts.flatMap(({ action, object, pair, rules }) => rules.map((rule) => ({ action, object, pair, rule }))),
    ...findings
      .filter(({ rule, severity }) => severity !== 'information' && !explored.has(rule))
      .map(({ rule, lifetime, function: fn }) => ({
        action: lifetime.action,
        object: lifetime.object,
        pair: [fn, fn] as [string, string],
        rule,
      })),
  ];
}

function rulesOf(object: string, explored: Explored): RuleId[] {
  return [...new Set(violations(explored).flatMap((v) => (v.object === object ? [v.rule] : [])))].sort();
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
