/** A stretch of text: UTF-16 offsets. */
export interface Span {
  start: number;
  end: number;
}

/** Offset behind the string, character literal or comment that starts at `at`; `at` itself where none does. */
export function skipOpaque(text: string, at: number): number {
  const c = text[at];
  if (c === '"' || c === "'") {
    let i = at + 1;
    while (i < text.length && text[i] !== c && text[i] !== '\n') i += text[i] === '\\' ? 2 : 1;
    return i + 1;
  }
  if (c === '/' && text[at + 1] === '*') {
    const end = text.indexOf('*/', at + 2);
    return end < 0 ? text.length : end + 2;
  }
  if (c === '/' && text[at + 1] === '/') {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end;
  }
  return at;
}

/**
 * The arguments of a macro call, trimmed; `open` is the offset of its `(`.
 * An empty argument list has no arguments. A missing `)` ends at the end of the text.
 */
export function splitArguments(text: string, open: number): Span[] & { close?: number } {
  const out: Span[] & { close?: number } = [];
  let depth = 0;
  let start = open + 1;
  const push = (end: number): void => {
    let [s, e] = [start, end];
    while (s < e && /\s/.test(text[s] as string)) s++;
    while (e > s && /\s/.test(text[e - 1] as string)) e--;
    if (s < e || out.length > 0 || text[end] === ',') out.push({ start: s, end: e });
  };
  for (let i = open; i < text.length; ) {
    const skipped = skipOpaque(text, i);
    if (skipped > i) {
      i = skipped;
      continue;
    }
    const c = text[i] as string;
    if (c === '(' || c === '[' || c === '{') depth++;
    else if (c === ')' || c === ']' || c === '}') {
      if (--depth === 0) {
        push(i);
        out.close = i;
        return out;
      }
    } else if (c === ',' && depth === 1) {
      push(i);
      start = i + 1;
    }
    i++;
  }
  push(text.length);
  return out;
}
