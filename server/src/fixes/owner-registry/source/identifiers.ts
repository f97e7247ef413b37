/** Comments, literals and words of C. */
const TOKEN = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[A-Za-z_]\w*/g;
const WORD = /^[A-Za-z_]/;

export interface Mention {
  name: string;
  at: number;
}

/** Identifiers in [at, end) of a text that are no member after `.` or `->`; comments and literals are passed over. */
export function identifiers(text: string, at = 0, end = text.length): Mention[] {
  const out: Mention[] = [];
  const part = text.slice(at, end);
  for (const match of part.matchAll(TOKEN)) {
    if (!WORD.test(match[0])) continue;
    const before = part.slice(0, match.index).trimEnd();
    if (!before.endsWith('->') && !(before.endsWith('.') && !before.endsWith('...'))) out.push({ name: match[0], at: at + match.index });
  }
  return out;
}

/** Whether any of the names is mentioned in [at, end). */
export function mentions(text: string, at: number, end: number, names: ReadonlySet<string>): boolean {
  return identifiers(text, at, end).some((mention) => names.has(mention.name));
}

/** All words of a text, members included: what a new name must not collide with. */
export function wordsOf(text: string): Set<string> {
  return new Set(text.match(/[A-Za-z_]\w*/g) ?? []);
}
