import { isName, isPunct, type Source, splitArguments } from './cursor';
import { blank, onOneLine, overwrite } from './rewriter';
import type { Token } from './tokens';
import { declaresTypeThenName, KEYWORDS, MEMBER_GROUPS, TAGGED_GROUPS, TYPE_WORDS } from './words';

/** `DECLARE_BITMAP(name, bits)` reads `unsigned long  name[ bits]`. False if its form is another one. */
export function rewriteBitmap(source: Source, i: number, close: number): boolean {
  const { rw, tokens } = source;
  const args = splitArguments(tokens, i + 1, close);
  const name = args[0];
  if (args.length !== 2 || !name || name[0] !== name[1] || !isName(tokens[name[0]])) return false;
  const comma = tokens[name[1] + 1] as Token;
  const end = tokens[close] as Token;
  overwrite(rw, (tokens[i] as Token).at, (tokens[i + 1] as Token).end, 'unsigned long', 'member');
  overwrite(rw, comma.at, comma.end, '[', 'member');
  overwrite(rw, end.at, end.end, ']', 'member');
  return true;
}

/** `NAME(type, name)` reads `type  name`. */
export function rewriteTypeThenName(source: Source, i: number, close: number): boolean {
  const { rw, tokens } = source;
  const args = splitArguments(tokens, i + 1, close);
  if (args.length !== 2) return false;
  const comma = tokens[(args[0] as [number, number])[1] + 1] as Token;
  const end = tokens[close] as Token;
  blank(rw, (tokens[i] as Token).at, (tokens[i + 1] as Token).end, 'member');
  blank(rw, comma.at, comma.end, 'member');
  blank(rw, end.at, end.end, 'member');
  return true;
}

/** A macro call among the members of a struct. Returns the last token done with, `i - 1` if it is a member's own declarator. */
export function rewriteMember(source: Source, i: number, close: number): number {
  const { rw, tokens } = source;
  const name = tokens[i] as Token;
  if (KEYWORDS.has(name.text) || isPunct(tokens[i + 2], '*') || isPunct(tokens[close + 1], '(')) return i - 1;
  const previous = tokens[i - 1];
  const first = !previous || previous.afterDirective || ['{', '}', ';', '('].includes(previous.text) || (tokens[i] as Token).afterDirective;
  const group = MEMBER_GROUPS[name.text];
  if (group !== undefined) return openGroup(source, i, close, group);
  if (!first && !isPunct(previous, ',')) return i - 1;
  if (declaresTypeThenName(name.text) && rewriteTypeThenName(source, i, close)) return i + 1;
  const end = isPunct(tokens[close + 1], ';') ? (tokens[close + 1] as Token) : (tokens[close] as Token);
  blank(rw, name.at, end.end, 'macro');
  return end === tokens[close] ? close : close + 1;
}

/** A macro call that stands for enumerators, with the comma behind it. Returns the last token done with, `i - 1` inside a value. */
export function rewriteEnumerator(source: Source, i: number, close: number): number {
  const { rw, tokens } = source;
  const previous = tokens[i - 1] as Token;
  if (!isPunct(previous, '{') && !isPunct(previous, ',') && !isPunct(previous, ')')) return i - 1;
  const last = isPunct(tokens[close + 1], ',') ? close + 1 : close;
  blank(rw, (tokens[i] as Token).at, (tokens[last] as Token).end, 'macro');
  return last;
}

/** `unsigned int :3;` names nothing: it goes. */
export function rewriteUnnamedBits(source: Source, colon: number): void {
  const { rw, tokens } = source;
  let first = colon;
  while (first > 0 && isName(tokens[first - 1])) first--;
  const last = tokens[colon - 1];
  const end = tokens[colon + 2];
  const named = colon - first > 1 && isName(last) && !TYPE_WORDS.has(last.text);
  const before = tokens[first - 1];
  const begins = tokens[first]?.afterDirective || isPunct(before, ';') || isPunct(before, '{');
  if (first === colon || named || !begins || !isPunct(end, ';')) return;
  blank(rw, (tokens[first] as Token).at, end.end, 'member');
}

/** `struct_group(name, members);`: its frame goes, the members stay. With a tag it reads `struct tag { members };`. */
function openGroup(source: Source, i: number, close: number, before: number): number {
  const { rw, tokens } = source;
  const args = splitArguments(tokens, i + 1, close);
  const members = args[before];
  if (!members) return i - 1;
  const at = (tokens[i] as Token).at;
  const first = (tokens[members[0] - 1] as Token).end;
  const last = tokens[close] as Token;
  const semicolon = tokens[close + 1];
  const tag = TAGGED_GROUPS.has((tokens[i] as Token).text) ? tokens[i + 2] : undefined;
  if (isName(tag) && onOneLine(rw, at, first)) {
    overwrite(rw, at, first, `struct ${tag.text} {`, 'member');
    overwrite(rw, last.at, last.end, '}', 'member');
  } else {
    blank(rw, at, first, 'member');
    blank(rw, last.at, isPunct(semicolon, ';') ? semicolon.end : last.end, 'member');
  }
  return members[0] - 1;
}
