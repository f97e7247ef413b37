import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineIndex, decodeColumn, encodeColumn, lineStartsOf } from '../../../server/src/text';

const indexOf = (text: string) => createLineIndex(lineStartsOf(text), text.length);

describe('line index', () => {
  it('counts lines that end with LF, CRLF and CR', () => {
    expect(lineStartsOf('a\nb\r\nc\rd')).toEqual([0, 2, 5, 7]);
  });

  it('finds line and column of an offset', () => {
    const index = indexOf('int a;\nint b;\n');
    expect(index.positionAt(0)).toEqual({ line: 0, column: 0 });
    expect(index.positionAt(6)).toEqual({ line: 0, column: 6 });
    expect(index.positionAt(7)).toEqual({ line: 1, column: 0 });
    expect(index.positionAt(14)).toEqual({ line: 2, column: 0 });
  });

  it('clamps positions outside the text', () => {
    const index = indexOf('ab\ncd');
    expect(index.offsetAt({ line: 0, column: 99 })).toBe(2);
    expect(index.offsetAt({ line: 9, column: 0 })).toBe(5);
    expect(index.offsetAt({ line: -1, column: 3 })).toBe(0);
    expect(index.positionAt(99)).toEqual({ line: 1, column: 2 });
  });

  it('leads from every offset to a position and back', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', 'é', '\t') }), fc.nat(), (text, seed) => {
        const offset = seed % (text.length + 1);
        const index = indexOf(text);
        expect(index.offsetAt(index.positionAt(offset))).toBe(offset);
      }),
    );
  });
});

describe('column encodings', () => {
  const line = 'aé€😀b';

  it('counts UTF-8 bytes and code points', () => {
    expect(encodeColumn(line, 5, 'utf-8')).toBe(1 + 2 + 3 + 4);
    expect(encodeColumn(line, 5, 'utf-32')).toBe(4);
    expect(encodeColumn(line, 5, 'utf-16')).toBe(5);
  });

  it('takes a column inside a character as its start', () => {
    expect(encodeColumn(line, 4, 'utf-8')).toBe(6);
    expect(decodeColumn(line, 8, 'utf-8')).toBe(3);
  });

  it('decodes what it encoded', () => {
    for (const encoding of ['utf-8', 'utf-16', 'utf-32'] as const) {
      for (const column of [0, 1, 2, 3, 5, 6]) expect(decodeColumn(line, encodeColumn(line, column, encoding), encoding)).toBe(column);
    }
  });
});
