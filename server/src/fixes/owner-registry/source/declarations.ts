import type { TextEdit } from '../../../text';
import { identifiers } from './identifiers';
import { columns, isBlankLine, lineAfter, lineStart, wholeLines } from './layout';
import type { Statement } from './statements';

/** The declarations at the top of a block. */
export function leadingDeclarations(body: Statement): Statement[] {
  const end = body.children.findIndex((child) => child.kind !== 'declaration');
  return end < 0 ? body.children : body.children.slice(0, end);
}

/** Edits that add and remove declarations at the top of a function, longest line first as far as they depend on each other. */
export function declarationEdits(text: string, body: Statement, add: readonly string[], remove: readonly Statement[]): TextEdit[] {
  const all = leadingDeclarations(body);
  const kept = all.filter((declaration) => !remove.includes(declaration));
  const out: TextEdit[] = remove.map((declaration) => ({ ...wholeLines(text, declaration.at, declaration.end), text: '' }));
  if (all.length === 0) {
    if (add.length > 0) out.push(insertion(lineAfter(text, body.at), `${add.map((line) => `\t${line}\n`).join('')}\n`));
    return out;
  }
  const last = all.at(-1) as Statement;
  if (kept.length === 0 && add.length === 0) {
    const behind = lineAfter(text, last.end - 1);
    if (isBlankLine(text, behind)) out.push({ at: behind, end: lineAfter(text, behind), text: '' });
  }
  for (const line of [...add].sort((a, b) => columns(`\t${b}`) - columns(`\t${a}`)))
    out.push(insertion(placeOf(text, kept, line) ?? lineStart(text, last.at), `\t${line}\n`));
  return out;
}

/** Before the first shorter line that stands behind everything the new one reads; null where no declaration is left. */
function placeOf(text: string, kept: readonly Statement[], line: string): number | null {
  const read = new Set(identifiers(line).map((mention) => mention.name));
  let from = 0;
  kept.forEach((declaration, i) => {
    if (declaredNames(text, declaration).some((name) => read.has(name))) from = i + 1;
  });
  const width = columns(`\t${line}`);
  for (const declaration of kept.slice(from)) {
    const { at } = wholeLines(text, declaration.at, declaration.end);
    if (columns(text.slice(at, lineAfter(text, at)).trimEnd()) < width) return at;
  }
  const last = kept.at(-1);
  return last ? lineAfter(text, last.end - 1) : null;
}

/** Names that a declaration of locals introduces. */
export function declaredNames(text: string, declaration: Statement): string[] {
  return declarators(text.slice(declaration.at, declaration.end))
    .map((declarator) => /([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)?(?:=(?!=)[\s\S]*)?;?\s*$/.exec(declarator)?.[1])
    .filter((name) => name !== undefined);
}

/** The declarators of a declaration, the first with its type; commas inside brackets do not part them. */
export function declarators(declaration: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < declaration.length; i++) {
    const c = declaration[i] as string;
    if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
    else if (c === ',' && depth === 0) {
      out.push(declaration.slice(from, i));
      from = i + 1;
    }
  }
  return [...out, declaration.slice(from)];
}

function insertion(at: number, text: string): TextEdit {
  return { at, end: at, text };
}
