import { createLineIndex, type LineIndex, lineStartsOf } from '../text';
import type { Place } from './types';

/** The texts of the analysed files, with what reports need of them. */
export class Sources {
  private readonly texts = new Map<string, string>();
  private readonly indexes = new Map<string, LineIndex>();

  set(path: string, text: string): void {
    this.texts.set(path, text);
    this.indexes.delete(path);
  }

  delete(path: string): void {
    this.texts.delete(path);
    this.indexes.delete(path);
  }

  get(path: string): string | undefined {
    return this.texts.get(path);
  }

  paths(): string[] {
    return [...this.texts.keys()];
  }

  place(file: string, at: number, end = at): Place {
    const { line, column } = this.index(file).positionAt(at);
    return { file, line: line + 1, column: column + 1, at, end };
  }

  /** The source text of a step, on one line. */
  excerpt(file: string, at: number, end: number): string {
    const text = this.texts.get(file) ?? '';
    if (text.charAt(at) === '#') return macroBody(text, at);
    // What runs at a scope's exit stands at the first letter of the statement that leaves it.
    const isLetter = end === at + 1 && /\w/.test(text.charAt(at)) && /\w/.test(text.charAt(end));
    const stop = end > at && !isLetter ? end : expressionEnd(text, at);
    return withoutComments(text.slice(at, stop)).replace(/\s+/g, ' ').trim();
  }

  /** The statement around an offset: from the end of the one before. */
  statement(file: string, at: number): string {
    const text = this.texts.get(file) ?? '';
    const from = Math.max(text.lastIndexOf(';', at), text.lastIndexOf('{', at), text.lastIndexOf('}', at)) + 1;
    return text.slice(from, lineEnd(text, at));
  }

  private index(file: string): LineIndex {
    let index = this.indexes.get(file);
    if (!index) {
      const text = this.texts.get(file) ?? '';
      index = createLineIndex(lineStartsOf(text), text.length);
      this.indexes.set(file, index);
    }
    return index;
  }
}

/** Where the expression that starts at an offset ends: before the bracket that closes around it, a semicolon or a brace. */
function expressionEnd(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const c = text[i];
    if (c === '(' || c === '[') depth++;
    else if (c === ')' || c === ']') depth--;
    if (depth < 0 || (depth === 0 && (c === ';' || c === '{' || c === '}'))) return i;
  }
  return text.length;
}

function withoutComments(text: string): string {
  return text.replace(/("(?:\\[\s\S]|[^"\\])*")|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '$1');
}

/** Steps of a macro all stand at its definition: what it is replaced by says what they do. */
function macroBody(text: string, at: number): string {
  const line = /^(?:[^\n\\]|\\[\s\S])*/.exec(text.slice(at))?.[0] ?? '';
  return withoutComments(line)
    .replace(/\\\s/g, ' ')
    .replace(/^#\s*define\s+\w+(?:\([^)]*\))?/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}
