import type { Place } from '../../engine/types';

/** Items that one line names before it counts the rest. */
const MAX_NAMED = 4;

/** What a hover may point at. */
export interface Links {
  /** URI of a place; null where there is none. */
  place(place: Place): string | null;
  /** URI that shows the interleaving of a finding; null where the client cannot. */
  interleaving(fingerprint: string): string | null;
}

/** `file.c:12`, as a link where there is one. */
export function at(place: Place, links: Links): string {
  const text = `${place.file.slice(place.file.lastIndexOf('/') + 1)}:${place.line}`;
  const uri = links.place(place);
  return uri === null ? text : `[${text}](${uri})`;
}

/** Each item once, the first few by name. */
export function list(items: readonly string[]): string {
  const unique = [...new Set(items)];
  return unique.length > MAX_NAMED ? `${unique.slice(0, MAX_NAMED).join(', ')} and ${unique.length - MAX_NAMED} more` : unique.join(', ');
}

export const code = (text: string) => `\`${text}\``;
