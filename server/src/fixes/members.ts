import { lineBefore, nextLine } from './source';
import type { FileEdits, FixContext } from './types';

/** Edits that append a member to a struct and, where the struct has kernel-doc, a line to that. */
export function addMember(
  context: FixContext,
  tag: string,
  member: { name: string; declaration: string; doc: string },
): FileEdits | { refused: string } {
  const struct = context.program.struct(tag);
  const file = context.program.files.find((f) => f.structs.some((s) => s === struct));
  if (!struct || !file || !context.editable(file.path)) return { refused: `struct ${tag} is not defined in the checked files` };
  if (struct.fields.some((field) => field.name === member.name)) return { refused: `struct ${tag} has a member ${member.name} already` };
  const text = context.text(file.path);
  const close = text.lastIndexOf('}', struct.end);
  const last = struct.fields.at(-1);
  const body = text.lastIndexOf('\n', close) + 1;
  if (!last || body <= struct.at) return { refused: `struct ${tag} is written on one line` };
  if (/\[\s*\]\s*;|__counted_by|DECLARE_FLEX/.test(text.slice(last.at, close)))
    return { refused: `struct ${tag} ends in a flexible array` };
  const edits = [{ at: body, end: body, text: `\t${member.declaration};\n` }];
  const doc = kernelDocEnd(text, struct.at, tag);
  if (doc !== null) edits.unshift({ at: doc, end: doc, text: ` * @${member.name}: ${member.doc}\n` });
  return { path: file.path, edits };
}

/** Where a further member line belongs in the kernel-doc above a struct; null where it has none. */
function kernelDocEnd(text: string, structAt: number, tag: string): number | null {
  const above = text.lastIndexOf('*/', structAt);
  if (above < 0 || text.slice(above + 2, structAt).trim() !== '') return null;
  const start = text.lastIndexOf('/**', above);
  const comment = start < 0 ? '' : text.slice(start, above);
  if (comment.includes('*/') || !new RegExp(`^/\\*\\*\\s*\\*\\s*struct ${tag}\\b`).test(comment)) return null;
  let at: number | null = null;
  for (let line = nextLine(text, start); line < above; line = nextLine(text, line)) {
    const content = text.slice(line, nextLine(text, line));
    if (/^ \* @\w/.test(content)) at = nextLine(text, line);
    else if (at === line && /^ \*\s+\S/.test(content) && !content.includes('*/')) at = nextLine(text, line);
  }
  return at;
}

/** Whether a blank line, an opening brace or a label stands before a line. */
export function startsParagraph(text: string, lineAt: number): boolean {
  return /^\s*$|[{:]\s*$/.test(lineBefore(text, lineAt).text);
}
