import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extractFacts, FileMemory } from '../../../server/src/facts';
import { declarationsOf } from '../../../server/src/facts/declarations';
import type { FileFacts } from '../../../server/src/facts/types';
import { root } from '../../support/environment';

const TEXT = `
#define LIMIT 4
struct box { int list[LIMIT]; struct device dev; };
static int first(struct box *b)
{
	return b->list[1];
}

static int second(struct box *b, int n)
{
	if (n)
		put_device(&b->dev);
	return 0;
}

static DEVICE_ATTR_RO(third);
`;

const fn = (facts: FileFacts, name: string) => facts.functions.find((one) => one.name === name);

/** Facts of a text and of the next version of it, read with the same memory. */
function versions(before: string, after: string): [FileFacts, FileFacts] {
  const memory = new FileMemory();
  return [extractFacts('a.c', before, memory), extractFacts('a.c', after, memory)];
}

describe('facts of the next version', () => {
  test('an edit inside a function leaves the others what they were', () => {
    const [before, after] = versions(TEXT, TEXT.replace('return 0;', 'return n;'));
    expect(fn(after, 'first')).toBe(fn(before, 'first'));
    expect(fn(after, 'second')).not.toEqual(fn(before, 'second'));
    expect(declarationsOf(after)).toBe(declarationsOf(before));
  });

  test('a function that moves keeps all but its place', () => {
    const [before, after] = versions(TEXT, TEXT.replace('return b->list[1];', 'return b->list[2] + 1;'));
    const [was, is] = [fn(before, 'second'), fn(after, 'second')];
    expect(is?.locals).toBe(was?.locals);
    expect(is?.nodes.map((node) => node.at)).toEqual(was?.nodes.map((node) => node.at + '2] + 1'.length - '1]'.length));
  });

  test('a new global leaves functions alone, a member that they read anew does not', () => {
    const [, global] = versions(TEXT, TEXT.replace('static DEVICE', 'static int fourth;\nstatic DEVICE'));
    expect(global.globals.map(({ name }) => name)).toContain('fourth');
    const [before, after] = versions(TEXT, TEXT.replace('int list[LIMIT]', 'int *list'));
    expect(fn(after, 'first')?.nodes).not.toEqual(fn(before, 'first')?.nodes);
    expect(fn(after, 'second')?.locals).toBe(fn(before, 'second')?.locals);
    expect(declarationsOf(after)).not.toBe(declarationsOf(before));
  });

  test.each(['if (n) {', '}', 'if (', '/* a', '"', '#endif', 'struct {'])(
    'what %j breaks in one function leaves the others alone',
    (typed) => {
      const [before, after] = versions(TEXT, TEXT.replace('return b->list[1];', `return b->list[1];\n\t${typed}`));
      const names = typed === '/* a' || typed === '#endif' ? [] : ['second'];
      for (const name of names) expect(fn(after, name)?.locals).toBe(fn(before, name)?.locals);
      expect(after).toEqual(extractFacts('a.c', TEXT.replace('return b->list[1];', `return b->list[1];\n\t${typed}`)));
    },
  );

  test('a body that does not parse to its end is an opaque step', () => {
    const facts = extractFacts('a.c', TEXT.replace('return 0;', 'return 0;\n\t}'));
    expect(fn(facts, 'second')?.nodes[0]).toMatchObject({ k: 'opaque', what: 'syntax error' });
    expect(facts.errors.length).toBeGreaterThan(0);
    expect(fn(facts, 'first')?.nodes.some(({ k }) => k === 'opaque')).toBe(false);
  });

  test('conditionals that cut through definitions, braces in odd places, structs behind parentheses', () => {
    const text = `
#ifdef CONFIG_A
int cut(int a)
{
#else
int cut(long a)
{
#endif
	return a;
}
struct __attribute__((packed)) odd
{
	int member;
};
int style(void) { return 1; }
int labels(int n)
{
	if (n) {
		n++;
}
out:
	return n;
}
int last(void)
{
	return 2;
}
`;
    const facts = extractFacts('a.c', text);
    expect(facts.functions.map(({ name }) => name)).toEqual(expect.arrayContaining(['cut', 'style', 'labels', 'last']));
    expect(facts.structs.map(({ tag }) => tag)).toContain('odd');
    expect(facts.errors).toEqual([]);
    expect(fn(facts, 'labels')?.nodes.at(-1)).toMatchObject({ k: 'return', value: { k: 'var', name: 'n' } });
  });
});

test('after any edits facts are those of a new reading', () => {
  const base = readFileSync(join(root, 'examples', 'minibus-racy', 'window.c'), 'utf8');
  const piece = fc.constantFrom(
    '{',
    '}',
    '\n}\n',
    ';',
    '(',
    '/*',
    '*/',
    '"',
    '#if X\n',
    '#endif\n',
    '\tint x;\n',
    'int g;\n',
    'struct s { int m; };\n',
    '',
  );
  const edit = fc.record({ at: fc.nat({ max: base.length }), drop: fc.nat({ max: 30 }), piece });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), (edits) => {
      const memory = new FileMemory();
      let text = base;
      extractFacts('a.c', text, memory);
      for (const { at, drop, piece: inserted } of edits) {
        text = text.slice(0, at) + inserted + text.slice(at + drop);
        expect(extractFacts('a.c', text, memory)).toEqual(extractFacts('a.c', text));
      }
    }),
    { numRuns: 25 },
  );
}, 60_000);
