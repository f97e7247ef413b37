import type { FieldFacts, FileFacts, StructFacts } from '../../../facts/types';
import type { FixContext } from '../../types';
import { unmet } from '../plan/types';
import { lineAfter, lineStart } from '../source/layout';
import type { Draft } from './draft';

/** A member to add, with the description of its kernel-doc. */
export interface Member {
  name: string;
  declaration: string;
  description: string;
}

export interface StructPlace {
  file: FileFacts;
  struct: StructFacts;
}

/** Where a struct is defined. */
export function structPlace({ program }: FixContext, tag: string): StructPlace {
  for (const file of program.files) {
    const struct = file.structs.find((s) => s.tag === tag && s.fields.length > 0);
    if (struct) return { file, struct };
  }
  return unmet(`struct ${tag} is defined outside of the files that are checked`);
}

/** Adds members behind a known one, or last, and documents them; `describe` is what the kernel-doc of the known one says from now on. */
export function addMembers(
  { file, struct }: StructPlace,
  behind: string | null,
  members: readonly Member[],
  describe: string | null,
  draft: Draft,
): void {
  const text = draft.text(file.path);
  const anchor = anchorOf(struct, behind);
  const at = anchor.before ? lineStart(text, anchor.field.at) : behindMember(text, anchor.field.at);
  draft.insert(file.path, at, members.map((member) => `\t${member.declaration}\n`).join(''));
  const entry = kernelDocEntry(text, struct, anchor.field.name);
  if (!entry) return;
  const lines = members.map((member) => ` * @${member.name}: ${member.description}\n`).join('');
  if (describe) draft.replace(file.path, entry.at, entry.end, ` * @${anchor.field.name}: ${describe}\n${lines}`);
  else draft.insert(file.path, anchor.before ? entry.at : entry.end, lines);
}

interface Anchor {
  field: FieldFacts;
  before: boolean;
}

/** Behind the member named; else last, but before an embedded struct at the end: it may end in a flexible array. */
function anchorOf(struct: StructFacts, behind: string | null): Anchor {
  const known = struct.fields.find((field) => field.name === behind);
  if (known) return { field: known, before: false };
  const last = struct.fields.at(-1) as FieldFacts;
  const embeds = (last.type.pointers === 0 && /^(struct|union) /.test(last.type.base)) || last.type.array === true;
  return { field: last, before: embeds && struct.fields.length > 1 };
}

/** Offset of the line behind a member and the comment at its end. */
function behindMember(text: string, at: number): number {
  const line = text.slice(at, lineAfter(text, at));
  const open = line.lastIndexOf('/*');
  const unclosed = open >= 0 && line.indexOf('*/', open) < 0;
  return lineAfter(text, unclosed ? text.indexOf('*/', at) : text.indexOf(';', at));
}

/** The lines that describe a member in the kernel-doc comment right before a struct; null where there are none. */
function kernelDocEntry(text: string, struct: StructFacts, name: string): { at: number; end: number } | null {
  const close = text.slice(0, struct.at).trimEnd();
  const open = close.lastIndexOf('/**');
  if (!close.endsWith('*/') || open < 0 || close.indexOf('*/', open) !== close.length - 2) return null;
  const found = new RegExp(`^[ \\t]*\\* @${name}:`, 'm').exec(text.slice(open, close.length));
  if (!found) return null;
  const at = open + found.index;
  let end = lineAfter(text, at);
  while (end < close.length && !/^[ \t]*\*(?:[ \t]*@|[ \t]*$|\/)/.test(text.slice(end, lineAfter(text, end)).trimEnd()))
    end = lineAfter(text, end);
  return { at, end };
}

/** `#include <header>` among the others: in order where they are in order, else behind the last. */
export function includeHeader({ file }: StructPlace, header: string, draft: Draft): void {
  if (file.includes.some((i) => i.path === header)) return;
  const text = draft.text(file.path);
  const others = file.includes.filter((i) => i.angled && i.path.startsWith('linux/'));
  if (others.length === 0) unmet(`${file.path} includes no header of include/linux, so there is no place for <${header}>`);
  const sorted = others.every((other, i) => i === 0 || (others[i - 1]?.path ?? '') <= other.path);
  const next = sorted ? others.find((other) => other.path > header) : undefined;
  const at = next ? lineStart(text, next.at) : lineAfter(text, (others.at(-1) as { at: number }).at);
  draft.insert(file.path, at, `#include <${header}>\n`);
}
