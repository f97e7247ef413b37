import type { LifetimeView, Place } from './types';

const WORD = /[A-Za-z_]\w*/g;

/** The identifier at an offset. */
export function wordAt(text: string, offset: number): { word: string; at: number; end: number } | null {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  const line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd);
  for (const match of line.matchAll(WORD)) {
    const at = lineStart + match.index;
    const end = at + match[0].length;
    if (offset >= at && offset <= end) return { word: match[0], at, end };
  }
  return null;
}

/** Lifetimes that a word at a place speaks of: a teardown, an entry point, the object's struct, a registering or releasing call. */
export function lifetimesAt(views: readonly LifetimeView[], file: string, word: string, at: number): LifetimeView[] {
  const inside = (place: Place | null) => place !== null && place.file === file && at >= place.at && at <= place.end;
  return views.filter(
    (view) =>
      view.action === word ||
      view.object === word ||
      [...view.constructors, ...view.releasers].some((entry) => entry.entry === word || inside(entry.site)) ||
      view.registrations.some(inside),
  );
}

/** At most about 20 lines of markdown: a short first line, then the lifetime. */
export function lifetimeMarkdown(view: LifetimeView): string {
  const raced = view.verdicts.filter((v) => v.verdict === 'violated');
  const open = view.verdicts.filter((v) => v.verdict === 'incomplete');
  const lines = [`**${view.action}()** tears down \`struct ${view.object}\`${view.host === null ? '' : ` — host \`${view.host}\``}`, ''];
  if (view.registrations.length > 0) lines.push(`- registered with devres: ${list(view.registrations.map(at))}`);
  else lines.push('- kept by its owner, not a devm action of its own');
  if (view.constructors.length > 0) lines.push(`- built by ${list(view.constructors.map((c) => `\`${c.entry}\``))}`);
  if (view.releasers.length > 0)
    lines.push(`- released by ${list(view.releasers.map((r) => (r.site ? `\`${r.entry}\` (${at(r.site)})` : `\`${r.entry}\``)))}`);
  if (view.unwind.length > 0) lines.push(`- unbind of the host runs, in order: ${list(view.unwind.map((u) => `\`${u}\``))}`);
  for (const drain of view.drains.slice(0, 3)) lines.push(`- ${drain}`);
  lines.push('');
  lines.push(
    view.verdicts.length === 0
      ? 'No pair to explore: nothing but the unbind of its host releases it.'
      : `${view.verdicts.length} pairs explored: ${raced.length} race, ${open.length} incomplete.`,
  );
  for (const verdict of raced.slice(0, 6)) lines.push(`- \`${verdict.pair[0]}\` × \`${verdict.pair[1]}\`: ${verdict.rules.join(', ')}`);
  return lines.join('\n');
}

function at(place: Place): string {
  return `${place.file.slice(place.file.lastIndexOf('/') + 1)}:${place.line}`;
}

function list(items: string[]): string {
  const unique = [...new Set(items)];
  return unique.length > 4 ? `${unique.slice(0, 4).join(', ')} and ${unique.length - 4} more` : unique.join(', ');
}
