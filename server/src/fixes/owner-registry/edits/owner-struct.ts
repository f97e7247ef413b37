import type { FieldFacts, FileFacts, StructFacts } from '../../../facts/types';
import type { FixContext } from '../../types';
import { type Plan, unmet } from '../plan/types';
import { lineAfter, lineStart } from '../source/layout';
import type { Draft } from './draft';

/** The members of the owner, their kernel-doc, and the headers that declare their types. */
export function editOwnerStruct(context: FixContext, plan: Plan, draft: Draft): void {
  const { file, struct } = definitionOf(context, plan.owner.tag);
  const { names } = plan;
  const text = draft.text(file.path);
  const lines = [
    ...(names.lockExists ? [] : [`\tstruct mutex ${names.lock}; /* ${names.container}, ${names.dead} */\n`]),
    `\tstruct xarray ${names.container};\n`,
    `\tbool ${names.dead};\n`,
  ];
  const anchor = anchorOf(struct, names.lockExists ? names.lock : null);
  draft.insert(file.path, anchor.before ? lineStart(text, anchor.field.at) : behindMember(text, anchor.field.at), lines.join(''));
  document(text, file.path, struct, anchor, plan, draft);
  for (const header of [...(names.lockExists ? [] : ['linux/mutex.h']), 'linux/xarray.h']) include(file, text, header, draft);
}

function definitionOf({ program }: FixContext, tag: string): { file: FileFacts; struct: StructFacts } {
  for (const file of program.files) {
    const struct = file.structs.find((s) => s.tag === tag && s.fields.length > 0);
    if (struct) return { file, struct };
  }
  return unmet(`struct ${tag} is defined outside of the files that are checked`);
}

interface Anchor {
  field: FieldFacts;
  before: boolean;
}

/** Behind the lock; else last, but before an embedded struct at the end: it may end in a flexible array. */
function anchorOf(struct: StructFacts, lock: string | null): Anchor {
  const held = struct.fields.find((field) => field.name === lock);
  if (held) return { field: held, before: false };
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

/** Kernel-doc of the new members, and what the lock is for now. */
function document(text: string, path: string, struct: StructFacts, anchor: Anchor, plan: Plan, draft: Draft): void {
  const { names } = plan;
  const close = text.slice(0, struct.at).trimEnd();
  const open = close.lastIndexOf('/**');
  if (!close.endsWith('*/') || open < 0 || close.indexOf('*/', open) !== close.length - 2) return;
  const found = new RegExp(`^[ \\t]*\\* @${anchor.field.name}:`, 'm').exec(text.slice(open, close.length));
  if (!found) return;
  const at = open + found.index;
  let end = lineAfter(text, at);
  while (end < close.length && !/^[ \t]*\*(?:[ \t]*@|[ \t]*$|\/)/.test(text.slice(end, lineAfter(text, end)).trimEnd()))
    end = lineAfter(text, end);
  const lock = ` * @${names.lock}: serializes creation, discovery and deletion of ${names.plural}\n`;
  const added = ` * @${names.container}: ${names.plural} to tear down before the struct ${plan.owner.tag} goes\n * @${names.dead}: no ${names.plural} may be created any more\n`;
  if (names.lockExists) draft.replace(path, at, end, lock + added);
  else draft.insert(path, anchor.before ? at : end, lock + added);
}

/** `#include <header>` among the others: in order where they are in order, else behind the last. */
function include(file: FileFacts, text: string, header: string, draft: Draft): void {
  if (file.includes.some((i) => i.path === header)) return;
  const others = file.includes.filter((i) => i.angled && i.path.startsWith('linux/'));
  if (others.length === 0) unmet(`${file.path} includes no header of include/linux, so there is no place for <${header}>`);
  const sorted = others.every((other, i) => i === 0 || (others[i - 1]?.path ?? '') <= other.path);
  const next = sorted ? others.find((other) => other.path > header) : undefined;
  const at = next ? lineStart(text, next.at) : lineAfter(text, (others.at(-1) as { at: number }).at);
  draft.insert(file.path, at, `#include <${header}>\n`);
}
