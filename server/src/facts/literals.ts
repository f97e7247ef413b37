/** The value of a C number literal; NaN never: what cannot be read is 0. */
export function parseNumber(text: string): number {
  const digits = text.replace(/'/g, '').replace(/[uUlL]+$/, '');
  const octal = /^0[0-7]+$/.test(digits);
  const value = octal ? Number.parseInt(digits, 8) : Number(digits);
  return Number.isNaN(value) ? 0 : value;
}

const ESCAPES: Record<string, number> = { n: 10, t: 9, r: 13, '0': 0, a: 7, b: 8, f: 12, v: 11, e: 27 };

/** The value of a character literal. */
export function parseChar(text: string): number {
  const inner = text.replace(/^[uUL]?'/, '').replace(/'$/, '');
  if (!inner.startsWith('\\')) return inner.codePointAt(0) ?? 0;
  if (inner[1] === 'x') return Number.parseInt(inner.slice(2), 16) || 0;
  if (/^\\[0-7]+$/.test(inner)) return Number.parseInt(inner.slice(1), 8);
  return ESCAPES[inner[1] ?? ''] ?? inner.codePointAt(1) ?? 0;
}
