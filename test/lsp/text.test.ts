import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expressionAt, statementOf } from '../../server/src/features/excerpt';
import { candidateFolders, globToRegExp } from '../../server/src/features/scope';
import { Documents } from '../../server/src/lsp/documents';
import { negotiateEncoding, SourceText } from '../../server/src/lsp/positions';

const ENCODINGS = ['utf-8', 'utf-16', 'utf-32'] as const;
const lines = fc.array(fc.constantFrom('a', '\t', 'é', '€', '😀', '\n', '\r\n', '\r'), { maxLength: 60 }).map((parts) => parts.join(''));

test('every offset survives the way to a position and back, in each encoding', () => {
  fc.assert(
    fc.property(lines, fc.constantFrom(...ENCODINGS), (text, encoding) => {
      const source = new SourceText(text);
      for (let at = 0; at <= text.length; at += 1) {
        const inPair = /[\udc00-\udfff]/.test(text[at] ?? '') || (text[at - 1] === '\r' && text[at] === '\n');
        if (!inPair) expect(source.offsetAt(source.positionAt(at, encoding), encoding)).toBe(at);
      }
    }),
  );
});

test('a document follows its edits, in each encoding', () => {
  const edit = fc.record({ from: fc.nat(60), to: fc.nat(60), text: lines });
  fc.assert(
    fc.property(lines, fc.array(edit, { maxLength: 5 }), fc.constantFrom(...ENCODINGS), (text, edits, encoding) => {
      const documents = new Documents();
      documents.open({ uri: 'file:///a.c', languageId: 'c', version: 1, text });
      let expected = text;
      for (const { from, to, text: inserted } of edits) {
        const source = new SourceText(expected);
        const range = source.range(Math.min(from, to), Math.max(from, to), encoding);
        // What an editor means by a position is a place between characters.
        const [at, end] = [source.offsetAt(range.start, encoding), source.offsetAt(range.end, encoding)];
        expected = expected.slice(0, at) + inserted + expected.slice(end);
        documents.change({ uri: 'file:///a.c', version: 2 }, [{ range, text: inserted }], encoding);
      }
      expect(documents.get('file:///a.c')?.source.text).toBe(expected);
    }),
  );
});

test('positions outside the text are brought into it', () => {
  const source = new SourceText('ab\r\ncd');
  expect(source.offsetAt({ line: 0, character: 99 }, 'utf-16')).toBe(2);
  expect(source.offsetAt({ line: 9, character: 0 }, 'utf-8')).toBe(6);
  expect(source.positionAt(99, 'utf-32')).toEqual({ line: 1, character: 2 });
  expect(source.lineCount).toBe(2);
});

test('a position within a character counts as its start', () => {
  expect(new SourceText('😀x').offsetAt({ line: 0, character: 2 }, 'utf-8')).toBe(0);
});

test('the first known encoding of the client is taken', () => {
  expect(negotiateEncoding(['utf-7', 'utf-32', 'utf-8'])).toBe('utf-32');
  expect(negotiateEncoding([])).toBe('utf-16');
});

const cut = (text: string, span: { at: number; end: number } | null) => span && text.slice(span.at, span.end);

test('a finding marks the call that begins at its column, over lines, else the expression, else the statement', () => {
  const text = 'int f(void)\n{\n\trelease(a,\n\t\tg(b));\n\tx = y;\n}\n';
  expect(cut(text, expressionAt(text, 3, 2))).toBe('release(a,\n\t\tg(b))');
  expect(cut(text, expressionAt(text, 5, 2))).toBe('x = y');
  expect(cut(text, expressionAt(text, 5, 4))).toBe('x = y;');
  expect(expressionAt(text, 99, 1)).toBeNull();
  expect(cut(text, statementOf(text, 3))).toBe('release(a,');
});

test.each([
  ['for (i = 0; i < slot->ways; i++)', 12, 'i < slot->ways'],
  ['if (dev->driver && list[at(1, 2)])', 4, 'dev->driver && list[at(1, 2)]'],
  ['call(first->a, second->b)', 15, 'second->b'],
  ['unfinished + ', 0, 'unfinished'],
  ['unfinished = {', 0, 'unfinished'],
  [`endless + ${'x + '.repeat(200)}y;`, 0, 'endless'],
])('in %s an expression ends where it ends', (text, at, expected) => {
  expect(cut(text, expressionAt(text, 1, at + 1))).toBe(expected);
});

test('an unfinished call marks its name', () => {
  const text = 'release(a;\n';
  expect(cut(text, expressionAt(text, 1, 1))).toBe('release');
});

test('folders are tried from the subsystem down to the file', () => {
  expect(candidateFolders('drivers/net/ethernet/x/a.c', [])).toEqual(['drivers/net', 'drivers/net/ethernet', 'drivers/net/ethernet/x']);
  expect(candidateFolders('sound/core/a.c', [])).toEqual(['sound/core']);
  expect(candidateFolders('a.c', [])).toEqual(['']);
});

test('configured folders are the only ones', () => {
  expect(candidateFolders('drivers/net/ethernet/x/a.c', ['drivers/net/**/x/'])).toEqual(['drivers/net/ethernet/x']);
  expect(candidateFolders('drivers/gpu/a.c', ['drivers/net/*'])).toEqual([]);
});

test.each([
  ['drivers/*', 'drivers/a', true],
  ['drivers/*', 'drivers/a/b', false],
  ['drivers/**', 'drivers/a/b', true],
  ['**/core', 'core', true],
  ['./drivers/a?/', 'drivers/ab', true],
  ['drivers/a.b', 'drivers/axb', false],
])('%s and %s: %s', (glob, folder, expected) => {
  expect(globToRegExp(glob).test(folder)).toBe(expected);
});
