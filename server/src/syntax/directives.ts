import { blank, overwrite, type Rewriter } from './rewriter';
import type { Token } from './tokens';

/** Makes a directive that stays readable for the grammar: named variadics, comments between continuation lines, `?:` in conditions. */
export function rewriteDirective(rw: Rewriter, token: Token): void {
  const { text } = token;
  if (/^#\s*define/.test(text)) {
    unnameVariadic(rw, token);
    if (text.includes('/*')) blankComments(rw, token);
    return;
  }
  const condition = /^#\s*(?:el)?if\s+/.exec(text);
  if (condition && text.includes('?')) overwrite(rw, token.at + condition[0].length, token.end, '1', 'preproc');
}

/** `#define log(fmt, args...)` reads `#define log(fmt,     ...)`. */
function unnameVariadic(rw: Rewriter, token: Token): void {
  if (!token.text.includes('...')) return;
  const named = /^#\s*define\s+\w+\([^)]*?(\w+)\s*\.\.\./.exec(token.text);
  if (!named) return;
  const name = named[1] as string;
  const at = token.at + named[0].lastIndexOf(name);
  blank(rw, at, at + name.length, 'preproc');
}

/** The grammar loses its way behind a comment inside a macro's body. Continuations inside it stay, missing ones are added. */
function blankComments(rw: Rewriter, token: Token): void {
  for (const comment of token.text.matchAll(/"(?:[^"\\\n]|\\.)*"|\/\*[\s\S]*?\*\//g)) {
    if (!comment[0].startsWith('/*')) continue;
    const lines = comment[0].split('\n');
    const last = comment.index + comment[0].length === token.text.length;
    if (last && lines.length === 1) continue;
    let at = token.at + comment.index;
    for (const [index, line] of lines.entries()) {
      const end = at + line.length - (line.endsWith('\r') ? 1 : 0);
      blank(rw, at, index < lines.length - 1 ? end - 1 : end, 'preproc');
      if (index < lines.length - 1 && end > at) overwrite(rw, end - 1, end, '\\', 'preproc');
      at += line.length + 1;
    }
  }
}
