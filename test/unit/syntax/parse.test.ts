import { describe, expect, it } from 'vitest';
import { withParsed } from '../../../server/src/syntax';

describe('withParsed', () => {
  it('counts offsets in UTF-16 units behind characters of any width', () => {
    const text = '/* é€😀 */ int before;\n/* 😀 */ int behind;\n';
    const names = withParsed(text, (file) =>
      file.root.descendantsOfType('identifier').map((node) => ({ at: node.startIndex, name: text.slice(node.startIndex, node.endIndex) })),
    );
    expect(names).toEqual([
      { at: text.indexOf('before'), name: 'before' },
      { at: text.indexOf('behind'), name: 'behind' },
    ]);
  });

  it('reads files of many thousand lines', () => {
    const text = 'static int value = 1; /* é */\n'.repeat(50_000);
    const last = withParsed(text, (file) => ({ children: file.root.namedChildCount, end: file.root.endIndex, errors: file.errors() }));
    expect(last).toEqual({ children: 100_000, end: text.length, errors: [] });
  });

  it('finds what was replaced at an offset', () => {
    const text = 'int f(void)\n{\n\tscoped_guard(rcu)\n\t\tg();\n}\n';
    const at = text.indexOf('scoped_guard');
    withParsed(text, (file) => {
      expect(file.originalAt(at)).toMatchObject({ at, original: 'scoped_guard', kind: 'guard' });
      expect(file.originalAt(at + 11)?.at).toBe(at);
      expect(file.originalAt(at + 12)).toBeUndefined();
      expect(file.originalAt(at - 1)).toBeUndefined();
    });
  });

  it('tells errors inside a body from those between definitions', () => {
    const inside = withParsed('int f(void)\n{\n\ta = ) b;\n}\n', (file) => file.errors());
    expect(inside.length).toBeGreaterThan(0);
    expect(inside.every((error) => error.inside)).toBe(true);
    expect(inside[0]?.line).toBe(2);
    const between = withParsed('int a;\n)\nint b;\n', (file) => file.errors());
    expect(between).toMatchObject([{ kind: 'ERROR', line: 1, inside: false }]);
  });
});
