import type { LifetimeView, ReleaserView } from '../engine/types';
import type { Verdict } from '../findings/types';
import { displayPlace } from './paths';

/** A lifetime in plain text: where it starts, who can end it, what was found of each pair. Ends with a newline. */
export function lifetimeText(view: LifetimeView, root: string, cwd: string): string {
  const at = (place: LifetimeView['actionPlace']) => displayPlace(root, place, cwd);
  const end = ({ entry, kind, place, site }: ReleaserView) => `${entry} (${kind}) ${at(place)}${site ? `, in it ${at(site)}` : ''}`;
  const lines = [
    `${view.action}: tears down struct ${view.object}${view.host ? `, devres of ${view.host}` : ''}`,
    ...section('defined', [at(view.actionPlace)]),
    ...section('registered', view.registrations.map(at)),
    ...section('constructed by', view.constructors.map(end)),
    ...section('ended by', view.releasers.map(end)),
    ...section('unwinds (newest first)', view.unwind),
    ...section('drains', view.drains),
    ...section('pairs', view.verdicts.map(verdictText)),
  ];
  return `${lines.join('\n')}\n`;
}

function verdictText(verdict: Verdict): string {
  const result = verdict.verdict === 'violated' ? `violated: ${verdict.rules.join(', ')}` : verdict.verdict;
  const reason = verdict.reason ? `: ${verdict.reason}` : '';
  return `${verdict.pair.join(' x ')}: ${result}${reason} (${verdict.states} states; ${verdict.bounds})`;
}

function section(title: string, items: string[]): string[] {
  return items.length === 0 ? [] : [`  ${title}:`, ...items.map((item) => `    ${item}`)];
}
