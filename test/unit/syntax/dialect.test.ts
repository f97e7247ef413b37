import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Replacement, toParsable, withParsed } from '../../../server/src/syntax';

const body = (statements: string) => `int f(void)\n{\n${statements}\n}\n`;
const ofKind = (text: string, kind: Replacement['kind']) =>
  toParsable(text)
    .replacements.filter((replacement) => replacement.kind === kind)
    .map((replacement) => replacement.original);
const errorsOf = (text: string) => withParsed(text, (file) => file.errors());
const treeOf = (text: string) => withParsed(text, (file) => file.root.toString());

/** Pieces that reach every rule of the rewrite; joined at random they are mostly no C at all. */
const pieces = fc.constantFrom(
  ...'( ) { } [ ] ; , : * = . ... -> " \' // /* */ \n \r\n \t # \\ & 0 1 82AA é 😀 \u2028'.split(' '),
  ...'#if 0|#ifdef X|#elif Y|#else|#endif|#define X(a...) a|#include <x.h>'.split('|').map((line) => `\n${line}\n`),
  ...'struct foo|enum e|union|static|return|if|else|while|goto|case|default|typeof|offsetof|sizeof|int|unsigned|const'.split('|'),
  ...'__iomem|__free|__foo|__aligned(8)|xa_for_each|scoped_guard|scoped_cond_guard|guard|CLASS|DEVICE_ATTR_RO|struct_group'.split('|'),
  ...'DECLARE_BITMAP|DEFINE_PER_CPU|DEFINE_FREE|container_of|__stringify|NAME|name|"text"|dev'.split('|'),
);

function breaksOf(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}

describe('toParsable', () => {
  it('keeps length and line breaks of any text, and what it says it replaced', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(pieces, { maxLength: 80 }).map((parts) => parts.join('')),
      fc.array(pieces, { maxLength: 80 }).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { text: parsable, replacements } = toParsable(text);
        expect(breaksOf(parsable)).toBe(breaksOf(text));
        let done = 0;
        for (const { at, end, original } of replacements) {
          expect(at).toBeGreaterThanOrEqual(done);
          expect(text.slice(at, end)).toBe(original);
          expect(parsable.slice(done, at)).toBe(text.slice(done, at));
          done = end;
        }
        expect(parsable.slice(done)).toBe(text.slice(done));
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves plain C alone', () => {
    const text = body('  int a = sizeof(struct foo) + (unsigned long)b; /* __iomem xa_for_each(x) */\n  foo("__user", a ? b : c);');
    expect(toParsable(text)).toEqual({ text, replacements: [] });
  });

  it('blanks annotations and __free but keeps names that look like them', () => {
    const text = body('  void __iomem *p;\n  struct device *dev __free(put_device) = NULL;\n  u32 __val;\n  __le16 x = __foo(y);');
    expect(ofKind(text, 'annotation')).toEqual(['__iomem']);
    expect(ofKind(text, 'cleanup')).toEqual(['__free(put_device)']);
    expect(errorsOf(text)).toEqual([]);
  });

  it('reads iteration macros as while over a comma expression', () => {
    const text = body('  xa_for_each(&xa, index, p)\n    foo(p);\n  list_for_each_entry(a, &head, node) {\n    bar(a);\n  }');
    expect(ofKind(text, 'iterator')).toEqual(['xa_for_each', 'list_for_each_entry']);
    expect(treeOf(text).match(/while_statement condition: \(parenthesized_expression \(comma_expression/g)).toHaveLength(2);
  });

  it('leaves a call whose name is an iteration macro', () => {
    expect(ofKind(body('  device_for_each_child(dev, NULL, fn);'), 'iterator')).toEqual([]);
  });

  it('reads scoped guards as if, whatever they do on failure', () => {
    const text = body(
      '  scoped_guard(rcu)\n    foo();\n  scoped_guard(device, dev) {\n  }\n  scoped_cond_guard(mutex_intr, return -EINTR, &lock) {\n    foo();\n  }',
    );
    expect(ofKind(text, 'guard')).toEqual(['scoped_guard', 'scoped_guard', 'scoped_cond_guard']);
    expect(ofKind(text, 'argument')).toEqual(['return']);
    expect(errorsOf(text)).toEqual([]);
  });

  it('turns types in macro arguments into names', () => {
    const text = body(
      '  a = container_of(p, struct foo, bar.baz);\n  b = kzalloc_obj(struct foo *);\n  c = container_of(q, typeof(*c), d);',
    );
    expect(toParsable(text).text).toContain('container_of(p, struct_foo, bar.baz)');
    expect(ofKind(text, 'type-argument')).toEqual(['struct foo', 'struct foo', ' *']);
    expect(ofKind(text, 'type')).toEqual(['typeof(*c)']);
    expect(errorsOf(text)).toEqual([]);
  });

  it('keeps line breaks inside a type argument', () => {
    const text = body('  a = container_of(p, struct\n    foo, bar);');
    expect(toParsable(text).text).toContain('container_of(p,       \n    foo, bar)');
  });

  it('keeps definitions by macro apart from their neighbours', () => {
    const text =
      'static DEVICE_ATTR(a, 0444, a_show, NULL);\nEACH_ATTR(b)\nstatic int c;\nDEFINE_FREE(put, struct d *, if (_T) put(_T))\nTARGET(0);\nint e;\n';
    expect(ofKind(text, 'macro')).toEqual(['EACH_ATTR(b)', 'DEFINE_FREE(put, struct d *, if (_T) put(_T))']);
    const tree = withParsed(text, (file) => file.root.namedChildren.map((child) => child.type));
    expect(tree).toEqual(['expression_statement', 'declaration', 'expression_statement', 'declaration']);
  });

  it('gives elements of an initializer the comma their macro brings along', () => {
    const text = 'static struct attribute *attrs[] = {\n\t&a.attr,\n\tOPTIONAL(b)\n\tOPTIONAL(c)\n\tNULL,\n};\n';
    expect(ofKind(text, 'separator')).toHaveLength(2);
    expect(errorsOf(text)).toEqual([]);
  });

  it('keeps members inside a group and what stands behind it', () => {
    const text =
      'struct a {\n\tstruct_group_tagged(a_regs, regs,\n\t\tvoid __iomem *x;\n\t);\n\tstruct_group(tail, int y; int z;);\n\tDECLARE_BITMAP(bits, 8);\n\tu8 (*read)(int at);\n};\nint b;\n';
    const tree = treeOf(text);
    expect(errorsOf(text)).toEqual([]);
    expect(tree).toContain(
      '(struct_specifier name: (type_identifier) body: (field_declaration_list (field_declaration type: (struct_specifier name',
    );
    expect(tree.match(/field_identifier/g)).toHaveLength(5);
  });
});

describe('conditionals', () => {
  it('keeps both branches around whole definitions', () => {
    const text = '#ifdef CONFIG_X\nvoid kill(void) { real(); }\n#else\nstatic inline void kill(void) { }\n#endif\n';
    expect(toParsable(text).replacements).toEqual([]);
    expect(treeOf(text).match(/function_definition/g)).toHaveLength(2);
  });

  it('keeps the first branch where one cuts through a statement', () => {
    const text = body('#ifdef CONFIG_X\n  if (a) {\n#else\n  if (b) {\n#endif\n    c();\n  }');
    const { text: parsable } = toParsable(text);
    expect(parsable).toContain('if (a) {');
    expect(parsable).not.toContain('if (b) {');
    expect(errorsOf(text)).toEqual([]);
  });

  it('keeps a living branch inside an initializer', () => {
    const text = 'int a[] = {\n#if 0\n  1,\n#else\n  2,\n#endif\n};\n';
    expect(toParsable(text).text.replace(/\s+/g, ' ')).toBe('int a[] = { 2, }; ');
  });

  it('blanks what stands under #if 0', () => {
    const text = "#if 0\nit's no C {\n#endif\nint a;\n";
    expect(errorsOf(text)).toEqual([]);
    expect(ofKind(text, 'preproc').join('')).toContain("it's no C {");
  });
});
