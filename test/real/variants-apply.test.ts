import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRuleId } from '../../server/src/findings/registry';
import { applyEdit, applyVariant, kernelsDir, mutations, variants } from './variants';

const kernels = kernelsDir();
const trees = ['6.12.113', '6.12.117'] as const;
const present = trees.every((tree) => existsSync(join(kernels, tree, 'drivers/cxl/core/region.c')));
const all = [...variants, ...mutations];

describe('edits', () => {
  it('refuse an anchor that is missing or ambiguous', () => {
    expect(applyEdit('a b c', { file: 'f', find: 'b', replace: 'x' })).toBe('a x c');
    expect(() => applyEdit('a b c', { file: 'f', find: 'd', replace: 'x' })).toThrow('no such text');
    expect(() => applyEdit('a b b', { file: 'f', find: 'b', replace: 'x' })).toThrow('more than once');
  });

  it('have short anchors', () => {
    for (const { id, edits } of all) {
      for (const { find } of edits) expect(find.split('\n').length, `${id}: ${find}`).toBeLessThan(12);
    }
  });
});

describe('expectations', () => {
  it('name each case once', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  it('name rules that exist', () => {
    const rules = [
      ...variants.flatMap(({ expect: cells, sites = [] }) => [...Object.values(cells).flat(), ...sites]),
      ...mutations.flatMap(({ expect: cells }) => cells.flatMap(({ anyOf }) => anyOf)),
    ];
    expect(rules.filter((rule) => !isRuleId(rule))).toEqual([]);
  });

  it('are empty for exactly the harmless mutations', () => {
    for (const { id, harmful, expect: cells } of mutations) expect(cells.length > 0, id).toBe(harmful);
  });
});

describe.skipIf(!present)('real trees', () => {
  it.each(all)('$id applies', (variant) => {
    const texts = applyVariant(kernels, variant);
    expect([...texts.keys()].sort()).toEqual([...new Set(variant.edits.map(({ file }) => file))].sort());
    for (const [file, text] of texts) expect(text, file).not.toBe(readFileSync(join(kernels, variant.tree, file), 'utf8'));
  });
});
