/**
 * What the text of a file shares with other files besides headers, read off its words. C shares only names of functions and objects that are
 * not static, and functions that are put into members of structs and called through them. Wider than what linking resolves: definitions
 * begin in the first column as the kernel writes them, and any word that is such a name counts as its use.
 */
export interface Linkage {
  /** Functions and objects that it defines or declares, not static. */
  offers: ReadonlySet<string>;
  words: ReadonlySet<string>;
  /** Members that it sets to functions, and the struct whose initialiser does; null where a statement does. */
  slots: readonly { tag: string | null; member: string }[];
  /** Members that it calls. */
  calls: ReadonlySet<string>;
  /** Structs that it has pointers to: without one there is nothing to call through. */
  pointed: ReadonlySet<string>;
}

const COMMENT = /\/\*[\s\S]*?\*\/|\/\/.*/g;
const DIRECTIVE = /^[ \t]*#(?:.*\\\n)*.*/gm;
const OWN = 'static\\b|typedef\\b|return\\b|else\\b|goto\\b|case\\b|(?:struct|union|enum)\\s+\\w+\\s*;';
const OFFERS = [
  // A function: its type and its name, on one line or two.
  new RegExp(`^(?!${OWN})[A-Za-z_][\\w \\t*]*?[ \\t*\\n](\\w+)[ \\t]*\\(`, 'gm'),
  // An object.
  new RegExp(`^(?!${OWN})[A-Za-z_][\\w \\t*]*[ \\t*](\\w+)[ \\t]*(?:\\[[^\\]]*\\])*[ \\t]*[=;]`, 'gm'),
  /^(?:EXPORT_|DEFINE_|LIST_HEAD|HLIST_HEAD|DECLARE_)\w*[ \t]*\([ \t]*(\w+)/gm,
];
const TABLE = /\bstruct\s+(\w+)\s+\w+\s*(?:\[[^\]]*\])*\s*(?:__\w+\s*)?=\s*\{[\s\S]*?\n\};?/g;
const SLOT = /(?:\.|->)\s*(\w+)\s*=\s*&?(\w+)\s*[,;}]/g;
const CALL = /(?:\.|->)\s*(\w+)\s*\)?\s*\(/g;
const FUNCTION = /\b(\w+)\s*\(/g;
const POINTED = /\bstruct\s+(\w+)\s*(?:const\s*)?\*/g;

/** Reads what a C text shares. */
export function linkageOf(source: string): Linkage {
  const text = source.replace(COMMENT, ' ');
  const code = text.replace(DIRECTIVE, '');
  const offers = new Set(OFFERS.flatMap((pattern) => [...firsts(code, pattern)]));
  const functions = firsts(text, FUNCTION);
  const slots: Linkage['slots'][number][] = [];
  const collect = (part: string, tag: string | null) => {
    for (const [, member, value] of part.matchAll(SLOT)) if (functions.has(value as string)) slots.push({ tag, member: member as string });
  };
  const rest = text.replace(TABLE, (table: string, tag: string) => {
    collect(table, tag);
    return '';
  });
  collect(rest, null);
  return { offers, words: new Set(text.match(/[A-Za-z_]\w*/g)), slots, calls: firsts(text, CALL), pointed: firsts(text, POINTED) };
}

/** Whether linking may find in one of the texts what the other one has. `pointed`: structs that the program has pointers to. */
export function mayLink(a: Linkage, b: Linkage, pointed: ReadonlySet<string>): boolean {
  return names(a, b) || names(b, a) || callsInto(a, b, pointed) || callsInto(b, a, pointed);
}

function firsts(text: string, pattern: RegExp): Set<string> {
  return new Set([...text.matchAll(pattern)].map(([, name]) => name as string));
}

function names(user: Linkage, { offers }: Linkage): boolean {
  for (const name of offers) if (user.words.has(name)) return true;
  return false;
}

function callsInto(caller: Linkage, { slots }: Linkage, pointed: ReadonlySet<string>): boolean {
  return slots.some(({ tag, member }) => caller.calls.has(member) && (tag === null || pointed.has(tag)));
}
