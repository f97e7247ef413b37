import { blank, overwrite, type Rewriter } from './rewriter';
import type { Token } from './tokens';

/** Makes a directive that stays readable for the grammar: named variadics, comments between continuation lines, `?:` in conditions. */
export function rewriteDirective(rw: Rewriter, token: Token): void {
  const { text } = token;
  if (/^#\s*define/.test(text)) {
    unnameVariadic(rw, token);
    if (text.includes('\n')) blankComments(rw, token);
    return;
  }
  const condition = /^#\s*(?:el)?if\s+/.exec(text);
  if (condition && text.includes('?')) overwrite(rw, token.at + condition[0].length, token.end, '1', 'preproc');
}

/** `#define log(fmt, args...)` reads `#define log(fmt,     ...)`. */
function unnameVariadic(rw: Rewriter, token: Token): void {
  if (!token.text.includes('...')) return;
  const named = /^#\s*define\s+\w+\([^)\n]*?(\w+)\s*\.\.\./.exec(token.text);
  if (!named) return;
  const name = named[1] as string;
  const at = token.at + named[0].lastIndexOf(name);
  blank(rw, at, at + name.length, 'preproc');
}

function blankComments(rw: Rewriter, token: Token): void {
  for (const comment of token.text.matchAll(/"(?:[^"\\\n]|\\.)*"|\/\*[^]*?\*\//g)) {
    if (comment[0].startsWith('/*')) blank(rw, token.at + comment.index, token.at + comment.index + comment[0].length, 'preproc');
  }
}
