import { lifetimeMarkdown, lifetimesAt, wordAt } from '../engine/hover';
import type { LifetimeView } from '../engine/types';

/** Lifetimes that one hover shows at most. */
const MAX_LIFETIMES = 2;

export interface HoverAt {
  markdown: string;
  at: number;
  end: number;
}

/**
 * The devres lifetimes that the word at an offset of a file speaks of, from the
 * results of a check that may be of an older text: names are found in `text` as it is now.
 */
export function hoverAt(lifetimes: readonly LifetimeView[], path: string, text: string, offset: number): HoverAt | null {
  const found = wordAt(text, offset);
  const views = found ? lifetimesAt(lifetimes, path, found.word, offset) : [];
  if (!found || views.length === 0) return null;
  return { markdown: views.slice(0, MAX_LIFETIMES).map(lifetimeMarkdown).join('\n\n---\n\n'), at: found.at, end: found.end };
}
