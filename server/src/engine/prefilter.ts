import { namesWith } from '../kernel';
import { ATTRIBUTE_REMOVALS } from '../kernel/attributes';
import { DEVM_ADD_ACTION } from '../kernel/callbacks';
import { includedHeaders } from './headers';
import type { ReadFile } from './types';

/**
 * The calls without one of which a program has neither lifetimes nor findings: a lifetime begins with a devm action or a device that is
 * unregistered (lifetimes/discover.ts), and each structural rule with one of these or with the removal of an attribute (findings/rules).
 */
export const TRIGGERS: readonly string[] = [
  // A class of __free() has its name in the text without the table's prefix.
  ...namesWith((effect) => ['add-action', 'release-action', 'remove-action', 'device-del'].includes(effect.op)).map((name) =>
    name.replace(/^\w+:/, ''),
  ),
  ...Object.keys(DEVM_ADD_ACTION),
  ...Object.keys(ATTRIBUTE_REMOVALS),
];

/** Letters of a trigger that a macro has to bring along for what it pastes together to count. */
const FRAGMENT = 4;

const pattern = triggerPattern(TRIGGERS);
const INCLUDE = /^[^\S\n]*#(?:[^\S\n]|\\\n)*include\b[^"<\n]*(?:\\\n[^"<\n]*)*(["<])([^">\n]+)[">]/gm;

/** The text has a trigger, or a macro that may paste one together. */
function hasTrigger(text: string): boolean {
  return pattern.test(text);
}

/**
 * Whether the files can have a lifetime or a finding. False only where none of them, nor of the headers that they include, holds a trigger:
 * then analysing them would find nothing. Costs a look at the texts, no parsing.
 */
export function canMatter(files: readonly string[], readFile: ReadFile): boolean {
  const own = new Set(files);
  const outlines: Outline[] = [];
  for (const path of files) {
    const text = readFile(path);
    // What cannot be read may hold anything.
    if (text === null || hasTrigger(text)) return true;
    outlines.push(outline(path, text));
  }
  return includedHeaders(outlines, (path) => own.has(path), readFile, outline).some((header) => header.matters);
}

interface Outline {
  path: string;
  includes: { path: string; angled: boolean }[];
  matters: boolean;
}

/** What the parser would see as an include, and perhaps more: those in comments and dead branches. */
function outline(path: string, text: string): Outline {
  const includes = [...text.matchAll(INCLUDE)].map(([, open, name]) => ({ path: name as string, angled: open === '<' }));
  return { path, includes, matters: hasTrigger(text) };
}

function triggerPattern(names: readonly string[]): RegExp {
  const heads = new Set<string>();
  const tails = new Set<string>();
  for (const name of names)
    for (let length = FRAGMENT; length < name.length; length++) {
      heads.add(name.slice(0, length));
      tails.add(name.slice(name.length - length));
    }
  const any = (words: Iterable<string>) => [...words].sort((a, b) => b.length - a.length).join('|');
  return new RegExp(`\\b(?:${any(new Set(names))})\\b|\\b(?:${any(heads)})\\s*##|##\\s*(?:${any(tails)})\\b`);
}
