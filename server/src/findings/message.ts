import { ruleInfo } from './registry';
import type { RuleId } from './types';

/**
 * The message of a finding in three lines: what was seen here, why that is bad, what to do. What a rule is about in general is left to its
 * title: lists of findings cut their lines off, and should show what tells one from the other. `about` follows in parentheses,
 * without what `detail` names itself.
 */
export function findingMessage(rule: RuleId, detail: string, about: readonly string[] = []): string {
  const { why, action } = ruleInfo(rule);
  const words = new Set(detail.split(/\W+/));
  const added = about.filter((text) => !text.split(' ').every((word) => words.has(word)));
  return [`${capitalised(detail)}${added.length > 0 ? ` (${added.join(', ')})` : ''}.`, why, action].join('\n');
}

/** Words begin with a capital letter, names of the code stay as they are. */
function capitalised(text: string): string {
  const [first = ''] = text.split(' ');
  return first === 'struct' || !/^[a-z]+$/.test(first) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
