import type { AttributeView, LockView, Structure } from '../../engine/structure';
import type { LifetimeView, Place } from '../../engine/types';
import type { Finding } from '../../findings/types';
import { wordAt } from '../word';
import { lifetimeLine, lifetimeMarkdown } from './lifetime';
import { lockMarkdown } from './lock';
import { at, code, type Links } from './markdown';

export type { Links } from './markdown';

/** Further lifetimes, locks of one name or attributes of a handler that are named. */
const MAX_FURTHER = 2;

export interface HoverAt {
  markdown: string;
  at: number;
  end: number;
}

/** What a hover speaks of: the results of a check, which may be of an older text. */
export interface HoverContext {
  lifetimes: readonly LifetimeView[];
  findings: readonly Finding[];
  structure: Structure | null;
  links: Links;
}

/**
 * What is known of the word at an offset of a file, in at most about 20 lines: a teardown, an entry, an object's struct, a lock, or the
 * registering or releasing call around it. Names are found in `text` as it is now.
 */
export function hoverAt(context: HoverContext, path: string, text: string, offset: number): HoverAt | null {
  const found = wordAt(text, offset);
  const lines = found && linesFor(context, path, found.word, offset);
  return lines ? { markdown: lines.join('\n'), at: found.at, end: found.end } : null;
}

function linesFor(context: HoverContext, path: string, word: string, offset: number): string[] | null {
  const named = mostRacingFirst(context.lifetimes.filter((view) => names(view, word)));
  if (named.length > 0) return lifetimeLines(named, word, context);
  const locks = locksAt(context.structure?.locks ?? [], path, word, offset);
  if (locks.length > 0)
    return locks.flatMap((lock, i) => [
      ...(i > 0 ? ['', '---', ''] : []),
      ...lockMarkdown(lock, mostRacingFirst(context.lifetimes), context.links),
    ]);
  const around = mostRacingFirst(context.lifetimes.filter((view) => callsAround(view, path, offset)));
  return around.length > 0 ? lifetimeLines(around, word, context) : null;
}

function names(view: LifetimeView, word: string): boolean {
  const entries = [...view.constructors, ...view.releasers, ...view.users];
  return view.action === word || view.object === word || entries.some(({ entry }) => entry === word);
}

function callsAround(view: LifetimeView, path: string, offset: number): boolean {
  const inside = (place: Place | null) => place !== null && place.file === path && offset >= place.at && offset <= place.end;
  return [...view.constructors, ...view.releasers].some(({ site }) => inside(site)) || view.registrations.some(inside);
}

function mostRacingFirst(views: readonly LifetimeView[]): LifetimeView[] {
  const racing = ({ verdicts }: LifetimeView) => verdicts.filter(({ verdict }) => verdict === 'violated').length;
  return [...views].sort((a, b) => racing(b) - racing(a));
}

/** The first lifetime in full, the others in a line each. */
function lifetimeLines([first, ...others]: readonly LifetimeView[], word: string, { findings, links, structure }: HoverContext): string[] {
  if (!first) return [];
  const attributes = (structure?.attributes ?? []).filter(({ handlers }) => handlers.some(({ name }) => name === word));
  const further = others.slice(0, MAX_FURTHER).map((view) => lifetimeLine(view, links));
  const uncounted = others.length - further.length;
  return [
    ...attributes.slice(0, 1).flatMap((attribute) => [attributeLine(attribute, links), '']),
    ...lifetimeMarkdown(first, word, findings, links),
    ...(further.length > 0 ? ['', ...further] : []),
    ...(uncounted > 0 ? [`- and ${uncounted} more`] : []),
  ];
}

/** The way back from a handler to where its attribute is bound. */
function attributeLine({ name, bound }: AttributeView, links: Links): string {
  return `Serves the attribute ${code(name)} (${at(bound, links)})`;
}

/** Of several locks of one name the one that is taken here, else those of this file, else all. */
function locksAt(locks: readonly LockView[], path: string, word: string, offset: number): LockView[] {
  const named = locks.filter(({ name }) => name === word);
  const inFile = named.filter(({ sites }) => sites.some(({ place }) => place.file === path));
  const here = inFile.filter(({ sites }) => sites.some(({ place }) => place.file === path && offset >= place.at && offset <= place.end));
  return (here.length > 0 ? here : inFile.length > 0 ? inFile : named).slice(0, 2);
}
