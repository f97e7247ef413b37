import type { Span } from './excerpt';

/** How far a name may have moved since the text was analysed, in characters: more is another place of that name. */
const REACH = 20_000;

/**
 * Where a name that stood at an offset of an older text stands in the text as it is now: the occurrence of the whole word nearest to
 * there. Null where there is none in reach.
 */
export function relocated(text: string, name: string, at: number): Span | null {
  if (isWord(text, name, at)) return { at, end: at + name.length };
  let best: number | null = null;
  for (let found = text.indexOf(name, Math.max(0, at - REACH)); found >= 0 && found <= at + REACH; found = text.indexOf(name, found + 1)) {
    if (!isWord(text, name, found)) continue;
    if (best !== null && Math.abs(found - at) >= Math.abs(best - at)) break;
    best = found;
  }
  return best === null ? null : { at: best, end: best + name.length };
}

function isWord(text: string, name: string, at: number): boolean {
  return text.startsWith(name, at) && !/\w/.test(text[at - 1] ?? '') && !/\w/.test(text[at + name.length] ?? '');
}
