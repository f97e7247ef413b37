import type { LifetimeView, ReleaserView } from '../../engine/types';
import type { Finding } from '../../findings/types';
import { worstOf } from '../worst';
import { at, code, type Links, list } from './markdown';

/** With these a lifetime takes at most 16 lines, and leaves room for what else is said of the word. */
const MAX_DRAINS = 2;
const MAX_RACES = 3;

/**
 * A short first line, then the lifetime: registered where, built and released by whom, in which order, and what was explored. Where
 * `word` is one of the paths, its pairs come first.
 */
export function lifetimeMarkdown(view: LifetimeView, word: string, findings: readonly Finding[], links: Links): string[] {
  const lines = [`**${view.action}()** tears down \`struct ${view.object}\`${view.host === null ? '' : ` — host \`${view.host}\``}`, ''];
  const { registrations, constructors, releasers, unwind, drains } = view;
  if (registrations.length > 0) lines.push(`- registered with devres: ${list(registrations.map((place) => at(place, links)))}`);
  else lines.push('- kept by its owner, not a devm action of its own');
  if (constructors.length > 0) lines.push(`- built by ${list(constructors.map((point) => entryMarkdown(point, links)))}`);
  if (releasers.length > 0) lines.push(`- released by ${list(releasers.map((point) => entryMarkdown(point, links)))}`);
  if (unwind.length > 0) lines.push(`- unbind of the host runs, in order: ${list(unwind.map(code))}`);
  for (const drain of drains.slice(0, MAX_DRAINS)) lines.push(`- ${drain}`);
  return [...lines, '', ...verdictLines(view, word, findings, links)];
}

/** An unbind has no place of its own. */
function entryMarkdown({ entry, kind, place, site }: ReleaserView, links: Links): string {
  return kind === 'unbind' ? code(entry) : `${code(entry)} (${at(site ?? place, links)})`;
}

function verdictLines(view: LifetimeView, word: string, findings: readonly Finding[], links: Links): string[] {
  if (view.verdicts.length === 0) return ['No pair to explore: nothing but the unbind of its host releases it.'];
  const raced = ofWordFirst(
    view.verdicts.filter(({ verdict }) => verdict === 'violated'),
    ({ pair }) => pair.includes(word),
  );
  const open = view.verdicts.filter(({ verdict }) => verdict === 'incomplete').length;
  const more = raced.length > MAX_RACES ? [`- and ${raced.length - MAX_RACES} more`] : [];
  const theirs = findings.filter(({ lifetime }) => lifetime.action === view.action && lifetime.object === view.object);
  const worst = worstOf(theirs.filter(({ pairs }) => pairs.some((pair) => pair.includes(word)))) ?? worstOf(theirs);
  const show = worst && links.interleaving(worst.fingerprint);
  return [
    `${view.verdicts.length} pairs explored: ${raced.length} race, ${open} incomplete.${show ? ` [Show interleaving](${show})` : ''}`,
    ...raced.slice(0, MAX_RACES).map(({ pair, rules }) => `- ${pair.map(code).join(' × ')}: ${rules.join(', ')}`),
    ...more,
  ];
}

function ofWordFirst<T>(items: readonly T[], isOfWord: (item: T) => boolean): T[] {
  return [...items.filter(isOfWord), ...items.filter((item) => !isOfWord(item))];
}

/** One line, for a list of lifetimes. */
export function lifetimeLine(view: LifetimeView, links: Links): string {
  const raced = view.verdicts.filter(({ verdict }) => verdict === 'violated').length;
  const found = view.verdicts.length === 0 ? 'only the unbind releases it' : `${raced} of ${view.verdicts.length} pairs race`;
  const host = view.host === null ? '' : ` on ${code(view.host)}`;
  return `- ${code(`${view.action}()`)} (${at(view.actionPlace, links)}) ends \`struct ${view.object}\`${host}: ${found}`;
}
